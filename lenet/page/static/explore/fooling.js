// Fool it: the smallest change of the input, found by gradient, that makes it another digit. The layers and the prediction
// show the changed input; below them what was changed, how the answer changes with the budget, and what undoes it.
import { find, setText } from "../dom.js";
import { BUDGETS, STEPS } from "../network/attack.js";
import { shifted } from "../network/image.js";
import { readPad } from "../pad/read_pad.js";
import { answerText, article, ordinalDigit, percentage } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { decode } from "./attack_settings.js";
import { encode } from "./attack_text.js";
import { amount, isInk, smallestInWords } from "./attack_words.js";
import { addChoices, press } from "./choices.js";
import { showCurve } from "./curve.js";
import { peak } from "./figures.js";
import { fetchReader, namesOf } from "./networks.js";
import { OnDemand } from "./on_demand.js";

/**
 * @import { Live } from "../live.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { AttackSettings } from "./attack_text.js"
 * @import { Background } from "./background.js"
 */

/** @type {Record<string, { label: string, about: string }>} */
const METHODS = {
  fgsm: {
    label: "One step",
    about: "All pixels up or down by the budget: the fast gradient sign method.",
  },
  pgd: {
    label: "Many steps",
    about: `${STEPS} small steps, none further than the budget: projected gradient descent.`,
  },
  pixels: {
    label: "Few pixels",
    about: "Blackens or erases the pixel with most to gain, one after the other.",
  },
};
const SHIFTS = [
  { way: "left", right: -1, down: 0 },
  { way: "right", right: 1, down: 0 },
  { way: "up", right: 0, down: -1 },
  { way: "down", right: 0, down: 1 },
];

const HTML = `
<div class="fooling" hidden>
  <div class="settings">
    <p class="label-of-digits">1 Make it a</p>
    <div class="chips make-it" role="group" aria-label="Make it a"></div>
    <p>2 By</p>
    <div class="chips methods" role="group" aria-label="Method"></div>
    <p class="others remark about-method"></p>
  </div>
  <div class="sum-of-ink">
    <figure><canvas width="32" height="32" role="img" aria-label="The drawing"></canvas><figcaption>drawing</figcaption></figure>
    <span aria-hidden="true">+</span>
    <figure><canvas width="32" height="32" role="img" aria-label="The change: orange adds ink, blue removes it"></canvas>
      <figcaption></figcaption></figure>
    <span aria-hidden="true">=</span>
    <figure><canvas width="32" height="32" role="img" aria-label="The changed drawing"></canvas><figcaption></figcaption></figure>
    <p class="smallest-change" role="status"></p>
  </div>
  <div class="curve-of-budgets">
    <p class="position"><output class="budget"></output> <button type="button" class="smallest">Smallest</button></p>
    <canvas role="img" aria-label="The ten probabilities over the budget"></canvas>
    <input type="range" min="0" max="${BUDGETS - 1}" step="1" aria-label="Budget">
    <p class="steps-of-training ends" aria-hidden="true"><span>0</span><span>budget</span><span></span></p>
  </div>
  <div class="undone">
    <label class="keep-change"><input type="checkbox" class="keep"> keep the change while I draw</label>
    <dl></dl>
    <p class="other-networks" role="status"></p>
  </div>
</div>`;

/** @typedef {ReturnType<typeof import("../network/attack.js").attackTowards>} Attacked */
/** @typedef {Attacked & { key: string, ink: Float32Array, method: string }} Result */

export class Fooling {
  /** @type {Result | null} */
  #result = null;
  #asked = "";
  /** @type {Reading | null} what is on the pad, unchanged */
  #base = null;
  #keeps = false;
  /** @type {Source | null} */
  #source = null;
  /** @type {OnDemand<[name: string, reader: Reader][]>} */
  #others;

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} panel
   * @param {Store} store
   * @param {Pad} pad
   * @param {Live} live
   * @param {Background} background
   * @param {import("./networks.js").FetchOther} fetchOther
   */
  constructor(root, panel, store, pad, live, background, fetchOther) {
    this.panel = panel;
    this.store = store;
    this.pad = pad;
    this.live = live;
    this.background = background;
    panel.append(document.createRange().createContextualFragment(HTML));
    this.slider = find(panel, ".curve-of-budgets input", HTMLInputElement);
    this.keep = find(panel, ".keep", HTMLInputElement);
    const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
    this.digits = addChoices(find(panel, ".make-it"), digits, (digit) => this.#choose({ digit, budget: null }));
    const labels = Object.values(METHODS).map(({ label }) => label);
    this.methods = addChoices(find(panel, ".methods"), labels, (i) => {
      this.#choose({ method: Object.keys(METHODS)[i], budget: null });
    });
    const { variant } = live.reader.description.network;
    const names = [...namesOf(root)].filter(([other]) => other !== variant);
    this.#others = new OnDemand(find(panel, ".other-networks"), (say) =>
      Promise.all(
        names.map(async ([other, name]) => {
          return /** @type {[string, Reader]} */ ([name, await fetchReader(fetchOther, other, say)]);
        }),
      ),
    );
    this.slider.addEventListener("input", () => this.#choose({ budget: Number(this.slider.value) }, true));
    find(panel, ".smallest").addEventListener("click", () => this.#choose({ budget: null }, true));
    this.keep.addEventListener("change", () => this.#setKeep(this.keep.checked));
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("sliders", () => {
      if (store.restoring) this.#keeps = this.keep.checked = false; // a link has another change, found for its drawing
      if (this.open) this.#use();
    });
    store.addEventListener("reading", () => this.#show());
    pad.addEventListener("rest", () => this.#show());
    pad.addEventListener("new", () => {
      if (!this.#keeps && this.#settings.budget !== null) this.#choose({ budget: null });
    });
    onThemeChange(panel, () => this.#show());
    new ResizeObserver(() => this.#show()).observe(panel);
    this.#open();
  }

  get open() {
    return this.store.mode === "fool";
  }

  get reader() {
    return this.live.current;
  }

  get #settings() {
    return decode(this.store.sliders.attack);
  }

  /** The digit that was chosen, unless the drawing is read as it already; null for the one that it takes least to. */
  get #chosen() {
    const { digit } = this.#settings;
    return digit === this.#base?.top[0][0] ? null : digit;
  }

  /** The digit that the drawing is to become; null until it is found. */
  get #digit() {
    return this.#chosen ?? this.#current?.digit ?? null;
  }

  /**
   * @param {Partial<AttackSettings>} chosen
   * @param {boolean} keeps whether it is still the change that is kept
   */
  #choose(chosen, keeps = false) {
    if (!keeps) this.#keeps = this.keep.checked = false;
    this.store.setSliders({ attack: encode({ ...this.#settings, ...chosen }) });
  }

  /** @param {boolean} keeps */
  #setKeep(keeps) {
    this.#keeps = keeps && this.#current !== null;
    this.keep.checked = this.#keeps;
    if (this.open) this.#use();
  }

  async #open() {
    if (!this.open) {
      this.store.dropSource(this.#source);
      return;
    }
    this.#use();
    await this.#others.load();
    this.#show();
  }

  /** The changed input is shown. */
  #use() {
    const [digit, result] = [this.#digit, this.#current];
    const towards = digit === null ? "" : ` towards ${digit}`;
    const note = this.#keeps
      ? "Shown: the drawing with the change that is kept."
      : `${result ? "Shown: the drawing, changed" : "Looking for a change"}${towards}.`;
    const unlinked = this.#keeps ? "The link does not contain the change that is kept." : "";
    const isChanged = Boolean(result && this.#budgetOf(result));
    this.#source = { note, unlinked, isChanged, read: () => this.#read() };
    this.store.setSource(this.#source);
  }

  /**
   * The reading of the drawing with the change, once that is found.
   *
   * @returns {Reading}
   */
  #read() {
    const { reader, pad, store } = this;
    this.#base = reader.showPart(readPad(reader, pad), store.part);
    const result = this.#current;
    if (!result) return this.#base;
    const { placement } = this.#base;
    return { ...reader.readInk(this.#changed(result, this.#base.outputs.input)), placement };
  }

  /**
   * @param {Result} result
   * @param {Float32Array} ink
   */
  #changed(result, ink) {
    const budget = this.#budgetOf(result);
    const image = result.images.subarray(budget * ink.length, (budget + 1) * ink.length);
    return this.#keeps ? ink.map((x, i) => Math.min(1, Math.max(0, x + image[i] - result.ink[i]))) : image.slice();
  }

  /** @param {Result} result */
  #budgetOf({ answered, likeliest }) {
    const smallest = answered < 0 ? likeliest : answered;
    return this.#settings.budget ?? (smallest < 0 ? BUDGETS - 1 : smallest);
  }

  /** What a change is found for. */
  get #key() {
    const { pad, store } = this;
    return [pad.version, store.changed?.version, store.part, this.#settings.method, this.#chosen].join();
  }

  /** What was found, if it is for what is on the pad, or is kept. */
  get #current() {
    return this.#keeps || this.#result?.key === this.#key ? this.#result : null;
  }

  #ask() {
    const key = this.#key;
    if (!this.#base || this.#keeps || this.pad.penDown || key === this.#asked) return;
    this.#asked = key;
    const given = { ink: this.#base.outputs.input, method: this.#settings.method };
    this.background.ask("fool", { ...given, chosen: this.#chosen }, (/** @type {Attacked} */ found) => {
      if (key !== this.#asked || this.#keeps) return;
      this.#result = { ...found, ...given, key };
      if (this.open) this.#use();
    });
  }

  #show() {
    if (!this.open) return;
    const { panel, store } = this;
    const reading = store.complete;
    find(panel, ".hint").textContent = reading ? "" : "Draw a digit to see how little it takes to fool the network.";
    find(panel, ".fooling").hidden = !reading;
    if (!reading || !this.#base) return;
    if (!this.pad.penDown) this.#ask();
    const { method } = this.#settings;
    const digit = this.#digit;
    const result = this.#current;
    press(this.digits, digit ?? -1);
    for (const [i, button] of this.digits.entries()) button.toggleAttribute("disabled", i === this.#base.top[0][0]);
    press(this.methods, Object.keys(METHODS).indexOf(method));
    find(panel, ".label-of-digits").textContent = `1 Make it ${article(digit ?? 0)}`;
    find(panel, ".about-method").textContent = METHODS[method].about;
    const budget = result ? this.#budgetOf(result) : (this.#settings.budget ?? 0);
    this.slider.value = String(budget);
    this.slider.setAttribute("aria-valuetext", `${amount(method, budget)}, ${answerText(reading)}`);
    find(panel, ".budget").textContent = `Budget: ${amount(method, budget)}${isInk(method) ? ", each pixel" : ""}`;
    this.#showSum(this.#base.outputs.input, reading, result);
    if (this.pad.penDown) return;
    this.#showCurve(result, budget);
    this.#showUndone(reading, result);
  }

  /**
   * The drawing, the change and what comes of it, pixel by pixel.
   *
   * @param {Float32Array} ink
   * @param {Reading} reading
   * @param {Result | null} result
   */
  #showSum(ink, reading, result) {
    const canvases = [...this.panel.querySelectorAll("canvas")];
    const now = reading.outputs.input;
    const difference = now.map((x, i) => x - ink[i]);
    const most = peak(difference);
    paint(canvases[0], ink, 1, "gray");
    paint(canvases[1], difference, most);
    paint(canvases[2], now, 1, "gray");
    const [, change, changed] = this.panel.querySelectorAll(".sum-of-ink figcaption");
    const pixels = difference.filter((x) => x !== 0).length;
    const all = 32 - 2 * this.reader.description.network.border; // of a side: some networks do not see all
    change.textContent = result
      ? `${pixels} of ${(all ** 2).toLocaleString("en")} pixels, \u00b1${Math.round(100 * most)}\u00a0%`
      : "change";
    changed.textContent = `${answerText(reading)}${reading.digit === null ? "" : `, ${percentage(reading.top[0][1])}`}`;
  }

  /**
   * @param {Result | null} result
   * @param {number} budget
   */
  #showCurve(result, budget) {
    const canvas = find(this.panel, ".curve-of-budgets canvas", HTMLCanvasElement);
    canvas.style.visibility = result ? "" : "hidden";
    const words = find(this.panel, ".smallest-change");
    setText(find(this.panel, ".ends span:last-child"), amount(this.#settings.method, BUDGETS - 1));
    words.textContent = result ? smallestInWords(result) : "Looking for the smallest change\u2026";
    if (result) showCurve(canvas, result, budget, 0);
  }

  /**
   * Whether anything notices the change, or undoes it.
   *
   * @param {Reading} reading
   * @param {Result | null} result
   */
  #showUndone(reading, result) {
    const list = find(this.panel, ".undone dl");
    list.style.visibility = result ? "" : "hidden";
    if (!result) return;
    const { reader } = this;
    const ink = reading.outputs.input;
    const read = (/** @type {Float32Array} */ image, by = reader) => by.readInk(image);
    const answers = SHIFTS.map(({ right, down }) => shortly(read(shifted(ink, right, down))));
    const allSame = new Set(answers).size === 1;
    const moved = allSame
      ? `${answers[0]} in every direction`
      : SHIFTS.map(({ way }, i) => `${way} ${answers[i]}`).join(", ");
    const others = (this.#others.value ?? []).map(([name, other]) => `${name}: ${shortly(read(ink, other), true)}`);
    const fools = reading.digit === result.digit;
    /** @type {[name: string, text: string][]} */
    const lines = [
      ["Rejection", reading.digit === null ? "notices it, and nothing is answered" : "does not notice it"],
      ["Moved a pixel", moved],
      ["Elsewhere", others.join("; ")],
    ];
    if (this.#keeps) lines.push(["Now", fools ? "the change still fools it" : "the change does not fool it any more"]);
    if (this.#base?.number) lines.push([`Of ${this.#base.number}`, `this is ${ordinalDigit(this.#base)}`]);
    patch(
      list,
      lines
        .filter(([, text]) => text)
        .map(([name, text]) => node("div", {}, node("dt", {}, name), node("dd", {}, text))),
    );
  }
}

/**
 * @param {Reading} reading
 */
function shortly({ digit, top }, withProbability = false) {
  if (digit === null) return "rejected";
  return withProbability ? `${digit}, ${percentage(top[0][1])}` : String(digit);
}

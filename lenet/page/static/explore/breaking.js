// Break it: change the drawing by a slider, and see where the answer changes. The layers and the prediction show the
// changed drawing; the film strip shows what the preprocessing makes of it.
import { contextOf, element, find } from "../dom.js";
import { readPad } from "../pad/read_pad.js";
import { SIDE } from "../pad/strokes.js";
import { answerText, decimal } from "../show/format.js";
import { onThemeChange } from "../theme.js";
import { showCurve } from "./curve.js";
import { showFilmstrip } from "./filmstrip.js";
import { Player } from "./player.js";
import { applies, POSITIONS, positionOf, readChanged, TRANSFORMS, valueAt } from "./transforms.js";

/**
 * @import { Live } from "../live.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Background } from "./background.js"
 * @import { Curve } from "./curve.js"
 */

const STEP = 60; // milliseconds per position while it plays

export class Breaking {
  /** @type {(Curve & { name: string, key: string }) | null} */
  #result = null;
  #asked = "";
  /** @type {Source | null} */
  #source = null;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Pad} pad
   * @param {Live} live
   * @param {Background} background
   */
  constructor(root, store, pad, live, background) {
    this.store = store;
    this.pad = pad;
    this.live = live;
    this.background = background;
    this.panel = find(root, ".panel.break");
    this.ink = find(root, ".changed-ink", HTMLCanvasElement);
    this.slider = find(this.panel, "input[type=range]", HTMLInputElement);
    this.slider.max = String(POSITIONS - 1);
    this.centering = find(this.panel, ".centering", HTMLInputElement);
    this.buttons = Object.entries(TRANSFORMS).map(([name, { label }]) => {
      const button = element("button", { type: "button", dataset: { transform: name } }, label);
      button.addEventListener("click", () => this.#choose(name));
      return button;
    });
    find(this.panel, ".transforms").append(...this.buttons);
    this.centering.addEventListener("change", () => store.setSliders({ preprocessed: this.centering.checked }));
    const move = () => store.setSliders({ value: valueAt(store.sliders.change, Number(this.slider.value)) });
    this.player = new Player(this.slider, find(this.panel, ".play"), STEP, move, () => this.#reset());
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("sliders", () => this.#set());
    store.addEventListener("reading", () => this.#show());
    pad.addEventListener("rest", () => this.#show());
    pad.addEventListener("new", () => this.#reset());
    onThemeChange(root, () => this.#show());
    new ResizeObserver(() => this.#show()).observe(this.panel);
    this.#set();
  }

  get open() {
    return this.store.mode === "break";
  }

  get reader() {
    return this.live.current;
  }

  /** What is set: the change, its value, and whether the changed drawing is preprocessed. */
  get #change() {
    const { change: name, value, preprocessed } = this.store.sliders;
    return { name, value: value ?? TRANSFORMS[name].start, preprocessed };
  }

  /** What is changed. */
  get #drawing() {
    return drawingOn(this.pad);
  }

  /** Another drawing, or one that has been shown with all changes, is shown as it is. */
  #reset() {
    this.player.stop();
    if (this.store.sliders.value !== null) this.store.setSliders({ value: null });
  }

  /** @param {string} name */
  #choose(name) {
    this.player.stop();
    this.store.setSliders({ change: name, value: null });
  }

  /** The controls follow the settings. */
  #set() {
    const { name, value, preprocessed } = this.#change;
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.transform === name));
    }
    this.slider.value = String(positionOf(name, value));
    this.slider.setAttribute("aria-label", TRANSFORMS[name].label);
    const { from, to, label } = TRANSFORMS[name];
    const ends = [amount(name, from), label.toLowerCase(), amount(name, to)];
    find(this.panel, ".ends").replaceChildren(...ends.map((text) => element("span", {}, text)));
    this.centering.checked = preprocessed;
    if (this.open) this.#use();
  }

  #open() {
    this.panel.hidden = !this.open;
    this.player.stop();
    if (!this.open) this.#showInk(undefined);
    if (this.open) this.#use();
    else this.store.dropSource(this.#source);
  }

  /** The drawing is shown as the slider changes it. */
  #use() {
    const change = this.#change;
    const { name, value, preprocessed } = change;
    this.#source = {
      note: `Shown: ${described(name, value)}${preprocessed ? "" : ", without preprocessing"}.`,
      isChanged: value !== TRANSFORMS[name].start,
      read: () => readChange(this.reader, this.pad, change),
    };
    this.store.setSource(this.#source);
  }

  #show() {
    if (!this.open) return;
    const reading = this.store.complete;
    const { panel } = this;
    this.#showInk(reading?.opacity);
    find(panel, ".hint").hidden = Boolean(reading);
    find(panel, ".breaking").hidden = !reading;
    const { name, value, preprocessed } = this.#change;
    if (!reading) {
      this.slider.setAttribute("aria-valuetext", amount(name, value)); // not what an earlier drawing was read as
      return;
    }
    const possible = applies(name, this.#drawing);
    find(panel, ".impossible").hidden = possible;
    find(panel, ".curve").hidden = !possible;
    find(panel, ".amount").textContent = amount(name, value);
    this.slider.setAttribute("aria-valuetext", `${amount(name, value)}, ${answerText(reading)}`);
    if (possible) this.#showCurve();
    if (!possible || this.pad.penDown) return; // the curve and the film strip, large pictures, are for when the pen rests
    this.#ask();
    const { network } = this.reader.description;
    showFilmstrip(find(panel, ".filmstrip"), reading, network, preprocessed);
  }

  /**
   * On the pad, the changed ink is shown over that of the drawing, which is faint. Of an image there is none.
   *
   * @param {Uint8Array | undefined} opacity
   */
  #showInk(opacity) {
    this.pad.element.classList.toggle("changed", Boolean(opacity));
    this.ink.hidden = !opacity;
    if (!opacity) return;
    const context = contextOf(this.ink);
    const image = context.createImageData(SIDE, SIDE);
    const [red, green, blue] = (getComputedStyle(this.ink).color.match(/\d+/g) ?? []).map(Number);
    for (const [i, a] of opacity.entries()) image.data.set([red, green, blue, a], 4 * i);
    context.putImageData(image, 0, 0);
  }

  /** What the curve depends on: the drawing, the network, the change and the preprocessing. */
  get #key() {
    const { name, preprocessed } = this.#change;
    return `${this.pad.version} ${this.store.changed?.version} ${name} ${preprocessed}`;
  }

  /** One batch when any of it is another. */
  #ask() {
    const { name, preprocessed } = this.#change;
    const key = this.#key;
    if (key === this.#asked) return;
    this.#asked = key;
    const message = { drawing: this.#drawing, name, preprocessed };
    this.background.ask("break", message, (/** @type {Curve} */ result) => {
      this.#result = { ...result, name, key };
      this.#showCurve();
    });
  }

  /** Until the curve of this drawing and change is there, none is shown. */
  #showCurve() {
    const result = this.#result;
    const words = find(this.panel, ".breaking-point");
    const canvas = find(this.panel, ".curve canvas", HTMLCanvasElement);
    const current = result?.key === this.#key;
    canvas.style.visibility = current ? "" : "hidden";
    find(this.panel, ".of-gray").hidden = !current || !result || result.answers.every(Boolean);
    if (!result || !current) {
      words.textContent = "";
      return;
    }
    showCurve(canvas, result, Number(this.slider.value), positionOf(result.name, TRANSFORMS[result.name].start));
    words.textContent = breakingPoint(result);
  }
}

/**
 * The drawing on the pad, or what the preprocessing has made of an image.
 *
 * @param {Pick<Pad, "strokes" | "image">} pad
 * @returns {Drawing}
 */
function drawingOn({ strokes, image }) {
  return image ? { image: { ink: image.ink, placement: image.placement, cropped: image.cropped } } : { strokes };
}

/**
 * The reading of what is on the pad, changed.
 *
 * @param {Reader} reader
 * @param {Pick<Pad, "side" | "strokes" | "image" | "opacity" | "penDown">} pad
 * @param {{ name: string, value: number, preprocessed: boolean }} change
 * @returns {Reading}
 */
export function readChange(reader, pad, { name, value, preprocessed }) {
  const drawing = drawingOn(pad);
  const unchanged = preprocessed && value === TRANSFORMS[name].start;
  if (!applies(name, drawing) || (unchanged && pad.image)) return readPad(reader, pad);
  if (unchanged) return { ...readPad(reader, pad), opacity: pad.opacity() };
  return readChanged(reader, drawing, name, value, preprocessed, { rows: !pad.penDown });
}

/**
 * Where the answer changes, to both sides of the unchanged drawing, in words.
 *
 * @param {{ answers: string[], name: string }} result
 */
export function breakingPoint({ answers, name }) {
  const start = positionOf(name, TRANSFORMS[name].start);
  const answer = answers[start];
  if (!answer) return "The unchanged drawing is rejected.";
  let [first, last] = [start, start];
  while (first > 0 && answers[first - 1] === answer) first--;
  while (last < POSITIONS - 1 && answers[last + 1] === answer) last++;
  const at = (/** @type {number} */ position) => amount(name, valueAt(name, position));
  const becomes = (/** @type {number} */ position) =>
    answers[position] ? `it is read as ${answers[position]}` : "it is rejected";
  const limits = [
    first > 0 ? `at ${at(first - 1)} ${becomes(first - 1)}` : "",
    last < POSITIONS - 1 ? `at ${at(last + 1)} ${becomes(last + 1)}` : "",
  ].filter(Boolean);
  const row = answer.length > 1 ? " The curve is of the whole drawing, read as a single digit." : "";
  if (!limits.length) return `Read as ${answer} over the whole range.${row}`;
  return `Read as ${answer} from ${at(first)} to ${at(last)}; ${limits.join(", ")}.${row}`;
}

/**
 * @param {string} name
 * @param {number} value
 */
export function amount(name, value) {
  const { from, unit } = TRANSFORMS[name];
  const sign = from < 0 && value > 0 ? "+" : "";
  return `${sign}${decimal(value, Math.abs(from) < 5 ? 2 : 0)}${unit}`;
}

/**
 * @param {string} name
 * @param {number} value
 */
function described(name, value) {
  const { label, start } = TRANSFORMS[name];
  return value === start ? "the unchanged drawing" : `the drawing with ${label.toLowerCase()} ${amount(name, value)}`;
}

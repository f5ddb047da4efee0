// What a unit wants: the input that excites it most, by gradient ascent, step by step, and the training digits that do.
import { find, setText } from "../dom.js";
import { SIDE } from "../network/digits.js";
import { receptiveField } from "../network/explain.js";
import { crop } from "../network/image.js";
import { count, noise, STEPS, strongest } from "../network/maximize.js";
import { mnistDigit } from "../pad/images.js";
import { isVector, nameOf } from "../show/cells.js";
import { decimal, percentage } from "../show/format.js";
import { placed } from "../show/overlay.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { addChoices, press } from "./choices.js";
import { OnDemand } from "./on_demand.js";

/**
 * @import { Digits, LoadDigits } from "../network/digits.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Background } from "./background.js"
 */

const AT_ONCE = 8; // steps between two pictures
const PART = 500; // digits that the worker reads at a time
const MOST = 9;

const HTML = `
<p>A picture that is made, step by step along the gradient, to excite the unit as much as possible, and the training digits that excite it most. Try
  digit 3 of the output: which strokes make a 3 for this network?</p>
<div class="wanted">
  <figure><canvas role="img"></canvas><figcaption></figcaption></figure>
  <div>
    <p class="chips" role="group" aria-label="Start from"><span>Start from</span></p>
    <p class="remark">${STEPS} steps of gradient ascent on its value before the activation function, where ink costs a little, and
      so do differences between neighbors.</p>
    <p class="remark for-complete" hidden>Maps that are switched off count as on here.</p>
    <p class="remark">It says what the unit responds to most, not what it usually sees: few of these pictures look like anything that
      was ever drawn. The digits were.</p>
  </div>
  <div>
    <p class="which-digits"></p>
    <div class="nine" role="group" aria-label="Digits that excite it most"></div>
  </div>
</div>`;

/** The picture after some steps, and what it is read as. */
/** @typedef {{ image: Float32Array, value: number } & Pick<Reading, "digit" | "top">} Ascended */
/** How much the digits excite all maps and units of a network: see `responses`. The first `done` digits have been read. */
/** @typedef {{ tensors: Tensors, each: number, values: Float32Array, places: Uint16Array, done: number }} Table */

export class Wants {
  #key = ""; // what the picture is of
  /** @type {Float32Array} */
  #image = noise();
  #step = 0;
  /** @type {Ascended | null} */
  #last = null;
  #turn = 0; // of those who ask the worker: an answer to an earlier one is not waited for
  #fromDrawing = false;
  /** @type {Table | null} */
  #table = null;
  /** @type {OnDemand<Digits>} */
  #digits;

  /**
   * @param {HTMLDetailsElement} details
   * @param {Store} store
   * @param {Pad} pad
   * @param {Background} background
   * @param {LoadDigits} loadDigits
   */
  constructor(details, store, pad, background, loadDigits) {
    this.details = details;
    this.store = store;
    this.pad = pad;
    this.background = background;
    details.append(document.createRange().createContextualFragment(HTML));
    this.which = find(details, ".which-digits");
    const loadTraining = async (/** @type {(text: string) => void} */ say) => (await loadDigits(say)).training;
    this.#digits = new OnDemand(this.which, loadTraining, "Loading the training digits (1.7 MB)…");
    this.starts = addChoices(find(details, ".chips"), ["noise", "the drawing"], (i) => this.#startFrom(i === 1));
    details.addEventListener("toggle", () => this.#open());
    for (const event of ["selection", "mode", "source", "muted"]) store.addEventListener(event, () => this.#update());
    store.addEventListener("state", () => {
      if (store.state === "live") return;
      if (this.#fromDrawing && !store.reading) this.#startFrom(false);
      this.#show(); // another drawing, which the picture is compared with
    });
    onThemeChange(details, () => this.#show());
    this.#open();
  }

  /** It is below the window on most screens. */
  #open() {
    this.#update();
    if (this.details.open) this.details.scrollIntoView({ block: "nearest" });
  }

  /** @param {boolean} drawing */
  #startFrom(drawing) {
    this.#fromDrawing = drawing;
    this.#key = "";
    this.#update();
  }

  /** The unit, if one is asked for. */
  get #unit() {
    const { details, store } = this;
    return details.open && !details.hidden ? store.unit : null;
  }

  async #update() {
    const unit = this.#unit;
    this.#turn++;
    if (!unit) return;
    const { layer, map, row, column } = unit;
    const key = [layer, map, row, column, this.store.changed?.version].join();
    if (key !== this.#key) {
      this.#key = key;
      const ink = this.#fromDrawing && this.store.reading?.outputs.input;
      this.#image = ink || noise();
      this.#step = 0;
      this.#last = null;
    }
    this.#show();
    this.#ask();
    await this.#digits.load();
    this.#show();
  }

  /** Have the worker make some more steps, or read some more digits. */
  #ask() {
    const unit = this.#unit;
    const turn = ++this.#turn;
    if (!unit) return;
    /** @type {<T>(kind: string, message: object, done: (result: T) => void) => void} */
    const ask = (kind, message, done) =>
      this.background.ask(kind, message, (result) => {
        if (turn !== this.#turn) return;
        done(result);
        this.#show();
        this.#ask();
      });
    if (this.#step < STEPS) {
      const message = { unit, image: this.#image, first: this.#step, count: AT_ONCE };
      ask("wants", message, (/** @type {Ascended} */ ascended) => {
        this.#last = ascended;
        this.#image = ascended.image;
        this.#step += AT_ONCE;
      });
      return;
    }
    const digits = this.#digits.value;
    const { network } = this.store;
    if (!digits || !network) return;
    const { tensors } = this.background.network;
    if (this.#table?.tensors !== tensors) this.#table = emptyTable(tensors, count(network), digits.length);
    const table = this.#table;
    if (table.done === digits.length) return;
    const size = SIDE ** 2;
    const end = table.done + PART;
    const part = {
      images: digits.images.slice(size * table.done, size * end),
      labels: digits.labels.slice(table.done, end),
    };
    ask("responses", part, (/** @type {{ values: Float32Array, places: Uint16Array }} */ { values, places }) => {
      table.values.set(values, table.done * table.each);
      table.places.set(places, table.done * table.each);
      table.done = end;
    });
  }

  #show() {
    const unit = this.#unit;
    const { network, complete: reading } = this.store;
    if (!unit || !network) return;
    find(this.details, ".for-complete").hidden = !this.store.mutedMaps.length;
    press(this.starts, Number(this.#fromDrawing));
    this.starts[1].toggleAttribute("disabled", !reading);
    const field = receptiveField(network, unit, "input");
    if (!field) return;
    const { data, width, height } = crop({ data: this.#image, width: 32, height: 32 }, field);
    const canvas = find(this.details, ".wanted canvas", HTMLCanvasElement);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    canvas.ariaLabel = `What excites ${nameOf(unit)} most`;
    paint(canvas, data, 1, "gray");
    const own = reading?.before[unit.layer][network.indexOf(unit)];
    const drawn = own === undefined ? "" : `; ${decimal(own, 1)} for the drawing`;
    const { value, digit, top } = this.#last ?? { value: 0, digit: null, top: [] };
    // A part of the input is not read as anything.
    const answer = digit === null ? "rejected" : `read as ${digit}, ${percentage(top[0][1])}`;
    const seen = network.shape(unit.layer).length === 1 ? `; ${answer}` : "";
    const of = network.layer(unit.layer).activated ? "Before the curve, its value is" : "Its value:";
    const words = this.#last ? `${of} ${decimal(value, 1)} after ${this.#step} steps${drawn}${seen}` : "\u00a0";
    setText(find(this.details, "figcaption"), words);
    this.#showDigits(network, unit);
  }

  /**
   * @param {import("../network/network.js").Network} network
   * @param {Unit} unit
   */
  #showDigits(network, unit) {
    const [digits, table] = [this.#digits.value, this.#table];
    const current = digits && table?.done && table.tensors === this.background.network.tensors;
    const list = find(this.details, ".nine");
    if (!digits || !current) {
      patch(list, []);
      if (digits) setText(this.which, "");
      return;
    }
    const { each, values, places, done } = table;
    const which = count(network, unit);
    const isMap = !isVector(unit.layer) && unit.layer !== "output";
    const name = isMap ? `map ${unit.map} of ${unit.layer.toUpperCase()} most, each at the marked place` : "it most";
    const before = network.layer(unit.layer).activated ? ", by its value before the curve" : "";
    const of = done < digits.length ? `the first ${done.toLocaleString("en")} of ` : "";
    setText(
      this.which,
      `Of ${of}${digits.length.toLocaleString("en")} digits of MNIST’s training set, those that excite ${name}${before}:`,
    );
    const buttons = strongest(values.subarray(0, done * each), each, which, MOST).map((i) => {
      const [ink, label, value] = [digits.ink(i), digits.labels[i], values[i * each + which]];
      const width = network.shape(unit.layer)[2] ?? 1;
      const place = places[i * each + which];
      const found = { ...unit, row: Math.floor(place / width), column: place % width };
      const field = isMap ? receptiveField(network, found, "input") : null;
      const draw = (/** @type {HTMLCanvasElement} */ canvas) => paint(canvas, ink, 1, "gray");
      const text = `A ${label}, ${decimal(value, 1)}: put it onto the pad`;
      const attributes = { "aria-label": text };
      return node(
        "button",
        { type: "button", title: text, attributes, onclick: () => this.pad.loadImage(mnistDigit(ink, label)) },
        node(
          "span",
          { className: "place" },
          node("canvas", { width: 32, height: 32, draw }),
          field ? node("span", { className: "ghost", style: placed(field, 32) }) : null,
        ),
        node("span", {}, decimal(value, 1)),
      );
    });
    patch(list, buttons);
  }
}

/**
 * @param {Tensors} tensors
 * @param {number} each
 * @param {number} digits
 * @returns {Table}
 */
function emptyTable(tensors, each, digits) {
  return { tensors, each, values: new Float32Array(each * digits), places: new Uint16Array(each * digits), done: 0 };
}

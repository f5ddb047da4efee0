// By hand: the weights of the pinned map or unit, one by one, and whole kernels and layers at once. The changed network is
// then the page's, as a taught one is.
import { element, find } from "../dom.js";
import { EDITS, inFineSteps, PRESETS, rounded, weightsOf } from "../network/editing.js";
import { isVector } from "../show/cells.js";
import { answerText, decimal, firstUpper, percentage } from "../show/format.js";
import { KERNEL } from "../show/palette.js";
import { onThemeChange } from "../theme.js";
import { peak } from "./figures.js";
import { nameOfWeight, showKernels } from "./kernel_choice.js";
import { OLD, OldDigits } from "./old_digits.js";
import { edited } from "./steps.js";
import { WeightGrid } from "./weight_grid.js";

/**
 * @import { LoadDigits } from "../network/digits.js"
 * @import { Store } from "../store.js"
 * @import { Background } from "./background.js"
 * @import { Changes } from "./changes.js"
 * @import { Changed } from "./lessons.js"
 */

const NOISE = ["10", "30", "100", "300"]; // percent of the standard deviation of the weights
const LARGEST_SEED = 999;
const ACROSS = 5; // columns up to which cells have room for numbers
const FIRST = 5; // the map of C1 that is pinned if nothing is, and that the panel says to try
const NEAR = 0.1; // of what the buttons add

const HTML = `
<div class="by-hand">
  <div class="which-weights">
    <p class="chips"><select class="of-layer" aria-label="Layer"></select> <select class="of-map" aria-label="Map or unit"></select></p>
    <p class="no-weights"></p>
    <p class="chips one-weight-set"><button type="button" class="less" aria-label="less">\u2212</button>
      <input type="number" step="0.05" aria-label="Weight"><button type="button" class="greater" aria-label="more">+</button></p>
    <p class="remark place-of-weight"></p>
    <div class="kernel-choice" role="group" aria-label="Kernels of the map, by the map that each reads"></div>
  </div>
  <div class="weight-grid"></div>
  <div class="settings">
    <p id="hand-part">Kernel</p>
    <div class="chips presets" role="group" aria-labelledby="hand-part"></div>
    <p id="hand-layer">Layer</p>
    <div class="chips whole-layer" role="group" aria-labelledby="hand-layer">
      <button type="button" class="add-noise">Add noise</button>
      <select class="amount" aria-label="Amount of noise, in standard deviations of the weights"></select>
      <label>seed <input type="number" class="seed" min="1" max="${LARGEST_SEED}" value="1"></label>
      <button type="button" class="biases" aria-pressed="false">Biases off</button>
    </div>
    <p id="hand-all">Network</p>
    <div class="chips" role="group" aria-labelledby="hand-all">
      <button type="button" data-network="undo">Undo</button>
      <button type="button" data-network="reset">Reset</button>
      <button type="button" data-network="before" aria-pressed="false">Show before</button>
      <button type="button" data-network="save">Save weights</button>
    </div>
    <p class="hand-effect"></p>
    <p class="chips"><button type="button" class="count-digits">Count on 500 test digits</button> <span class="counted"></span></p>
    <p class="hand-status" role="status"></p>
  </div>
</div>`;

export class Hand {
  /** @type {Unit} */
  #unit;
  /** @type {Unit | null} what is pinned because nothing was */
  #own = null;
  #part = 0;
  #cell = 0;
  /** @type {Changed | null} what it was before a cell was dragged */
  #dragged = null;
  /** @type {OldDigits} */
  #digits;

  /**
   * @param {HTMLElement} panel
   * @param {Store} store
   * @param {Changes} changes
   * @param {Background} background
   * @param {LoadDigits} loadDigits
   */
  constructor(panel, store, changes, background, loadDigits) {
    this.panel = panel;
    this.store = store;
    this.changes = changes;
    panel.append(document.createRange().createContextualFragment(HTML));
    this.layers = find(panel, ".of-layer", HTMLSelectElement);
    this.maps = find(panel, ".of-map", HTMLSelectElement);
    this.input = find(panel, ".one-weight-set input", HTMLInputElement);
    this.biases = find(panel, ".biases");
    this.amount = find(panel, ".amount", HTMLSelectElement);
    this.seed = find(panel, ".seed", HTMLInputElement);
    this.status = find(panel, ".hand-status");
    this.counted = find(panel, ".counted");
    this.#digits = new OldDigits(this.counted, changes, background, loadDigits, () => this.#showCounted());
    const { layers } = changes.reader.network;
    this.#unit = middleOf(layers[0], FIRST);
    this.grid = new WeightGrid(find(panel, ".weight-grid"), "Weights", {
      choose: (cell) => this.#choose(cell),
      change: (value, done) => this.#set(value, done),
      type: () => this.#type(),
    });
    this.layers.append(
      ...layers
        .filter((layer) => weightsOf(layer, 0).length)
        .map(({ name }) => element("option", { value: name }, name === "output" ? "Output" : name.toUpperCase())),
    );
    this.#addPresets();
    this.amount.append(
      ...NOISE.map((percent) => element("option", { value: percent }, `${Number(percent) / 100} \u00d7 their spread`)),
    );
    this.amount.value = NOISE[1];
    this.#listen();
    changes.connect(panel, (text) => this.#say(text));
    for (const event of ["mode", "selection"]) store.addEventListener(event, () => this.#follow());
    store.addEventListener("mode", () => {
      if (this.open) this.#count(); // it may have been taught elsewhere
    });
    for (const event of ["reading", "network"]) store.addEventListener(event, () => this.#show());
    changes.addEventListener("change", () => {
      if (this.open) this.#count();
      this.#show();
    });
    changes.pad.addEventListener("change", () => this.#say("")); // nor is it about another drawing
    onThemeChange(changes.root, () => this.#show(true));
    this.#follow();
  }

  /** Whether the field has a number that nobody has taken yet. */
  #typed = false;

  get open() {
    return this.store.mode === "hand";
  }

  #addPresets() {
    const buttons = Object.entries(PRESETS).map(([key, { label }], i) => {
      const button = element("button", { type: "button", dataset: { preset: key } }, label);
      button.addEventListener("click", () => {
        const others = find(this.panel, ".copied", HTMLSelectElement);
        const from = key === "copy" ? Number(others.value) : 0;
        this.#edit("p", [this.#number, this.#unit.map, this.#part, i, from], `${label.toLowerCase()}`);
      });
      return button;
    });
    const others = element("select", { className: "copied", ariaLabel: "Which is copied" });
    const copy = element("span", { className: "chips copy" }, buttons.pop() ?? "", others);
    find(this.panel, ".presets").append(...buttons, copy);
  }

  #listen() {
    const { panel } = this;
    this.layers.addEventListener("change", () => {
      const layer = this.changes.reader.network.layer(this.layers.value);
      this.store.pin(middleOf(layer, Math.min(this.#unit.map, layer.shape[0] - 1)));
    });
    this.maps.addEventListener("change", () => this.store.pin({ ...this.#unit, map: Number(this.maps.value) }));
    this.input.addEventListener("input", () => {
      this.#typed = true;
    });
    this.input.addEventListener("change", () => this.#take());
    this.input.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#typed = false;
      if (key !== "Enter" && key !== "Escape") return;
      this.#take();
      this.grid.focus();
      this.#show();
    });
    for (const [name, by] of /** @type {const} */ ([
      [".less", -NEAR],
      [".greater", NEAR],
    ])) {
      find(panel, name).addEventListener("click", () => this.#set(this.#value + by, true));
    }
    find(panel, ".count-digits").addEventListener("click", async () => {
      await this.#digits.load();
      this.#digits.ask();
    });
    find(panel, ".add-noise").addEventListener("click", () => {
      const seed = Math.round(Math.min(LARGEST_SEED, Math.max(1, Number(this.seed.value) || 1)));
      this.#edit(
        "n",
        [this.#number, Number(this.amount.value), seed],
        `noise, ${Number(this.amount.value) / 100} times the spread of the weights`,
      );
      this.seed.value = String(seed < LARGEST_SEED ? seed + 1 : 1); // another press, other noise
    });
    this.biases.addEventListener("click", () => {
      const on = this.#hasBiases ? 0 : 1;
      this.#edit("b", [this.#number, on], `biases ${on ? "as they were" : "off"}`);
    });
  }

  get #layer() {
    return this.changes.state.reader.network.layer(this.#unit.layer);
  }

  /** The number of the layer. */
  get #number() {
    return this.changes.reader.network.layers.findIndex(({ name }) => name === this.#unit.layer);
  }

  get #parts() {
    return this.#unit.layer === "input" ? [] : weightsOf(this.#layer, this.#unit.map);
  }

  get #hasBiases() {
    return this.#layer.tensors.bias?.some((bias) => bias !== 0) ?? false;
  }

  /** The tensor of the chosen weight, and where it is there. */
  get #place() {
    const { tensor, from, length } = this.#parts[this.#part];
    return this.#cell < length ? { tensor, at: from + this.#cell } : { tensor: "bias", at: this.#unit.map };
  }

  get #value() {
    const { tensor, at } = this.#place;
    return this.#layer.tensors[tensor][at];
  }

  /** Of what is pinned; if nothing is, what was edited last is pinned. */
  #follow() {
    const { unit, pinned } = this.store;
    if (!this.open) {
      if (this.#own && unit === this.#own) this.store.free(); // elsewhere nobody has pinned it
      this.#own = null;
      return;
    }
    if (!unit || !pinned) {
      if (!this.store.restoring && !unit) {
        this.#own = this.#unit;
        this.store.pin(this.#unit);
      }
      return;
    }
    const same = unit.layer === this.#unit.layer && unit.map === this.#unit.map;
    if (!same) [this.#part, this.#cell] = [0, 0];
    this.#unit = unit;
    this.#show();
  }

  /** @param {number} cell */
  #choose(cell) {
    this.#take(); // what was typed is of the cell chosen before
    this.#cell = cell;
    this.#show();
  }

  #type() {
    this.input.focus();
    this.input.select();
  }

  /** Set the weight to what has been typed. */
  #take() {
    if (!this.#typed) return;
    this.#typed = false;
    if (this.input.value !== "" && Number.isFinite(Number(this.input.value))) this.#set(Number(this.input.value), true);
    else this.#show();
  }

  /**
   * @param {number} value
   * @param {boolean} done false while a cell is dragged
   */
  #set(value, done) {
    const { tensor, at } = this.#place;
    const names = Object.keys(this.#layer.tensors);
    const numbers = [this.#number, names.indexOf(tensor), at, inFineSteps(value)];
    const from = this.#dragged ?? this.changes.state;
    this.#dragged = done ? null : from;
    if (done) {
      this.#edit("w", numbers, decimal(rounded(value), 3), from);
      return;
    }
    this.#say(""); // what was said is about another network
    this.changes.use(edited(from, this.changes.reader, "w", numbers));
  }

  /**
   * Take a step, which can be undone.
   *
   * @param {keyof typeof EDITS} kind
   * @param {number[]} numbers
   * @param {string} what in words
   * @param {Changed} from
   */
  #edit(kind, numbers, what, from = this.changes.state) {
    this.changes.change(edited(from, this.changes.reader, kind, numbers), from);
    const reading = this.store.complete;
    this.#say(`${this.#name(kind)}: ${what}.${reading ? ` ${firstUpper(answerText(reading))}.` : ""}`);
  }

  /**
   * What an edit is of, in words.
   *
   * @param {string} kind
   */
  #name(kind) {
    const { layer, map } = this.#unit;
    const name = layer === "output" ? "Output" : layer.toUpperCase();
    if (kind === "n" || kind === "b") return name;
    const unit = `${name}, ${isVector(layer) || layer === "output" ? "unit" : "map"} ${map}`;
    return kind === "w" ? `${unit}, ${nameOfWeight(this.#parts, this.#part, this.#cell)}` : unit;
  }

  /** Count again, once a cell is not dragged any more: until then there is no number. */
  #count() {
    if (!this.#digits.value) return;
    this.counted.textContent = "Counting\u2026";
    if (!this.#dragged) this.#digits.ask();
  }

  #showCounted() {
    const { result } = this.#digits;
    if (!result) return;
    const { before, now } = result;
    find(this.panel, ".count-digits").hidden = true;
    this.counted.textContent = `Of ${OLD} test digits, ${now} are read${now === before ? ", as before" : `; ${before} before`}.`;
  }

  /** @param {string} text */
  #say(text) {
    this.status.textContent = text;
  }

  /** @param {boolean} anyway also while another mode is open */
  #show(anyway = false) {
    if (!this.open && !anyway) return;
    const { panel, changes } = this;
    const { layer, map } = this.#unit;
    const parts = this.#parts;
    const name = layer === "output" ? "The output" : layer.toUpperCase();
    find(panel, ".no-weights").textContent = parts.length
      ? ""
      : `${layer === "input" ? "The input" : name} has no weights that were learned. Choose another layer.`;
    for (const part of [
      ".weight-grid",
      ".one-weight-set",
      ".place-of-weight",
      ".presets",
      "#hand-part",
      ".whole-layer",
      "#hand-layer",
    ]) {
      find(panel, part).hidden = !parts.length;
    }
    this.#showEffect();
    const { kernels, shape } = layer === "input" ? { kernels: undefined, shape: [1] } : this.#layer;
    const isUnit = isVector(layer) || layer === "output";
    this.layers.value = parts.length ? layer : "";
    const options = Array.from({ length: shape[0] }, (_, i) => `${isUnit ? "unit" : "map"} ${i}`);
    setOptions(this.maps, options);
    this.maps.value = String(map);
    const choose = (/** @type {number} */ part) => {
      this.#part = part;
      this.#show();
    };
    showKernels(find(panel, ".kernel-choice"), parts, this.#part, layer === "input" ? {} : this.#layer.tensors, choose);
    if (!parts.length) return;
    this.#part = Math.min(this.#part, parts.length - 1);
    const { tensor, from, length, columns } = parts[this.#part];
    const { tensors } = this.#layer;
    this.#cell = Math.min(this.#cell, length);
    const values = tensors[tensor].subarray(from, from + length);
    const base = changes.reader.network.layer(layer).tensors;
    const scale = kernels ? KERNEL : length === 1 ? 1 : peak(base[tensor].subarray(from, from + length));
    const bias = tensors.bias?.[map] ?? null;
    this.grid.element.dataset.columns = String(columns);
    this.grid.show({ values, columns, bias, scale, numbers: columns <= ACROSS }, this.#cell);
    const place = this.#place;
    const [value, old] = [this.#value, base[place.tensor][place.at]];
    if (!this.#typed || this.#dragged) this.input.value = String(Number(value.toFixed(4)));
    const was = Math.abs(value - old) < 5e-7 ? "as it was learned" : `it was ${decimal(old, 4)}`;
    find(panel, ".place-of-weight").textContent =
      `${firstUpper(nameOfWeight(this.#parts, this.#part, this.#cell))}: ${was}.`;
    find(panel, "#hand-part").textContent = kernels ? "Kernel" : length === 1 ? "Coefficient" : "Unit";
    find(panel, "#hand-layer").textContent = `All of ${name.replace("The o", "o")}`;
    for (const [key, { only }] of Object.entries(PRESETS)) {
      find(panel, `[data-preset="${key}"]`).hidden = Boolean(only) && length !== 25;
    }
    const copied = find(panel, ".copied", HTMLSelectElement);
    setOptions(copied, options);
    // Maps of C3 in the network of 1998 do not all have as many kernels.
    for (const [i, option] of [...copied.options].entries()) {
      option.disabled = i === map || weightsOf(this.#layer, i).length <= this.#part;
    }
    if (copied.selectedOptions[0]?.disabled ?? true) {
      copied.value = [...copied.options].find(({ disabled }) => !disabled)?.value ?? "";
    }
    this.biases.hidden = bias === null;
    this.biases.setAttribute("aria-pressed", String(!this.#hasBiases));
  }

  /** The answer of the network as it was, and as it is. */
  #showEffect() {
    const { reading } = this.store;
    const words = find(this.panel, ".hand-effect");
    const inWords = (/** @type {Reading} */ { digit, top: [[likeliest, p]], outputs: { output } }) =>
      `${digit === null ? "rejected, at best " : ""}${likeliest}, ${percentage(p)}, score ${decimal(output[likeliest], 2)}`;
    if (!reading) words.textContent = "Draw a digit to see what a change does to the answer.";
    else {
      const { reader, state } = this.changes;
      const [old, now] = [reader, state.reader].map((one) => one.readInk(reading.outputs.input));
      const how = this.changes.name.replace(/^the network ?/, ""); // it may have been taught, not changed by hand
      words.textContent = this.changes.any
        ? `As stored: ${inWords(old)}. Now${how && `, ${how}`}: ${inWords(now)}.`
        : `${firstUpper(inWords(now))}: nothing is changed.`;
    }
  }
}

/**
 * The unit in the middle of a map.
 *
 * @param {LayerDescription} layer
 * @param {number} map
 * @returns {Unit}
 */
function middleOf({ name, shape }, map) {
  const [, rows = 1, columns = 1] = shape;
  return { layer: name, map, row: rows >> 1, column: columns >> 1 };
}

/**
 * @param {HTMLSelectElement} select
 * @param {string[]} texts
 */
function setOptions(select, texts) {
  if (select.options.length === texts.length && select.options[0]?.text === texts[0]) return;
  select.replaceChildren(...texts.map((text, i) => element("option", { value: String(i) }, text)));
}

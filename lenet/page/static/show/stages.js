// The layers as images: one canvas per feature map, C5 and F6 as one grid each; the output layer is in output.js.
import { element, find, findAll } from "../dom.js";
import { isDark, onThemeChange } from "../theme.js";
import { canvasesOf } from "./cells.js";
import { number, range, rangeText } from "./format.js";
import { OutputRow } from "./output.js";
import { paint } from "./palette.js";

/** @import { Store } from "../store.js" */

export class Stages {
  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {number} temperature
   */
  constructor(root, store, temperature) {
    this.rows = findAll(root, ".stage").map((section) => {
      if (section.dataset.stage === "input") return new InputRow(section);
      return section.dataset.stage === "output" ? new OutputRow(section, temperature) : new MapsRow(section);
    });
    this.legend = find(root, ".scale", HTMLCanvasElement);
    this.store = store;
    /** @type {boolean | null} */
    this.dark = null;
    const [after, before, difference] = ["after", "before", "difference"].map((name) =>
      find(root, `.view .${name}`, HTMLInputElement),
    );
    after.name = before.name = `view-${crypto.getRandomValues(new Uint32Array(1))[0]}`; // one group for each app on a page
    find(root, ".view").addEventListener("change", () => {
      store.setView({ before: before.checked, difference: difference.checked });
    });
    store.addEventListener("view", () => {
      (store.view.before ? before : after).checked = true;
      difference.checked = store.view.difference;
      this.#show();
    });
    store.addEventListener("reading", () => this.#show());
    onThemeChange(() => this.#show());
    this.#show();
  }

  #show() {
    const dark = isDark();
    const legend = Float32Array.from({ length: 255 }, (_, i) => i / 127 - 1);
    if (dark !== this.dark) paint(this.legend, legend, 1);
    this.dark = dark;
    const { reading, blank, view } = this.store;
    const kind = view.before ? "before" : "outputs";
    const from = view.difference ? blank?.[kind] : null;
    for (const row of this.rows) row.show(reading, kind, from);
  }
}

class MapsRow {
  /** @param {HTMLElement} section */
  constructor(section) {
    this.name = section.dataset.stage ?? "";
    this.range = find(section, ".range");
    const shape = (section.dataset.shape ?? "").split(",").map(Number);
    const { count, width, height } = canvasesOf(this.name, shape);
    const label = find(section, "h2").textContent;
    this.canvases = Array.from({ length: count }, (_, i) => {
      return addCanvas(section, width, height, count > 1 ? `${label}, feature map ${i}` : label);
    });
    this.zeros = new Float32Array(width * height * count);
  }

  /**
   * `kind`: "outputs" or "before" the activation function; `from`: the same of blank paper, to show the difference.
   *
   * @param {Reading | null} reading
   * @param {"outputs" | "before"} kind
   * @param {Layers | null | undefined} from
   */
  show(reading, kind, from) {
    const values = difference(reading?.[kind][this.name], from?.[this.name]) ?? this.zeros;
    const [low, high] = range(values);
    const scale = Math.max(1, -low, high); // tanh's values share one scale, so that colors compare between layers
    const size = values.length / this.canvases.length;
    for (const [i, canvas] of this.canvases.entries()) paint(canvas, values.subarray(i * size, (i + 1) * size), scale);
    const colors = scale > 1 ? `, colors \u00b1${number(scale)}` : "";
    this.range.textContent = reading ? rangeText(low, high) + colors : "\u00a0";
  }
}

/** The ink, and the same normalized, which is what C1 is computed from. */
class InputRow {
  /** @param {HTMLElement} section */
  constructor(section) {
    this.range = find(section, ".range");
    this.ink = addFigure(section, "Input: the preprocessed image", "input");
    this.normalized = addFigure(section, "Input, normalized to mean 0 and standard deviation 1", "normalized");
    this.zeros = new Float32Array(32 * 32);
  }

  /** @param {Reading | null} reading */
  show(reading) {
    paint(this.ink, reading?.outputs.input ?? this.zeros, 1, "gray");
    const normalized = reading?.before.input ?? this.zeros;
    const [low, high] = range(normalized);
    paint(this.normalized, normalized, Math.max(1, -low, high));
    this.range.textContent = reading ? rangeText(low, high) : "\u00a0";
  }
}

/**
 * A canvas that can have the focus, so that its units can be pointed at with the keyboard, in a box for outlines.
 *
 * @param {HTMLElement} section
 * @param {number} width
 * @param {number} height
 * @param {string} label
 */
function addCanvas(section, width, height, label) {
  const maps = find(section, ".maps");
  const canvas = element("canvas", {
    width,
    height,
    tabIndex: 0,
    dataset: { index: maps.childElementCount },
    attributes: { role: "application", "aria-label": label, "aria-roledescription": "grid of units" },
  });
  maps.append(element("div", { className: "map" }, canvas));
  return canvas;
}

/**
 * @param {HTMLElement} section
 * @param {string} label
 * @param {string} caption
 */
function addFigure(section, label, caption) {
  const canvas = addCanvas(section, 32, 32, label);
  const map = /** @type {HTMLElement} */ (canvas.parentElement);
  const figure = element("figure");
  map.replaceWith(figure);
  figure.append(map, element("figcaption", { textContent: caption }));
  return canvas;
}

/**
 * @param {Float32Array | undefined} values
 * @param {Float32Array | undefined} from
 */
function difference(values, from) {
  return values && from ? values.map((value, i) => value - from[i]) : values;
}

// Weights as a grid of colored cells, of which one is chosen: by pointing or by the arrow keys. It can be changed by dragging
// up or down and by keys.
import { closest, find } from "../dom.js";
import { decimal } from "../show/format.js";
import { colorsOf } from "../show/palette.js";
import { node, patch } from "../show/tree.js";

/** @type {Record<string, [down: number, right: number]>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
/** @type {Record<string, number>} in units of STEP */
const KEYS = { "+": 1, "=": 1, "-": -1, "\u2212": -1, PageUp: 10, PageDown: -10 };
const STEP = 0.05;
const DRAGGED = 80; // pixels for a change from the middle of the scale to its end

/**
 * What is shown: rows of `columns` weights, and below them a bias, unless that is null.
 *
 * @typedef {object} Weights
 * @property {Float32Array} values
 * @property {number} columns
 * @property {number | null} bias
 * @property {number} scale the end of the color scale
 * @property {boolean} numbers whether the cells have room for numbers
 */

/**
 * What happens with a cell: it is chosen; its value changes, and `done` says whether that is all; a number is begun to be typed.
 *
 * @typedef {object} Listeners
 * @property {(index: number) => void} choose
 * @property {(value: number, done: boolean) => void} [change]
 * @property {() => void} [type]
 */

export class WeightGrid {
  /** @type {Weights | null} */
  #shown = null;
  #chosen = 0;
  /** @type {{ y: number, value: number, latest: number | null } | null} */
  #drag = null;

  /**
   * @param {HTMLElement} element
   * @param {string} label
   * @param {Listeners} listeners
   */
  constructor(element, label, listeners) {
    this.element = element;
    this.listeners = listeners;
    element.setAttribute("role", "grid");
    element.ariaLabel = label;
    element.classList.toggle("editable", Boolean(listeners.change));
    element.addEventListener("pointerdown", (event) => this.#grab(event));
    element.addEventListener("pointermove", (event) => this.#pull(event));
    for (const type of ["pointerup", "pointercancel"]) element.addEventListener(type, () => this.#drop());
    element.addEventListener("keydown", (event) => this.#press(event));
  }

  /**
   * @param {Weights} weights
   * @param {number} chosen the number of the cell; that of the bias comes after the weights
   */
  show(weights, chosen) {
    this.#shown = weights;
    this.#chosen = chosen;
    const { values, columns, bias, scale, numbers } = weights;
    const all = bias === null ? [...values] : [...values, bias];
    const colors = colorsOf(all, scale);
    const cell = (/** @type {number} */ i) => {
      const name = i < values.length ? `row ${Math.floor(i / columns)}, column ${i % columns}` : "bias";
      return node(
        "div",
        {
          className: Math.abs(all[i]) > 0.55 * scale ? "strong" : "",
          style: { backgroundColor: colors[i] },
          dataset: { cell: String(i) },
          attributes: {
            role: "gridcell",
            tabindex: i === chosen ? "0" : "-1",
            "aria-selected": String(i === chosen),
            "aria-label": `${name}: ${decimal(all[i], 3)}`,
          },
        },
        numbers || i === values.length ? decimal(all[i], 2) : "",
      );
    };
    const rows = Array.from({ length: Math.ceil(values.length / columns) }, (_, row) => {
      const cells = Array.from(values.subarray(row * columns, (row + 1) * columns), (_, i) => cell(row * columns + i));
      const style = { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` };
      return node("div", { className: "weight-row", style, attributes: { role: "row" } }, ...cells);
    });
    const name = node("span", { attributes: { role: "rowheader" } }, "bias");
    const last = node("div", { className: "bias-row", attributes: { role: "row" } }, name, cell(values.length));
    patch(this.element, bias === null ? rows : [...rows, last]);
  }

  /** Put the keyboard at the chosen cell. */
  focus() {
    find(this.element, `[data-cell="${this.#chosen}"]`).focus({ preventScroll: true });
  }

  get #value() {
    if (!this.#shown) return 0;
    const { values, bias } = this.#shown;
    return this.#chosen < values.length ? values[this.#chosen] : (bias ?? 0);
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    const cell = closest(event.target, "[data-cell]");
    if (!cell || event.button) return;
    this.listeners.choose(Number(cell.dataset.cell));
    if (!this.listeners.change) return;
    this.element.setPointerCapture(event.pointerId);
    this.#drag = { y: event.clientY, value: this.#value, latest: null };
  }

  /** @param {PointerEvent} event */
  #pull({ clientY }) {
    const drag = this.#drag;
    if (!drag || !this.#shown) return;
    const by = ((drag.y - clientY) / DRAGGED) * this.#shown.scale;
    if (drag.latest === null && Math.abs(drag.y - clientY) < 2) return; // a click
    drag.latest = drag.value + by;
    this.listeners.change?.(drag.latest, false);
  }

  #drop() {
    const latest = this.#drag?.latest ?? null;
    this.#drag = null;
    if (latest !== null) this.listeners.change?.(latest, true);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (!this.#shown || ctrlKey || metaKey || altKey) return;
    const { change, type } = this.listeners;
    if (ARROWS[key]) this.#move(ARROWS[key]);
    else if (change && key in KEYS) change(this.#value + KEYS[key] * STEP, true);
    else if (change && ["Delete", "Backspace"].includes(key)) change(0, true);
    else if (type && /^[0-9.]$|^Enter$/.test(key)) {
      type();
      if (key !== "Enter") return event.stopPropagation(); // the browser types it into the field
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {[down: number, right: number]} step */
  #move([down, right]) {
    const { values, columns, bias } = /** @type {Weights} */ (this.#shown);
    const count = values.length;
    const from = this.#chosen;
    let to = from + down * columns + right;
    if (from === count) to = down < 0 ? count - 1 : from;
    else if (right && Math.floor(to / columns) !== Math.floor(from / columns)) to = from;
    else if (to >= count) to = down > 0 && bias !== null ? count : from;
    if (to < 0) to = from;
    this.listeners.choose(to);
    this.focus();
  }
}

// What several figures of the article are made of: choices, a map that one can walk over, and pictures of maps.
import { element, setText } from "../dom.js";
import { addChoices, press } from "../explore/choices.js";
import { paint } from "../show/palette.js";
import { node } from "../show/tree.js";

/** @type {Record<string, [down: number, right: number]>} */
export const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
/** @type {Record<string, [down: number, right: number]>} */
const KEYS = { ...ARROWS, Home: [0, -Infinity], End: [0, Infinity] };

/**
 * A group of buttons with a name, of which one is pressed.
 *
 * @param {string} label
 * @param {string[]} names
 * @param {(i: number) => void} choose
 */
export function choice(label, names, choose) {
  const group = element("div", { className: "chips" }, element("span", { className: "of-chips" }, label));
  group.role = "group";
  group.ariaLabel = label;
  const buttons = addChoices(group, names, choose);
  return { group, buttons, show: (/** @type {number} */ i) => press(buttons, i) };
}

/** What is said of what has changed; screen readers hear it. */
export function statusLine(className = "") {
  const line = element("p", { className: `says ${className}` });
  line.role = "status";
  return line;
}

/**
 * @param {string} caption
 * @param {(Node | string)[]} children
 */
export function captioned(caption, ...children) {
  return element("figure", {}, element("figcaption", {}, caption), ...children);
}

/**
 * @param {HTMLElement} figure that `captioned` has made
 * @param {string} text
 */
export function setCaption(figure, text) {
  setText(/** @type {HTMLElement} */ (figure.firstChild), text);
}

/** A canvas of this many values, for `paint`. */
export function picture(/** @type {number} */ width, height = width) {
  const canvas = element("canvas", { className: "grid", width, height });
  canvas.ariaHidden = "true";
  return canvas;
}

/**
 * What is read, and the three likeliest, each with a number.
 *
 * @param {string} name of who reads
 * @param {string} digit
 * @param {string[][]} items
 */
export function answer(name, digit, items) {
  return node(
    "div",
    {},
    node("h3", {}, name),
    node("b", { className: "read" }, digit),
    node("ul", {}, ...items.map(([one, text]) => node("li", {}, node("b", {}, one), node("span", {}, text)))),
  );
}

/** @typedef {{ row: number, column: number }} Place */

/** A map with a square on it, which is moved by pointing, by dragging and, if it has a name, by the arrow keys. */
export class Walk {
  #columns = 1;
  #rows = 1;
  #size = 1;
  /** @type {Place} */
  #at = { row: 0, column: 0 };

  /**
   * @param {string} name for screen readers; "" if this is only for the pointer, and something else does the same
   * @param {(at: Place, how: "pointer" | "key") => void} move
   */
  constructor(name, move) {
    this.canvas = picture(1);
    this.square = element("span", { className: "square" });
    this.element = element("div", { className: "walk" }, this.canvas, this.square);
    this.move = move;
    if (name) {
      this.element.tabIndex = 0;
      this.element.role = "application";
      this.element.ariaRoleDescription = "grid of values";
      this.element.ariaLabel = name;
    }
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.element.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) this.#point(event);
    });
    this.element.addEventListener("keydown", (event) => this.#press(event));
  }

  /**
   * Values, `columns` in a row; those after `last` are not shown yet. `at` is the top left corner of the square.
   *
   * @param {ArrayLike<number>} values
   * @param {number} columns
   * @param {number} scale
   * @param {{ at: Place, size?: number, last?: number, palette?: import("../show/palette.js").Palette }} shown
   */
  show(values, columns, scale, { at, size = 1, last = values.length - 1, palette }) {
    [this.#columns, this.#rows, this.#size, this.#at] = [columns, values.length / columns, size, at];
    const { canvas, square } = this;
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== this.#rows) canvas.height = this.#rows;
    paint(canvas, values, scale, palette);
    const context = canvas.getContext("2d");
    const row = Math.floor(last / columns);
    context?.clearRect((last % columns) + 1, row, columns, 1);
    context?.clearRect(0, row + 1, columns, this.#rows);
    const share = (/** @type {number} */ x, /** @type {number} */ of) => `${(100 * x) / of}%`;
    square.style.inset = `${share(at.row, this.#rows)} auto auto ${share(at.column, columns)}`;
    square.style.inlineSize = share(size, columns);
    square.style.blockSize = share(size, this.#rows);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const half = (this.#size - 1) / 2; // the square is grabbed by its middle
    this.#go(
      Math.floor(((event.clientY - top) / height) * this.#rows - half),
      Math.floor(((event.clientX - left) / width) * this.#columns - half),
      "pointer",
    );
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = KEYS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#go(this.#at.row + step[0], this.#at.column + step[1], "key");
  }

  /**
   * @param {number} row
   * @param {number} column
   * @param {"pointer" | "key"} how
   */
  #go(row, column, how) {
    const within = (/** @type {number} */ x, /** @type {number} */ of) => Math.max(0, Math.min(of - this.#size, x));
    this.move({ row: within(row, this.#rows), column: within(column, this.#columns) }, how);
  }
}

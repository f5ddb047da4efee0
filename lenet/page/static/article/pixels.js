// The numbers of the input, square by square: what is in one is said where one points, and a press erases it.
import { contextOf, densityOf, element } from "../dom.js";
import { decimal } from "../show/format.js";
import { fill } from "../show/palette.js";
import { colors } from "../theme.js";
import { ARROWS } from "./parts.js";

const SIDE = 32;
const LEGIBLE = 15; // CSS pixels of a square from which its number is written into it
const PRINTED = 0.005; // what two decimals do not make 0

export class Pixels {
  /** @type {Set<number>} what has been erased */
  #erased = new Set();
  /** @type {Source | null} */
  #source = null;
  /** @type {Source | null} the drawing as it is changed without that */
  #base = null;
  #at = (SIDE / 2) * SIDE + SIDE / 2;
  #isPointing = false;
  #isTouched = false; // a finger points by a first tap, and presses by a second one

  /** @param {Context} context */
  constructor(context) {
    const { store } = context;
    this.context = context;
    this.canvas = element("canvas", {
      className: "pixels",
      tabIndex: 0,
      attributes: {
        role: "application",
        "aria-label": "The numbers of the input. Arrow keys move, Space erases a square.",
      },
    });
    this.words = element("p", { className: "pixel-words", attributes: { role: "status" } });
    this.element = element("div", { className: "pixels-of-input" }, this.canvas, this.words);
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.#point(event);
    });
    this.canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "mouse") return; // a finger leaves with each tap
      this.#isPointing = false;
      this.update();
    });
    this.canvas.addEventListener("click", (event) => {
      const before = this.#isPointing ? this.#at : null;
      this.#isTouched = event.pointerType !== "mouse";
      this.#point(event);
      if (!this.#isTouched || this.#at === before) this.#toggle();
    });
    this.canvas.addEventListener("focus", () => this.update());
    this.canvas.addEventListener("blur", () => this.update());
    this.canvas.addEventListener("keydown", (event) => this.#press(event));
    this.listen = () => {
      if (store.source !== this.#source) this.#erased.clear(); // another change, or another drawing
    };
    store.addEventListener("source", this.listen);
    this.observer = new ResizeObserver(() => this.update());
    this.observer.observe(this.canvas);
  }

  remove() {
    const { store } = this.context;
    store.removeEventListener("source", this.listen);
    store.dropSource(this.#source);
    this.observer.disconnect();
    this.element.remove();
  }

  /** @param {MouseEvent} event */
  #point({ offsetX, offsetY }) {
    const size = this.canvas.clientWidth / SIDE;
    const [column, row] = [offsetX, offsetY].map((x) => Math.min(SIDE - 1, Math.max(0, Math.floor(x / size))));
    this.#at = row * SIDE + column;
    this.#isPointing = true;
    this.update();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const [down, right] = ARROWS[event.key] ?? [0, 0];
    if (!ARROWS[event.key] && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    const [row, column] = [Math.floor(this.#at / SIDE) + down, (this.#at % SIDE) + right];
    if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) this.#at = row * SIDE + column;
    if (!ARROWS[event.key]) this.#toggle();
    this.update();
  }

  /** What a press on the square does; "" if it is paper. */
  get #does() {
    if (this.#erased.has(this.#at)) return "give it back";
    return decimal(this.context.store.reading?.outputs.input[this.#at] ?? 0, 2) === "0.00" ? "" : "erase it";
  }

  /** Erase the square, or give it back. */
  #toggle() {
    const { store, reader: own } = this.context;
    if (store.source !== this.#source) this.#base = store.source;
    const base = this.#base;
    if (!base || !store.reading || !this.#does) return;
    if (!this.#erased.delete(this.#at)) this.#erased.add(this.#at);
    const erased = [...this.#erased];
    this.#source = erased.length
      ? {
          note: erased.length === 1 ? "Shown: one pixel erased." : `Shown: ${erased.length} pixels erased.`,
          isChanged: true,
          read() {
            const { outputs, placement, opacity } = base.read();
            const ink = outputs.input.map((value, i) => (erased.includes(i) ? 0 : value));
            return { ...(store.changed?.reader ?? own).readInk(ink), placement, opacity };
          },
        }
      : base;
    store.setSource(this.#source);
  }

  update() {
    const { canvas } = this;
    const { root, store } = this.context;
    const reading = store.reading ?? store.blank;
    const wide = canvas.clientWidth;
    if (!reading || !wide) return;
    const { input } = reading.outputs;
    const density = densityOf(canvas);
    const size = (wide * density) / SIDE;
    const pixels = Math.round(wide * density);
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    const context = contextOf(canvas);
    const shades = new Uint32Array(input.length);
    fill(shades, input, 1, "gray");
    const bytes = new Uint8Array(shades.buffer);
    const { ink, paper, mark, edge } = colors(root);
    const withNumbers = wide / SIDE >= LEGIBLE;
    context.font = `${0.5 * size}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [i, value] of input.entries()) {
      const [x, y] = [(i % SIDE) * size, Math.floor(i / SIDE) * size];
      context.fillStyle = `rgb(${bytes.subarray(4 * i, 4 * i + 3).join(" ")})`;
      context.fillRect(x, y, size + 1, size + 1);
      if (!withNumbers || value < PRINTED) continue;
      context.fillStyle = value > 0.5 ? paper : ink;
      context.fillText(value > 0.995 ? "1" : decimal(value, 2).slice(1), x + size / 2, y + size / 2);
    }
    context.strokeStyle = ink;
    context.globalAlpha = 0.15;
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 1; i < SIDE; i++) {
      context.moveTo(Math.round(i * size) + 0.5, 0);
      context.lineTo(Math.round(i * size) + 0.5, pixels);
      context.moveTo(0, Math.round(i * size) + 0.5);
      context.lineTo(pixels, Math.round(i * size) + 0.5);
    }
    context.stroke();
    context.globalAlpha = 1;
    if (reading.placement) {
      const { left, top, width, height } = reading.placement.to;
      context.lineWidth = 2 * density;
      context.setLineDash([4 * density, 3 * density]);
      context.strokeRect(left * size, top * size, width * size, height * size);
      context.setLineDash([]);
    }
    const shown = this.#isPointing || canvas.matches(":focus-visible");
    const [row, column] = [Math.floor(this.#at / SIDE), this.#at % SIDE];
    if (shown) {
      context.lineWidth = 5 * density;
      context.strokeStyle = edge;
      context.strokeRect(column * size, row * size, size, size);
      context.lineWidth = 2.5 * density;
      context.strokeStyle = mark;
      context.strokeRect(column * size, row * size, size, size);
    }
    const again = this.#isTouched && this.#does ? `; press again to ${this.#does}` : "";
    this.words.textContent = shown
      ? `Row ${row}, column ${column}: ${decimal(input[this.#at], 2)}${this.#erased.has(this.#at) ? ", erased" : ""}${again}`
      : store.reading
        ? `${reading.placement ? "Dashed: the box of the digit. " : ""}Choose a square to read it; a press erases it.`
        : "Draw a digit: all of these are 0.";
  }
}

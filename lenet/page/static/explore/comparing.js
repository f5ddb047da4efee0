// Compare: the three networks on the same drawing, layer by layer. They are loaded when this is opened.
import { find } from "../dom.js";
import { canvasesOf } from "../show/cells.js";
import { decimal, ordinalDigit, percentage, sizeText } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { grid, peak } from "./figures.js";
import { fetchReader, namesOf } from "./networks.js";
import { OnDemand } from "./on_demand.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Store } from "../store.js"
 */

/** @type {Record<string, number>} */
const COLUMNS = { c1: 6, s2: 6, c3: 8, s4: 8, c5: 1, f6: 1 };

/**
 * One of the networks, and what it makes of the drawing.
 *
 * @typedef {{ variant: string, network: Network, reading: Reading }} Column
 */

export class Comparing {
  /** @type {OnDemand<Map<string, Reader>>} */
  #readers;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {import("./networks.js").FetchOther} fetchNetwork
   */
  constructor(root, store, fetchNetwork) {
    this.store = store;
    this.panel = find(root, ".compare");
    this.hint = find(this.panel, ".hint");
    this.table = find(this.panel, ".networks");
    /** @type {Record<string, string>} */
    this.differences = JSON.parse(this.panel.dataset.variants ?? "{}");
    this.names = namesOf(root);
    const fetchReaders = async (/** @type {(text: string) => void} */ say) => {
      const variants = Object.keys(this.differences);
      const readers = await Promise.all(variants.map((variant) => fetchReader(fetchNetwork, variant, say)));
      return new Map(variants.map((variant, i) => [variant, readers[i]]));
    };
    this.#readers = new OnDemand(this.hint, fetchReaders, "Loading the three networks…");
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => this.#show());
    onThemeChange(root, () => this.#show());
    this.#open();
  }

  get open() {
    return this.store.mode === "compare";
  }

  async #open() {
    this.panel.hidden = !this.open;
    if (this.open) await this.#readers.load();
    this.#show();
  }

  #show() {
    const readers = this.#readers.value;
    if (!this.open || !readers) return;
    const { reading } = this.store;
    this.hint.hidden = Boolean(reading);
    this.hint.textContent = "Draw a digit to compare what the three networks make of it.";
    this.table.hidden = !reading;
    if (!reading) return;
    const ink = reading.outputs.input;
    const { changed } = this.store;
    const columns = [...readers].map(([variant, bundled]) => {
      const reader = changed?.reader.description.network.variant === variant ? changed.reader : bundled;
      return { variant, network: reader.network, reading: reader.readInk(ink) };
    });
    const answers = columns.map((column) => column.reading.digit);
    const agree = new Set(answers).size === 1;
    const layers = ["c1", "s2", "c3", "s4", "c5", "f6"];
    const row = (/** @type {string} */ name, /** @type {Described[][]} */ cells) =>
      node("tr", {}, node("th", { scope: "row" }, name), ...cells.map((cell) => node("td", {}, ...cell)));
    patch(this.table, [
      node(
        "thead",
        {},
        node(
          "tr",
          {},
          node("td", {}),
          ...columns.map(({ variant }) =>
            node(
              "th",
              { scope: "col" },
              node("b", {}, this.#nameOf(variant)),
              node("span", {}, this.differences[variant]),
            ),
          ),
        ),
      ),
      node(
        "tbody",
        {},
        row(
          "Answer",
          columns.map((column) => answer(column.reading, agree)),
        ),
        ...layers.map((layer) =>
          row(
            layer.toUpperCase(),
            columns.map((column) => maps(column, layer)),
          ),
        ),
        row(
          "Output",
          columns.map(({ reading: { probabilities } }) => [outputs(probabilities)]),
        ),
      ),
    ]);
    const original = columns.find(({ network }) => network.layer("output").centers);
    patch(find(this.panel, ".bitmaps"), original ? bitmaps(original) : []);
    const muted = this.store.unmuted ? "Nothing is switched off here. " : "";
    const several = reading.number ? `Of ${reading.number}, this is ${ordinalDigit(reading)}. ` : "";
    find(this.panel, ".agreement").textContent =
      muted +
      several +
      (agree
        ? answers[0] === null
          ? "All three reject it."
          : "All three agree."
        : `They disagree: ${columns.map(({ variant }, i) => `${this.#nameOf(variant)} ${answers[i] ?? "rejected"}`).join(", ")}.`);
  }

  /** @param {string} variant */
  #nameOf(variant) {
    return this.names.get(variant) ?? variant;
  }
}

/**
 * @param {Reading} reading
 * @param {boolean} agree
 */
function answer({ digit, top }, agree) {
  const className = agree ? "answer-of" : "answer-of disagrees";
  return [
    node("b", { className }, digit === null ? "?" : String(digit)),
    node("span", {}, digit === null ? "rejected" : percentage(top[0][1])),
  ];
}

/**
 * @param {Column} column
 * @param {string} layer
 */
function maps({ network, reading }, layer) {
  const { shape, kind } = network.layer(layer);
  const { count, width, height } = canvasesOf(layer, shape);
  const values = reading.outputs[layer];
  const size = values.length / count;
  const scale = Math.max(1, peak(values));
  const canvases = Array.from({ length: count }, (_, i) =>
    node("canvas", {
      width,
      height,
      attributes: { "aria-hidden": "true" },
      draw: (canvas) => paint(canvas, values.subarray(i * size, (i + 1) * size), scale),
    }),
  );
  const about = `${shape.length === 3 ? `${shape[0]} maps of ${sizeText(shape[1], shape[2])}` : shape[0]}, ${kind}, \u00b1${decimal(scale, 1)}`;
  return [
    node(
      "div",
      { className: `strip-of ${layer}`, style: { gridTemplateColumns: `repeat(${COLUMNS[layer]}, minmax(0, 1fr))` } },
      ...canvases,
    ),
    node("span", {}, about),
  ];
}

/** @param {number[]} probabilities */
function outputs(probabilities) {
  const best = Math.max(...probabilities);
  return node(
    "ul",
    { className: "probabilities" },
    ...probabilities.map((p, digit) =>
      node(
        "li",
        { className: p === best ? "best" : "" },
        node("span", {}, String(digit)),
        node("span", { className: "bar" }, node("span", { style: { inlineSize: `${100 * p}%` } })),
        node("span", { className: "number" }, percentage(p)),
      ),
    ),
  );
}

/**
 * F6 of the network of 1998 beside the bitmaps that it is compared with, and the squared distances.
 *
 * @param {Column} column
 */
export function bitmaps({ network, reading }) {
  const { centers = [] } = network.layer("output");
  const { f6, output } = reading.outputs;
  const scale = Math.max(1, peak(f6));
  const nearest = output.indexOf(Math.max(...output));
  /** @type {(name: string, values: ArrayLike<number>, distance?: string, className?: string) => Described} */
  const figure = (name, values, distance = "", className = "") =>
    node(
      "figure",
      { className },
      grid(Float64Array.from(values), scale, false, 7),
      node("figcaption", {}, name, ...(distance ? [node("span", { className: "distance" }, `: ${distance}`)] : [])),
    );
  return [
    node(
      "p",
      {},
      "The network of 1998: F6, and its squared distance to the bitmap, the small picture, of each digit. The smallest wins.",
    ),
    node(
      "div",
      { className: "bitmap-row" },
      figure("F6", f6),
      ...centers.map((center, digit) =>
        figure(String(digit), center, decimal(-output[digit], 1), digit === nearest ? "nearest" : ""),
      ),
    ),
  ];
}

// The card of a unit: how its value was computed, from the numbers of the layer before to the activation function.
import { explain, receptiveField } from "../network/explain.js";
import { nameOf } from "../show/cells.js";
import { decimal, percentage } from "../show/format.js";
import { bars, grid, largest, ledger, peak, sumOf } from "./figures.js";
import { node } from "./tree.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Store } from "../store.js"
 */

const DIGITS = 3; // after the point
const MAPS = 6; // of the maps that a unit reads, how many are shown at first
const UNITS = 8;

/**
 * @typedef {object} CardOptions
 * @property {boolean} numbers whether the grids show numbers
 * @property {boolean} all whether all contributions are shown
 * @property {(unit: Unit) => void} open called with a unit that is clicked
 */

/**
 * How the units of a kind of layer are explained.
 *
 * @type {Record<Kind | "input", (network: Network, found: Explanation, options: CardOptions, unit: Unit) => Described[]>}
 */
const CARDS = {
  input,
  convolution,
  "sparse convolution": (network, found, options, unit) => [
    ...convolution(network, found, options),
    table(network.layer(unit.layer), unit.map),
  ],
  "average pooling": (_, { before, ...found }) => {
    return block(found, (sum) => [sum, ["divided by 4", show(before), "result"]]);
  },
  "max pooling": (_, { before, ...found }) => {
    return block(found, () => [["the largest of the four", show(before), "result"]]);
  },
  subsampling: (network, { coefficient, bias, before, ...found }) => {
    return block(found, (sum) => [
      sum,
      [`times the map's coefficient, ${show(coefficient)}`, show(sumOf(found.inputs) * coefficient)],
      ["bias of the map", show(bias)],
      ["sum with bias, before the activation", show(before), "result"],
      activation(network, before),
    ]);
  },
  "fully connected": fullyConnected,
  RBF: radialBasis,
};

/** @param {number} value */
function show(value) {
  return decimal(value, DIGITS);
}

/**
 * The nodes of the card.
 *
 * @param {Store} store
 * @param {Unit} unit
 * @param {CardOptions} options
 */
export function card({ network, reading, blank, muted, mutedMaps }, unit, options) {
  const shown = reading ?? blank;
  if (!network || !blank || !shown) return []; // not loaded yet
  const found = explain(network, shown, unit);
  const nodes = [
    node("h2", {}, nameOf(unit), node("output", { className: "value" }, show(found.value))),
    ...CARDS[found.kind](network, found, options, unit),
  ];
  if (muted[unit.layer]?.has(unit.map)) nodes.push(ledger([["muted: replaced by", show(0), "result"]]));
  if (unit.layer === "output") nodes.push(softmax(network, shown, unit.map));
  const text = remarks(network, reading, blank, unit, found.value, mutedMaps.length > 0);
  return [...nodes, node("p", { className: "remark" }, text)];
}

/**
 * @param {Network} network
 * @param {Explanation} found
 * @returns {Described[]}
 */
function input({ description: { mean, std } }, { value, before }) {
  return [
    ledger([
      ["ink, from 0 for paper to 1", show(value)],
      [`minus the mean of the training images, ${decimal(mean, 4)}`, show(value - mean)],
      [`divided by their standard deviation, ${decimal(std, 4)}`, show(before), "result"],
    ]),
  ];
}

/**
 * @param {Network} network
 * @param {Explanation} found
 * @param {CardOptions} options
 */
function convolution(network, { source, terms, bias, before }, { numbers, all }) {
  const [shown, rest] = all || terms.length <= MAPS ? [terms, []] : largest(terms, ({ sum }) => sum, MAPS);
  const scales = /** @type {const} */ (["patch", "kernel", "products"]).map((part) =>
    Math.max(...terms.map((term) => peak(term[part]))),
  );
  const several = terms.length > 1;
  const rows = shown.map(({ map, patch, kernel, products, sum: total }) =>
    node(
      "tr",
      {},
      node("th", { scope: "row" }, several ? String(map) : ""),
      ...[patch, kernel, products].map((values, i) => node("td", {}, grid(values, scales[i], numbers))),
      node("td", { className: "number" }, show(total)),
    ),
  );
  const from = source === "input" ? "normalized input" : source.toUpperCase();
  /** @type {LedgerLine} */
  const whole = [`sum of the ${terms.length} maps`, show(sumOf(terms.map((term) => term.sum)))];
  /** @type {LedgerLine[]} */
  const sum = [
    ["bias", show(bias)],
    ["sum with bias, before the activation", show(before), "result"],
    activation(network, before),
  ];
  const head = [several ? "map" : "", from, "\u00d7 kernel", "= products", "sum"];
  return [
    node("div", { className: "summary" }, ledger(several ? [whole, ...sum] : sum)),
    node(
      "table",
      { className: numbers ? "terms detailed" : "terms" },
      node("thead", {}, node("tr", {}, ...head.map((text) => node("th", { scope: "col" }, text)))),
      node("tbody", {}, ...rows),
    ),
    ...(rest.length ? [ledger([[`the other ${rest.length} maps`, show(sumOf(rest.map(({ sum }) => sum)))]])] : []),
    node(
      "p",
      { className: "scales" },
      `Colors: ${from} \u00b1${decimal(scales[0], 2)}, kernel \u00b1${decimal(scales[1], 2)}, products \u00b1${decimal(scales[2], 2)}.`,
    ),
  ];
}

/**
 * The paper's table I: which maps of S2 each map of C3 is connected to.
 *
 * @param {Layer} layer
 * @param {number} map
 */
function table({ sees = [], input: { maps } }, map) {
  const rows = Array.from({ length: maps }, (_, i) =>
    node(
      "tr",
      {},
      ...sees.map((seen, column) =>
        node("td", { className: `${seen.includes(i) ? "seen" : ""} ${column === map ? "current" : ""}` }),
      ),
    ),
  );
  const label = `Map ${map} is connected to the maps ${sees[map].join(", ")}`;
  return node(
    "figure",
    {},
    node("table", { className: "connections", attributes: { "aria-label": label } }, node("tbody", {}, ...rows)),
    node(
      "figcaption",
      {},
      `Table I of the paper: the maps of S2 (rows) that each map of C3 (columns) is connected to. Map ${map}: ${sees[map].join(", ")}.`,
    ),
  );
}

/**
 * Four values, and what is made of them; `lines` is given that with their sum.
 *
 * @param {Pick<Explanation, "source" | "inputs">} found
 * @param {(sum: LedgerLine) => LedgerLine[]} lines
 */
function block({ source, inputs }, lines) {
  const four = node("p", {}, `Four values of ${source.toUpperCase()}:`);
  return [
    node("div", { className: "from" }, four, grid(inputs, Math.max(1, peak(inputs)), true)),
    ledger(lines(["sum of the four", show(sumOf(inputs))])),
  ];
}

/**
 * @param {Network} network
 * @param {Explanation} found
 * @param {CardOptions} options
 */
function fullyConnected(network, { source, contributions, bias, before, activated }, { all, open }) {
  const items = [...contributions].map((value, map) => ({
    name: `${source.toUpperCase()}, unit ${map}`,
    value,
    points: `${source}.${map}`,
    open: () => open({ layer: source, map, row: 0, column: 0 }),
  }));
  const [shown, rest] = largest(items, (item) => item.value, all ? items.length : UNITS);
  /** @type {LedgerLine[]} */
  const lines = [
    ["bias", show(bias)],
    [activated ? "sum with bias, before the activation" : "score: the sum with bias", show(before), "result"],
  ];
  if (rest.length) lines.unshift([`the other ${rest.length} units`, show(sumOf(rest.map((item) => item.value)))]);
  if (activated) lines.push(activation(network, before));
  return [
    node("p", {}, `Each unit of ${source.toUpperCase()} times its weight; the largest of ${items.length}:`),
    bars(shown, show),
    ledger(lines),
  ];
}

/**
 * F6 and the digit's bitmap, as 7x12 pixels, and where they differ.
 *
 * @param {Network} _
 * @param {Explanation} found
 * @param {CardOptions} options
 */
function radialBasis(_, { inputs, center, contributions, before }, { numbers }) {
  /** @type {[string, ArrayLike<number>][]} */
  const parts = [
    ["F6", inputs],
    ["bitmap", center],
    ["squared difference", contributions.map((x) => -x)],
  ];
  const scale = Math.max(1.7159, peak(inputs));
  return [
    node(
      "div",
      { className: "triple" },
      ...parts.map(([name, values], i) =>
        node(
          "figure",
          {},
          grid(Float64Array.from(values), i < 2 ? scale : Math.max(1, peak(Array.from(values))), numbers, 7),
          node("figcaption", {}, name),
        ),
      ),
    ),
    ledger([
      ["sum of the squared differences", show(-before)],
      ["score: its negative", show(before), "result"],
    ]),
  ];
}

/**
 * @param {Network} network
 * @param {Reading} reading
 * @param {number} digit
 */
function softmax(network, reading, digit) {
  const { temperature } = network.description;
  const probabilities = network.probabilities(reading.outputs.output);
  const power = show(reading.outputs.output[digit] / temperature);
  return ledger([
    [`score divided by the temperature, ${decimal(temperature, 2)}`, power],
    [
      `softmax: e^${power} divided by the sum of the same for all ten digits`,
      percentage(probabilities[digit]),
      "result",
    ],
  ]);
}

/**
 * @param {Network} network
 * @param {number} before
 * @returns {LedgerLine}
 */
function activation({ activation: { apply, formula } }, before) {
  return [formula(show(before)), show(apply(before)), "result"];
}

/**
 * What the unit depends on, and its value for blank paper, which explains colors where nothing is drawn.
 *
 * @param {Network} network
 * @param {Reading | null} reading
 * @param {Reading} blank
 * @param {Unit} unit
 * @param {number} value
 * @param {boolean} anythingMuted
 */
function remarks(network, reading, blank, unit, value, anythingMuted) {
  const { description } = network;
  const paper = decimal(-description.mean / description.std, 2);
  if (unit.layer === "input") return `The network sees ${paper} where nothing is drawn.`;
  const field = unit.layer === "output" ? null : receptiveField(network, unit, "input");
  const size = field && `${field.right - field.left}x${field.bottom - field.top}`;
  const depends = size ? `Depends on ${size === "32x32" ? "all" : `${size} of the`} 32x32 pixels of the input. ` : "";
  if (anythingMuted) return `${depends}Something is muted, so the value for blank paper is not shown.`;
  if (!reading) return `${depends}Nothing is drawn: this is its value for blank paper.`;
  const before = network.value(blank, unit);
  const change = value - before;
  const why = unit.layer === "c1" ? ` (paper is ${paper} after normalization, not 0, and there is the bias)` : "";
  const difference =
    Math.abs(change) < 0.0005
      ? "the drawing does not change it"
      : `the drawing changes it by ${change > 0 ? "+" : ""}${show(change)}`;
  return `${depends}For blank paper it is ${show(before)}${why}; ${difference}.`;
}

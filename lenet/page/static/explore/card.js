// The card of a unit: how its value was computed, from the numbers of the layer before to the activation function.
import { explain, receptiveField } from "../network/explain.js";
import { nameOf } from "../show/cells.js";
import { article, compact, decimal, percentage, sizeText } from "../show/format.js";
import { gradientOf } from "../show/gradient.js";
import { node } from "../show/tree.js";
import { CURVE, drawCurve } from "./activation_curve.js";
import { bars, grid, largest, ledger, peak, sumOf } from "./figures.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Store } from "../store.js"
 */

const DIGITS = 3; // after the point
const MAPS = 6; // of the maps that a unit reads, how many are shown at first
const UNITS = 8;
const TIMES = "\u00d7";

/**
 * @typedef {object} CardOptions
 * @property {boolean} numbers whether the grids show numbers
 * @property {boolean} all whether all contributions are shown
 * @property {(unit: Unit) => void} open called with a unit that is clicked
 */

/**
 * What a unit is computed from, in the order of reading; between two of these stands an arrow.
 *
 * @typedef {object} Steps
 * @property {string} sentence what units of this kind do
 * @property {Described[]} steps
 * @property {Described} [aside] something to look up, beside the sentence
 */

/**
 * How the units of a kind of layer are explained.
 *
 * @type {Record<Kind | "input", (network: Network, found: Explanation, options: CardOptions, unit: Unit) => Steps>}
 */
const CARDS = {
  input,
  convolution,
  "sparse convolution": (network, found, options, unit) => {
    return { ...convolution(network, found, options), aside: table(network.layer(unit.layer), unit.map) };
  },
  "average pooling": (_, { before, ...found }) => {
    return block(found, "The average of four values of the map before it.", (sum) => [
      sum,
      ["divided by 4", show(before), "result"],
    ]);
  },
  "max pooling": (_, { before, ...found }) => {
    return block(found, "The largest of four values of the map before it.", () => [
      ["the largest of the four", show(before), "result"],
    ]);
  },
  subsampling: (network, { coefficient, bias, before, ...found }) => {
    const sentence = "Four values of the map before it, added up, times one weight for the whole map.";
    const { steps } = block(found, sentence, (sum) => [
      sum,
      [`times the map's coefficient, ${show(coefficient)}`, show(sumOf(found.inputs) * coefficient)],
      ["bias of the map", show(bias)],
      ["sum with bias", show(before), "result"],
    ]);
    return { sentence, steps: [...steps, activation(network, before)] };
  },
  "fully connected": fullyConnected,
  RBF: radialBasis,
};

/** @param {number} value */
export function show(value) {
  return decimal(value, DIGITS);
}

/** @param {number} value */
function units(value) {
  return Math.round(value * 10 ** DIGITS); // of the last digit that is shown
}

/**
 * The lines of a sum, which says that it is rounded where the numbers that are shown add up to another one.
 *
 * @param {[text: string, value: number][]} parts
 * @param {string} name of the sum
 * @param {number} total
 * @returns {LedgerLine[]}
 */
export function addedUp(parts, name, total) {
  const isExact = sumOf(parts.map(([, value]) => units(value))) === units(total);
  /** @type {LedgerLine[]} */
  const lines = parts.map(([text, value]) => [text, show(value)]);
  return [...lines, [isExact ? name : `${name}, rounded`, show(total), "result"]];
}

/**
 * The nodes of the card: which unit, in words, and then how it is computed, from left to right.
 *
 * @param {Store} store
 * @param {Unit} unit
 * @param {CardOptions} options
 */
export function card(store, unit, options) {
  const { network, reading, blank, muted, mutedMaps, view, digit, pinned } = store;
  const shown = reading ?? blank;
  if (!network || !blank || !shown) return []; // not loaded yet
  const found = explain(network, shown, unit);
  const { sentence, steps, aside = null } = CARDS[found.kind](network, found, options, unit);
  if (muted[unit.layer]?.has(unit.map)) steps.push(ledger([["switched off: replaced by", show(0), "result"]]));
  const [name, place] = partsOfName(unit);
  const text = remarks(network, reading, blank, unit, found.value, mutedMaps.length > 0);
  return [
    node(
      "div",
      { className: "about-unit" },
      node(
        "h2",
        {},
        name,
        node("output", { className: "value" }, show(found.value)),
        place ? node("small", {}, place) : null,
      ),
    ),
    node(
      "p",
      { className: "sentence" },
      unit.layer === "output" ? `${verdict(network, shown, unit)} ${sentence}` : sentence,
    ),
    node(
      "div",
      { className: "equation" },
      ...steps.flatMap((step, i) => (i ? [arrow(), step] : [step])),
      unit.layer === "output" ? softmax(network, shown, unit.map, pinned) : null,
    ),
    node(
      "div",
      { className: "more" },
      aside,
      view.gradient
        ? node("p", { className: "gradient" }, gradient(store, unit, digit))
        : node("p", { className: "remark" }, text),
    ),
  ];
}

/**
 * How the loss changes with the unit, in words.
 *
 * @param {Store} store
 * @param {Unit} unit
 * @param {number} digit
 */
function gradient(store, unit, digit) {
  const value = gradientOf(store)?.[unit.layer][store.network?.indexOf(unit) ?? 0] ?? 0;
  const change = `if it were larger by a little, the loss for ${digit} would change by ${compact(value)} times that`;
  const loss = `minus the logarithm of the share that softmax gives ${article(digit)} ${digit}`;
  return `Gradient: ${change}. The loss is ${loss}: the smaller, the surer the network is.`;
}

/**
 * "C3, map 10" and "row 4, column 3".
 *
 * @param {Unit} unit
 */
function partsOfName(unit) {
  const [layer, map, ...place] = nameOf(unit).split(", ");
  return [`${layer}, ${map}`, place.join(", ")];
}

function arrow() {
  return node("span", { className: "then", attributes: { "aria-hidden": "true" } }, "\u2192");
}

/**
 * @param {Network} network
 * @param {Explanation} found
 * @returns {Steps}
 */
function input({ description: { mean, std } }, { value, before }) {
  return {
    sentence: "The ink of one pixel, in the units that the network was trained with.",
    steps: [
      ledger([
        ["ink, from 0 for paper to 1", show(value)],
        [`minus the mean of the training images, ${decimal(mean, 4)}`, show(value - mean)],
        [`divided by their standard deviation, ${decimal(std, 4)}`, show(before), "result"],
      ]),
    ],
  };
}

/**
 * The maps that the unit reads, each a column: what it sees there, the kernel, their products and the sum of these.
 *
 * @param {Network} network
 * @param {Explanation} found
 * @param {CardOptions} options
 * @returns {Steps}
 */
function convolution(network, { source, terms, bias, before }, { numbers, all }) {
  const [shown, rest] = all || terms.length <= MAPS ? [terms, []] : largest(terms, ({ sum }) => sum, MAPS);
  const several = terms.length > 1;
  const names = /** @type {const} */ ({ patch: "sees", kernel: `${TIMES} kernel`, products: "= products" });
  /** @type {(keyof typeof names)[]} */
  const parts = several && !numbers ? ["patch", "kernel"] : ["patch", "kernel", "products"];
  const scales = parts.map((part) => Math.max(...terms.map((term) => peak(term[part]))));
  const from = source === "input" ? "normalized input" : source.toUpperCase();
  const columns = shown.map((term) =>
    node(
      "li",
      { className: "term", dataset: { map: String(term.map) } },
      node("h3", {}, several ? `map ${term.map}` : from),
      ...parts.map((part, i) =>
        node("figure", {}, node("figcaption", {}, names[part]), grid(term[part], scales[i], numbers)),
      ),
      node(
        "p",
        { className: "sum" },
        node("span", {}, "sum"),
        node("b", { className: sign(term.sum) }, show(term.sum)),
      ),
    ),
  );
  const which = rest.length ? `these ${shown.length} maps` : several ? `${terms.length} maps` : "products";
  /** @type {[text: string, value: number][]} */
  const sum = [[`sum of ${which}`, sumOf(shown.map((term) => term.sum))]];
  if (rest.length) sum.push([`the other ${rest.length} maps`, sumOf(rest.map((term) => term.sum))]);
  sum.push(["bias", bias]);
  const [first, ...others] = parts.map(
    (part, i) => `${names[part].replace(/^\W+/, "")} \u00b1${decimal(scales[i], 2)}`,
  );
  const range =
    several && !numbers ? `above what it ${first}, below the ${others.join()}` : [first, ...others].join(", ");
  const seen = `${terms.length} maps of ${from}, the same square of each with its own kernel, added up.`;
  return {
    sentence: several ? seen : `A square of the ${from} times the kernel of the map, value by value, added up.`,
    steps: [
      node(
        "div",
        { className: "sees" },
        node("ol", { className: `terms ${several ? "" : "alone"} ${numbers ? "detailed" : ""}` }, ...columns),
        node("p", { className: "scales" }, `Colors: ${range}.`),
      ),
      ledger(addedUp(sum, "sum with bias", before)),
      activation(network, before),
    ],
  };
}

/** @param {number} value */
function sign(value) {
  return value < 0 ? "below" : "above";
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
 * @param {string} sentence
 * @param {(sum: LedgerLine) => LedgerLine[]} lines
 * @returns {Steps}
 */
function block({ source, inputs }, sentence, lines) {
  const caption = node("figcaption", {}, `four values of ${source.toUpperCase()}`);
  return {
    sentence,
    steps: [
      node("figure", { className: "from" }, caption, grid(inputs, Math.max(1, peak(inputs)), true)),
      ledger(lines(["sum of the four", show(sumOf(inputs))])),
    ],
  };
}

/**
 * @param {Network} network
 * @param {Explanation} found
 * @param {CardOptions} options
 * @returns {Steps}
 */
function fullyConnected(network, { source, contributions, bias, before, activated }, { all, open }) {
  const items = [...contributions].map((value, map) => ({
    name: `${source.toUpperCase()}, unit ${map}`,
    value,
    points: `${source}.${map}`,
    open: () => open({ layer: source, map, row: 0, column: 0 }),
  }));
  const [shown, rest] = largest(items, (item) => item.value, all ? items.length : UNITS);
  const name = activated ? "sum with bias" : "score: the sum with bias";
  /** @type {[text: string, value: number][]} */
  const parts = [["bias", bias]];
  if (rest.length) parts.unshift([`the other ${rest.length} units`, sumOf(rest.map((item) => item.value))]);
  const bar = shown.map((item) => /** @type {[string, number]} */ ([item.name, item.value]));
  const lines = addedUp([...bar, ...parts], name, before).slice(bar.length); // the bars stand beside them
  return {
    sentence: `Each of the ${items.length} units of ${source.toUpperCase()} times its weight, added up${rest.length ? "; here are the largest" : ""}.`,
    steps: [bars(shown, show), ledger(lines), ...(activated ? [activation(network, before)] : [])],
  };
}

/**
 * F6 and the digit's bitmap, as 7x12 pixels, and where they differ.
 *
 * @param {Network} _
 * @param {Explanation} found
 * @param {CardOptions} options
 * @returns {Steps}
 */
function radialBasis(_, { inputs, center, contributions, before }, { numbers }) {
  /** @type {[string, ArrayLike<number>][]} */
  const parts = [
    ["F6", inputs],
    ["\u2212 bitmap", center],
    ["squared", contributions.map((x) => -x)],
  ];
  const scale = Math.max(1.7159, peak(inputs));
  return {
    sentence: `How far the 84 values of F6 are from the picture of the digit, 7${TIMES}12 pixels.`,
    steps: [
      node(
        "div",
        { className: "triple" },
        ...parts.map(([name, values], i) =>
          node(
            "figure",
            {},
            node("figcaption", {}, name),
            grid(Float64Array.from(values), i < 2 ? scale : Math.max(1, peak(Array.from(values))), numbers, 7),
          ),
        ),
      ),
      ledger([
        ["sum of the squared differences", show(-before)],
        ["score: its negative", show(before), "result"],
      ]),
    ],
  };
}

/**
 * The answer in a sentence: which digit the network sees, and how far it is ahead.
 *
 * @param {Network} network
 * @param {Reading} reading
 * @param {Unit} unit
 */
function verdict(network, { outputs: { output }, top, reason }, { map }) {
  const [[first], [second]] = top;
  const isDistance = Boolean(network.layer("output").centers);
  const score = (/** @type {number} */ digit) => decimal(isDistance ? -output[digit] : output[digit], 1);
  const own = map === first || map === second ? "" : ` ${map} has ${score(map)}.`;
  const says = reason ? `Rejected. Of the ten digits, ${first} is likeliest:` : `The network says ${first}:`;
  return `${says} ${isDistance ? "distance" : "score"} ${score(first)}; the next, ${second}, has ${score(second)}.${own}`;
}

/**
 * The ten powers of e, their sum, and the share of this digit; closed at first, unless somebody has asked for it.
 *
 * @param {Network} network
 * @param {Reading} reading
 * @param {number} digit
 * @param {boolean} open
 */
function softmax(network, reading, digit, open) {
  const { temperature } = network.description;
  const scores = [...reading.outputs.output].map((score) => score / temperature);
  const powers = scores.map(Math.exp);
  const probabilities = network.probabilities(reading.outputs.output);
  const items = powers.map((power, i) =>
    node(
      "li",
      { className: i === digit ? "current" : "" },
      node("b", {}, String(i)),
      node("span", {}, "e", node("sup", {}, decimal(scores[i], 2))),
      node("span", { className: "number" }, compact(power)),
    ),
  );
  return node(
    "details",
    { className: "softmax", open },
    node("summary", {}, `From the scores to a probability, ${percentage(probabilities[digit])}: softmax`),
    node(
      "p",
      {},
      `Each digit gets e to the power of its score, and its share of the sum is its probability. The scores are divided by ${decimal(temperature, 4)} before, so that of the answers with 90 %, 90 % are right; the field calls that number the temperature.`,
    ),
    node("ol", { className: "powers" }, ...items),
    ledger([
      ["their sum", compact(sumOf(powers))],
      [`${compact(powers[digit])} divided by it`, percentage(probabilities[digit]), "result"],
    ]),
  );
}

/**
 * The activation function as a curve, with the point of this unit.
 *
 * @param {Pick<Network, "activation">} network
 * @param {number} before
 */
export function activation({ activation: { apply, formula } }, before) {
  const draw = (/** @type {HTMLCanvasElement} */ canvas) => drawCurve(canvas, apply, before);
  return node(
    "figure",
    { className: "activation" },
    node("canvas", { width: CURVE, height: CURVE, attributes: { "aria-hidden": "true" }, draw }),
    ledger([[formula(show(before)), show(apply(before)), "result"]]),
  );
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
  const part = field && sizeText(field.right - field.left, field.bottom - field.top);
  const depends = part
    ? `Depends on ${part === sizeText(32) ? "all" : `${part} of the`} ${sizeText(32)} pixels of the input. `
    : "";
  if (anythingMuted) return `${depends}Something is switched off, so the value for blank paper is not shown.`;
  if (!reading) return `${depends}Nothing is drawn: this is its value for blank paper.`;
  const before = network.value(blank, unit);
  const change = (units(value) - units(before)) / 10 ** DIGITS; // of the numbers that are shown
  const why = unit.layer === "c1" ? ` (paper is ${paper} after normalization, not 0, and there is the bias)` : "";
  const difference =
    Math.abs(change) < 0.0005
      ? "the drawing does not change it"
      : `the drawing changes it by ${change > 0 ? "+" : ""}${show(change)}`;
  return `${depends}For blank paper it is ${show(before)}${why}; ${difference}.`;
}

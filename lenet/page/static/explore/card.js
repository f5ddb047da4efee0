// The card of a unit: how its value was computed, from the numbers of the layer before to the activation function.
import { explain, receptiveField } from "../network/explain.js";
import { nameOf } from "../show/cells.js";
import { decimal, percentage } from "../show/format.js";
import { bars, grid, largest, ledger, peak, sumOf } from "./figures.js";
import { node } from "./tree.js";

const DIGITS = 3; // after the point
const MAPS = 6; // of the maps that a unit reads, how many are shown at first
const UNITS = 8;

const show = (value) => decimal(value, DIGITS);

/**
 * The nodes of the card. `options`: whether to show `numbers` in the grids, and `all` contributions; `open` is called
 * with a unit that is clicked.
 */
export function card({ network, reading, blank, muted, mutedMaps }, unit, options) {
  const found = explain(network, reading ?? blank, unit);
  const isMuted = muted[unit.layer]?.has(unit.map);
  const parts =
    {
      input: () => input(network, found),
      convolution: () => convolution(network, found, options),
      "sparse convolution": () => [...convolution(network, found, options), table(network.layer(unit.layer), unit.map)],
      "fully connected": () => fullyConnected(network, found, options),
      RBF: () => radialBasis(found, options),
    }[found.kind] ?? (() => pooling(network, found));
  return [
    node("h2", {}, nameOf(unit), node("output", { className: "value" }, show(found.value))),
    ...parts(),
    isMuted ? ledger([["muted: replaced by", show(0), "result"]]) : null,
    unit.layer === "output" ? softmax(network, reading ?? blank, unit.map) : null,
    node("p", { className: "remark" }, remarks(network, { reading, blank }, unit, found, mutedMaps.length > 0)),
  ].filter(Boolean);
}

function input({ description: { mean, std } }, { value, before }) {
  return [
    ledger([
      ["ink, from 0 for paper to 1", show(value)],
      [`minus the mean of the training images, ${decimal(mean, 4)}`, show(value - mean)],
      [`divided by their standard deviation, ${decimal(std, 4)}`, show(before), "result"],
    ]),
  ];
}

function convolution(network, { source, terms, bias, before }, { numbers, all }) {
  const [shown, rest] = all || terms.length <= MAPS ? [terms, []] : largest(terms, ({ sum }) => sum, MAPS);
  const scales = ["patch", "kernel", "products"].map((part) => Math.max(...terms.map((term) => peak(term[part]))));
  const several = terms.length > 1;
  const rows = shown.map(({ map, patch, kernel, products, sum }) =>
    node(
      "tr",
      {},
      node("th", { scope: "row" }, several ? String(map) : ""),
      ...[patch, kernel, products].map((values, i) => node("td", {}, grid(values, scales[i], numbers))),
      node("td", { className: "number" }, show(sum)),
    ),
  );
  const from = source === "input" ? "normalized input" : source.toUpperCase();
  const head = [several ? "map" : "", from, "\u00d7 kernel", "= products", "sum"];
  return [
    node(
      "div",
      { className: "summary" },
      ledger([
        ...(several ? [[`sum of the ${terms.length} maps`, show(sumOf(terms.map(({ sum }) => sum)))]] : []),
        ["bias", show(bias)],
        ["sum with bias, before the activation", show(before), "result"],
        activation(network, before),
      ]),
    ),
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

/** The paper's table I: which maps of S2 each map of C3 is connected to. */
function table({ sees, input: { maps } }, map) {
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

function pooling(network, { kind, source, inputs, coefficient, bias, before }) {
  const sum = sumOf(inputs);
  const steps = {
    "average pooling": () => [
      ["sum of the four", show(sum)],
      ["divided by 4", show(before), "result"],
    ],
    "max pooling": () => [["the largest of the four", show(before), "result"]],
    subsampling: () => [
      ["sum of the four", show(sum)],
      [`times the map's coefficient, ${show(coefficient)}`, show(sum * coefficient)],
      ["bias of the map", show(bias)],
      ["sum with bias, before the activation", show(before), "result"],
      activation(network, before),
    ],
  }[kind]();
  return [
    node(
      "div",
      { className: "from" },
      node("p", {}, `Four values of ${source.toUpperCase()}:`),
      grid(inputs, Math.max(1, peak(inputs)), true),
    ),
    ledger(steps),
  ];
}

function fullyConnected(network, { source, contributions, bias, before, activated }, { all, open }) {
  const items = [...contributions].map((value, map) => ({
    name: `${source.toUpperCase()}, unit ${map}`,
    value,
    points: `${source}.${map}`,
    open: () => open({ layer: source, map, row: 0, column: 0 }),
  }));
  const [shown, rest] = largest(items, (item) => item.value, all ? items.length : UNITS);
  return [
    node("p", {}, `Each unit of ${source.toUpperCase()} times its weight; the largest of ${items.length}:`),
    bars(shown, show),
    ledger([
      ...(rest.length ? [[`the other ${rest.length} units`, show(sumOf(rest.map((item) => item.value)))]] : []),
      ["bias", show(bias)],
      [activated ? "sum with bias, before the activation" : "score: the sum with bias", show(before), "result"],
      ...(activated ? [activation(network, before)] : []),
    ]),
  ];
}

/** F6 and the digit's bitmap, as 7x12 pixels, and where they differ. */
function radialBasis({ inputs, center, contributions, before }, { numbers }) {
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
          grid(Float64Array.from(values), i < 2 ? scale : Math.max(1, peak(values)), numbers, 7),
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

function activation({ description }, before) {
  const { kind, amplitude, slope, name } = description.activation;
  const x = show(before);
  const formula =
    kind !== "tanh" ? `max(0, ${x})` : amplitude === 1 ? `tanh(${x})` : name.replace("2x/3", `2 \u00b7 ${x} / 3`);
  return [formula, show(kind === "tanh" ? amplitude * Math.tanh(slope * before) : Math.max(0, before)), "result"];
}

/** What the unit depends on, and its value for blank paper, which explains colors where nothing is drawn. */
function remarks(network, { reading, blank }, unit, { value }, anythingMuted) {
  const { description } = network;
  const paper = decimal(-description.mean / description.std, 2);
  if (unit.layer === "input") return `The network sees ${paper} where nothing is drawn.`;
  const { top, left, bottom, right } = receptiveField(network, unit, "input");
  const [height, width] = [bottom - top, right - left];
  const depends =
    unit.layer === "output"
      ? ""
      : `Depends on ${width < 32 ? `${width}x${height} of the` : "all"} 32x32 pixels of the input. `;
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

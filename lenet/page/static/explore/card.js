// The card of a unit: how its value was computed, from the numbers of the layer before to the activation function.
import { explain, receptiveField } from "../network/explain.js";
import { nameOf } from "../show/cells.js";
import { element } from "../show/element.js";
import { decimal, percentage } from "../show/format.js";
import { bars, grid, ledger, largest } from "./figures.js";

const DIGITS = 3; // after the point
const MAPS = 6; // of the maps that a unit reads, how many are shown at first
const UNITS = 8;

const show = (value) => decimal(value, DIGITS);

/** The content of the card. `options`: whether to show `numbers` in the grids, and `all` contributions. */
export function card({ network, reading, blank }, unit, options) {
  const found = explain(network, reading ?? blank, unit);
  const parts = {
    "input": () => input(network, found),
    "convolution": () => convolution(network, found, options),
    "sparse convolution": () => [...convolution(network, found, options), table(network.layer(unit.layer), unit.map)],
    "fully connected": () => fullyConnected(network, found, options),
    "RBF": () => radialBasis(found, options),
  }[found.kind] ?? (() => pooling(network, found));
  return [
    element("h2", {}, nameOf(unit), element("output", { className: "value" }, show(found.value))),
    ...parts(),
    ...(unit.layer === "output" ? [softmax(network, reading ?? blank, unit.map)] : []),
    element("p", { className: "remark" }, ...remarks(network, { reading, blank }, unit, found)),
  ];
}

function input({ description: { mean, std } }, { value, before }) {
  return [ledger([
    ["ink, from 0 for paper to 1", show(value)],
    [`minus the mean of the training images, ${decimal(mean, 4)}`, show(value - mean)],
    [`divided by their standard deviation, ${decimal(std, 4)}`, show(before), "result"],
  ])];
}

function convolution(network, { source, terms, bias, value, before }, { numbers, all }) {
  const [shown, rest] = all || terms.length <= MAPS ? [terms, []] : largest(terms, ({ sum }) => sum, MAPS);
  const scales = ["patch", "kernel", "products"].map((part) => Math.max(...terms.map((term) => peak(term[part]))));
  const rows = shown.map(({ map, patch, kernel, products, sum }) => element("tr", {},
    element("th", { scope: "row" }, terms.length > 1 ? String(map) : ""),
    ...[patch, kernel, products].map((values, i) => element("td", {}, grid(values, scales[i], numbers))),
    element("td", { className: "number" }, show(sum)),
  ));
  const from = source === "input" ? "normalized input" : source.toUpperCase();
  const head = [terms.length > 1 ? `map` : "", from, "\u00d7 kernel", "= products", "sum"];
  const total = terms.reduce((sum, term) => sum + term.sum, 0);
  return [
    element("table", { className: numbers ? "terms detailed" : "terms" },
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows)),
    ledger([
      ...(rest.length ? [[`the other ${rest.length} maps`, show(rest.reduce((sum, term) => sum + term.sum, 0))]] : []),
      ...(terms.length > 1 ? [[`sum of all ${terms.length} maps`, show(total)]] : []),
      ["bias", show(bias)],
      ["sum with bias, before the activation", show(before), "result"],
      activation(network, before, value),
    ]),
  ];
}

/** The paper's table I: which maps of S2 each map of C3 is connected to. */
function table({ sees, input }, map) {
  const rows = Array.from({ length: input.maps }, (_, i) => element("tr", {},
    ...sees.map((seen, column) => element("td", { className: `${seen.includes(i) ? "seen" : ""} ${column === map ? "current" : ""}` }))));
  return element("figure", {},
    element("table", { className: "connections", attributes: { "aria-label": `Map ${map} is connected to the maps ${sees[map].join(", ")}` } }, ...rows),
    element("figcaption", {}, `Table I of the paper: the maps of S2 (rows) that each map of C3 (columns) is connected to. Map ${map}: ${sees[map].join(", ")}.`));
}

function pooling(network, { kind, source, inputs, coefficient, bias, value, before }) {
  const sum = inputs.reduce((a, b) => a + b, 0);
  const steps = {
    "average pooling": [["sum of the four", show(sum)], ["divided by 4", show(value), "result"]],
    "max pooling": [["the largest of the four", show(value), "result"]],
    "subsampling": [
      ["sum of the four", show(sum)],
      [`times the map's coefficient, ${show(coefficient ?? 0)}`, show(sum * (coefficient ?? 0))],
      ["bias of the map", show(bias ?? 0)],
      ["sum with bias, before the activation", show(before), "result"],
      activation(network, before, value),
    ],
  }[kind];
  return [
    element("p", { className: "from" }, `Four values of ${source.toUpperCase()}:`, grid(inputs, Math.max(1, peak(inputs)), true)),
    ledger(steps),
  ];
}

function fullyConnected(network, { source, contributions, bias, value, before, activated }, { all }) {
  const items = [...contributions].map((contribution, i) => ({ name: `${source.toUpperCase()}, unit ${i}`, value: contribution }));
  const [shown, rest] = largest(items, (item) => item.value, all ? items.length : UNITS);
  return [
    element("p", { className: "from" }, `Each unit of ${source.toUpperCase()} times its weight; the largest of ${items.length}:`),
    bars(shown, show),
    ledger([
      ...(rest.length ? [[`the other ${rest.length} units`, show(rest.reduce((sum, item) => sum + item.value, 0))]] : []),
      ["bias", show(bias)],
      [activated ? "sum with bias, before the activation" : "score: the sum with bias", show(before), "result"],
      ...(activated ? [activation(network, before, value)] : []),
    ]),
  ];
}

/** F6 and the digit's bitmap, as 7x12 pixels, and where they differ. */
function radialBasis({ inputs, center, contributions, value }, { numbers }) {
  const parts = [["F6", inputs], ["bitmap", center], ["squared difference", contributions.map((x) => -x)]];
  const scale = Math.max(1.7159, peak(inputs));
  return [
    element("div", { className: "triple" }, ...parts.map(([name, values], i) => element("figure", {},
      grid(Float64Array.from(values), i < 2 ? scale : Math.max(1, peak(values)), numbers, 7), element("figcaption", {}, name)))),
    ledger([["sum of the squared differences", show(-value)], ["score: its negative", show(value), "result"]]),
  ];
}

function softmax(network, reading, digit) {
  const { temperature } = network.description;
  const probabilities = network.probabilities(reading.outputs.output);
  const score = reading.outputs.output[digit];
  return ledger([
    [`score divided by the temperature, ${decimal(temperature, 2)}`, show(score / temperature)],
    ["e to that power, divided by the sum over all ten digits: the probability", percentage(probabilities[digit]), "result"],
  ]);
}

function activation({ description }, before, value) {
  const { kind, amplitude, name } = description.activation;
  const x = show(before);
  const formula = kind !== "tanh" ? `max(0, ${x})` : amplitude === 1 ? `tanh(${x})` : name.replace("2x/3", `2 \u00b7 ${x} / 3`);
  return [`${formula}: the value`, show(value), "result"];
}

/** What the unit depends on, and its value for blank paper. */
function remarks(network, { reading, blank }, unit, { value }) {
  const { description } = network;
  const paper = decimal(-description.mean / description.std, 2);
  if (unit.layer === "input") return [`The network sees ${paper} where nothing is drawn.`];
  const { top, left, bottom, right } = receptiveField(network, unit, "input");
  const sentences = [];
  if (unit.layer !== "output") {
    const [height, width] = [Math.min(32, bottom) - top, Math.min(32, right) - left];
    sentences.push(`Depends on ${width}x${height} of the 32x32 pixels of the input. `);
  }
  const before = network.value(blank, unit);
  if (!reading) return [...sentences, `Nothing is drawn: this is its value for blank paper.`];
  const change = value - before;
  sentences.push(`For blank paper it is ${show(before)}`);
  if (unit.layer === "c1") sentences.push(` (paper is ${paper} after normalization, not 0, and there is the bias)`);
  sentences.push(Math.abs(change) < 0.0005 ? "; the drawing does not change it." : `; the drawing changes it by ${change > 0 ? "+" : ""}${show(change)}.`);
  return [sentences.join("")];
}

function peak(values) { return values.reduce((largestSoFar, value) => Math.max(largestSoFar, Math.abs(value)), 1e-9); }

// The layers to scale, and their parameters and connections, counted one by one.
import { element } from "../dom.js";
import { show } from "../explore/card.js";
import { grid, peak } from "../explore/figures.js";
import { explain, sourceOf } from "../network/explain.js";
import { canvasesOf, isVector } from "../show/cells.js";
import { sizeText } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { count } from "./count.js";
import { picture, statusLine, Walk } from "./parts.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Counted } from "./count.js"
 * @import { Place } from "./parts.js"
 */

const TIMES = "\u00d7";

/** @type {Mount} */
export function mount(parent, { store }, { layer: first = "c1" }) {
  let open = String(first);
  /** @type {Network | null} */
  let counted = null; // whose layers are listed
  /** @type {(() => void)[]} */
  let paints = [];
  let shared = () => {};
  const list = element("ol", { className: "counted-layers" });
  const hint = statusLine("remark");
  const body = element("div", { className: "live-figure counting" }, list, hint);
  parent.append(body);

  /** @param {Network} network */
  function build(network) {
    counted = network;
    paints = [];
    shared = () => {};
    const layers = count(network.description);
    let [parameters, connections] = [0, 0];
    const rows = layers.map((layer) => {
      parameters += layer.parameters;
      connections += layer.connections;
      return row(network, layer, parameters, connections);
    });
    list.replaceChildren(input(network), ...rows);
  }

  /** @param {Network} network */
  function input(network) {
    const side = 32 - 2 * network.description.border;
    return element(
      "li",
      {},
      element("b", {}, "Input"),
      maps("input", 1, side, side),
      element("p", {}, `${sizeText(side)} = ${grouped(side ** 2)} numbers`),
    );
  }

  /**
   * @param {Network} network
   * @param {Counted} layer
   * @param {number} parameters so far
   * @param {number} connections
   */
  function row(network, layer, parameters, connections) {
    const { name } = layer;
    const isOpen = name === open;
    const title = name === "output" ? "Output" : name.toUpperCase();
    const button = element("button", { type: "button", ariaExpanded: String(isOpen) }, title);
    button.addEventListener("click", () => {
      open = isOpen ? "" : name;
      build(network);
      update();
      const again = list.querySelectorAll("button[aria-expanded]")[layers().indexOf(name)];
      if (again instanceof HTMLElement) again.focus();
    });
    const {
      count: canvases,
      width,
      height,
    } = name === "output" ? { count: 1, width: 10, height: 1 } : canvasesOf(name, network.shape(name));
    const { parameters: own, connections: links } = inShort(layer);
    return element(
      "li",
      { className: isOpen ? "unfolded" : "" },
      button,
      maps(name, canvases, width, height),
      element("p", { className: "sizes" }, ...sizes(layer)),
      element("p", { className: "own" }, own, element("br"), links),
      element(
        "p",
        { className: "so-far" },
        `so far ${grouped(parameters)} parameters, ${grouped(connections)} connections`,
      ),
      ...(isOpen ? [oneByOne(network, layer)] : []),
    );
  }

  function layers() {
    return counted?.layers.map(({ name }) => name) ?? [];
  }

  /**
   * The maps of a layer, or its units as a grid, a value a pixel.
   *
   * @param {string} name
   * @param {number} canvases
   * @param {number} width
   * @param {number} height
   */
  function maps(name, canvases, width, height) {
    const strip = element("div", { className: `to-scale ${name}` });
    const made = Array.from({ length: canvases }, () => picture(width, height));
    for (const canvas of made) canvas.style.setProperty("--values", String(width));
    strip.append(...made);
    paints.push(() => {
      const shown = store.reading ?? store.blank;
      if (!shown || !counted) return;
      const values = name === "input" ? counted.input(shown.before.input) : shown.outputs[name];
      const scale = Math.max(1, peak(values));
      const size = width * height;
      for (const [i, canvas] of made.entries()) paint(canvas, values.subarray(i * size, (i + 1) * size), scale);
    });
    return strip;
  }

  /**
   * The numbers that make up a layer, line by line; of a convolution also its weights at two places.
   *
   * @param {Network} network
   * @param {Counted} layer
   */
  function oneByOne(network, layer) {
    const lines = steps(layer).map(([text, number], i) => {
      const line = element("div", {}, element("dt", {}, text), element("dd", {}, number));
      line.style.setProperty("--step", String(i));
      return line;
    });
    const sum = element("dl", { className: "ledger steps-of-count" }, ...lines);
    if (layer.side < 2 || !layer.kernels || layer.weights < 2) return element("div", { className: "count-along" }, sum);
    const places = element("div", { className: "same-weights" });
    /** @type {[Place, Place]} */
    let at = [
      { row: layer.side >> 2, column: layer.side >> 1 },
      { row: layer.side >> 1, column: layer.side >> 1 },
    ];
    const words = `${layer.name.toUpperCase()}, map 0. Arrow keys move the square`;
    const walk = new Walk(words, (to, how) => {
      at = how === "key" ? [at[0], to] : [at[1], to];
      shared();
    });
    shared = () => {
      const shown = store.reading ?? store.blank;
      if (!shown) return;
      const values = shown.outputs[layer.name].subarray(0, layer.places);
      walk.show(values, layer.side, Math.max(1, peak(values)), { at: at[1] });
      patch(places, twice(network, shown, layer, at));
    };
    return element(
      "div",
      { className: "count-along" },
      sum,
      element("div", { className: "two-places" }, walk.element, places),
    );
  }

  function update() {
    const { network, reading } = store;
    if (!network) return; // not loaded yet
    if (network !== counted) build(network);
    hint.textContent = reading ? "" : "Draw a digit: these are the layers for blank paper.";
    for (const show of paints) show();
    shared();
  }

  return { update, remove: () => body.remove() };
}

/** @param {number} value */
function grouped(value) {
  return value.toLocaleString("en");
}

/**
 * How large the maps are, which follows, and what has been chosen.
 *
 * @param {Counted} layer
 */
function sizes({ name, kind, maps, side, before, size }) {
  const follows = (/** @type {string} */ text) => [text, element("i", {}, " follows")];
  const choice = (/** @type {string} */ text) => [text, element("i", {}, " a choice")];
  if (kind.includes("pooling") || kind === "subsampling") {
    return [
      ...follows(`${before} \u00f7 ${size} = ${side},`),
      element("br"),
      ...choice(`blocks of ${sizeText(size)},`),
    ];
  }
  if (name === "output") return follows(`${maps} digits,`);
  if (kind === "fully connected") return choice(`${maps} units,`);
  return [
    ...follows(`${before} \u2212 ${size} + 1 = ${side},`),
    element("br"),
    ...choice(`${maps} ${isVector(name) ? "units" : "maps"}, kernels of ${sizeText(size)},`),
  ];
}

/**
 * Parameters and connections, each in a line.
 *
 * @param {Counted} layer
 */
function inShort({ kind, maps, size, places, kernels, weights, parameters, connections }) {
  const [all, links] = [`${grouped(parameters)} parameters`, `${grouped(connections)} connections`];
  if (kind === "RBF") return { parameters: "no parameters", connections: `${maps} ${TIMES} ${weights} = ${links}` };
  if (kind === "fully connected") {
    return { parameters: `${maps} ${TIMES} (${grouped(weights)} + 1) = ${all}`, connections: `as many connections` };
  }
  if (!parameters) {
    return { parameters: "no parameters", connections: `${maps} ${TIMES} ${places} ${TIMES} ${size ** 2} = ${links}` };
  }
  if (kind === "subsampling") {
    const each = `${maps} ${TIMES} ${places} ${TIMES} (${size ** 2} + 1)`;
    return { parameters: `${maps} ${TIMES} (1 + 1) = ${all}`, connections: `${each} = ${links}` };
  }
  const at = places > 1 ? `${places} places` : "1 place";
  const sum =
    kernels === maps
      ? `${maps} ${TIMES} (${sizeText(size)} + 1)`
      : kernels % maps === 0
        ? `${maps} ${TIMES} (${kernels / maps} ${TIMES} ${sizeText(size)} + 1)`
        : `${kernels} ${TIMES} ${sizeText(size)} + ${maps}`;
  return { parameters: `${sum} = ${all}`, connections: `${TIMES} ${at} = ${links}` };
}

/**
 * The same, number by number.
 *
 * @param {Counted} layer
 * @returns {[text: string, number: string][]}
 */
function steps({ name, kind, maps, side, size, places, kernels, weights, biases, parameters, connections }) {
  /** @type {[string, string][]} */
  const lines = [];
  if (kind === "RBF") {
    return [
      [`a unit has a picture of`, `${weights} numbers`],
      ["which were chosen, not learned: parameters", "0"],
      [`${maps} units: connections`, grouped(connections)],
    ];
  }
  if (!parameters) {
    const block = size ** 2;
    return [
      ["nothing is learned: parameters", "0"],
      [`a block of ${sizeText(size)}: connections to a value`, String(block)],
      [`${TIMES} ${sizeText(side)} places of a map`, grouped(block * places)],
      [`${TIMES} ${maps} maps: connections`, grouped(connections)],
    ];
  }
  if (kind === "subsampling") {
    return [
      ["a map has one weight for all blocks", "1"],
      ["and a bias", "2"],
      [`${TIMES} ${maps} maps: parameters`, grouped(parameters)],
      [`four values and the bias: connections to a value`, String(size ** 2 + 1)],
      [`${TIMES} ${sizeText(side)} places of a map`, grouped((size ** 2 + 1) * places)],
      [`${TIMES} ${maps} maps: connections`, grouped(connections)],
    ];
  }
  if (kind === "fully connected") {
    lines.push(["weights of a unit, one for each value before it", grouped(weights)]);
    lines.push(["and a bias", grouped(weights + 1)]);
    lines.push([`${TIMES} ${maps} units: parameters`, grouped(parameters)]);
    return [
      ...lines,
      [`each is used at one place${name === "c5" ? ", for there is only one" : ""}: connections`, grouped(connections)],
    ];
  }
  lines.push([`weights of a kernel, ${sizeText(size)}`, String(weights)]);
  lines.push([`${TIMES} ${kernels} kernels${kernels === maps ? ", one a map" : ""}`, grouped(kernels * weights)]);
  lines.push([`and ${biases} biases, one a map: parameters`, grouped(parameters)]);
  return [
    ...lines,
    [`${TIMES} ${side > 1 ? `${sizeText(side)} = ${places} places` : "1 place"}: connections`, grouped(connections)],
  ];
}

/**
 * What the first map of a layer computes at two places, with the same weights.
 *
 * @param {Network} network
 * @param {Reading} shown
 * @param {Counted} layer
 * @param {Place[]} places
 */
function twice(network, shown, { name, weights, size }, places) {
  const source = sourceOf(network, name);
  const from = source === "input" ? "input" : source.toUpperCase();
  const highest = peak(source === "input" ? shown.before.input : shown.outputs[source]);
  const rows = places.map(({ row, column }) => {
    const { terms, value } = explain(network, shown, { layer: name, map: 0, row, column });
    const all = terms.map(({ kernel }) => peak(kernel));
    return node(
      "li",
      {},
      node("span", {}, `row ${row}, column ${column}: ${show(value)}`),
      node(
        "div",
        {},
        ...terms.map(({ patch: seen }) => grid(seen, highest, false)),
        node("b", {}, TIMES),
        ...terms.map(({ kernel }) => grid(kernel, Math.max(...all), false)),
      ),
    );
  });
  const shared = `${from} ${TIMES} the same ${weights} weights${size && name !== "c1" ? " for each map" : ""}, at every place.`;
  return [node("p", { className: "remark" }, shared), node("ol", {}, ...rows)];
}

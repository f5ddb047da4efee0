// The chain rule with numbers: what one weight's gradient is summed up from, and the way from the loss to a unit along which
// most flows back.
import { sourceOf } from "./explain.js";

/** @import { Part } from "./editing.js" */
/** @import { Network } from "./network.js" */

/** @type {Set<Kind>} */
const NONLINEAR = new Set(["max pooling", "RBF"]);

/**
 * One position at which a weight is used: what comes in there times what flows back.
 *
 * @typedef {{ row: number, column: number, incoming: number, flowing: number, product: number }} Use
 */

/**
 * All uses of a weight of a map or unit, whose products add up to its gradient: of a shared weight one for each position.
 *
 * @param {Network} network
 * @param {Features} features
 * @param {Features} gradients of the loss, as `Network.backward` has them
 * @param {{ layer: string, map: number }} unit
 * @param {Part} part of the weights
 * @param {number} cell the number of the weight there; after the last one comes the bias
 * @returns {Use[]}
 */
export function usesOf(network, features, gradients, { layer: name, map }, { source, tensor, length, columns }, cell) {
  const { shape, input } = network.layer(name);
  const [, height = 1, width = 1] = shape;
  const flowing = gradients.before[name];
  const x = inputOf(network, features, name);
  const { side } = input;
  /** @type {(row: number, column: number) => number} */
  let incoming = () => 1;
  if (cell < length && tensor === "coefficient") {
    const at = (/** @type {number} */ row, /** @type {number} */ column) => x[(map * side + row) * side + column];
    incoming = (row, column) =>
      [0, 1].reduce((sum, i) => sum + at(2 * row + i, 2 * column) + at(2 * row + i, 2 * column + 1), 0);
  } else if (cell < length && source !== null) {
    const [down, right] = [Math.floor(cell / columns), cell % columns];
    incoming = (row, column) => x[(source * side + row + down) * side + column + right];
  } else if (cell < length) incoming = () => x[cell];
  return Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const [comes, flows] = [incoming(row, column), flowing[map * height * width + i]];
    return { row, column, incoming: comes, flowing: flows, product: comes * flows };
  });
}

/**
 * A unit on the way: `out` is the gradient of the loss for its output, `before` that before its activation function, `slope`
 * what lies between them. `part` is what comes from one unit after it: `flowing` times `factor`; `others` is the number of
 * further units that add to `out`. Of a score there is none.
 *
 * @typedef {object} Link
 * @property {Unit} unit
 * @property {number} value
 * @property {number} out
 * @property {number} before
 * @property {number} slope
 * @property {{ unit: Unit, flowing: number, factor: number, product: number } | null} part
 * @property {number} others
 */

/**
 * The way from the scores to a unit along which, seen from the unit, most flows back.
 *
 * @param {Network} network
 * @param {Features} features
 * @param {Features} gradients
 * @param {Unit} unit
 * @returns {Link[]}
 */
export function wayTo(network, features, gradients, unit) {
  const { layers } = network;
  /** @type {Link[]} */
  const links = [];
  let here = unit;
  for (let i = layers.findIndex(({ name }) => name === unit.layer); i < layers.length; i++) {
    const next = layers[i + 1];
    const at = network.indexOf(here);
    const { name, activated } = layers[i];
    const value = features.outputs[name][at];
    const [out, before] = [gradients.outputs[name][at], gradients.before[name][at]];
    const slope = activated ? network.activation.slope(value) : 1;
    const parts = next ? partsOf(network, features, gradients, next, here, at) : [];
    const [most] = [...parts].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    links.unshift({ unit: here, value, out, before, slope, part: most ?? null, others: Math.max(0, parts.length - 1) });
    if (most) here = most.unit;
  }
  return links;
}

/**
 * What each unit of the next layer that depends on a unit passes back to it.
 *
 * @param {Network} network
 * @param {Features} features
 * @param {Features} gradients
 * @param {Layer} next
 * @param {Unit} unit
 * @param {number} at
 */
export function partsOf(network, features, gradients, next, { map, row, column }, at) {
  const [maps, height = 1, width = 1] = next.shape;
  const x = inputOf(network, features, next.name);
  const flows = gradients.before[next.name];
  const factors = NONLINEAR.has(next.kind) ? null : columnOf(next, x.length, at);
  const only = new Float32Array(flows.length);
  const parts = [];
  for (let to = 0; to < maps * height * width; to++) {
    const [m, y, z] = [Math.floor(to / (height * width)), Math.floor((to % (height * width)) / width), to % width];
    const field = next.field({ maps: [m], top: y, left: z, bottom: y + 1, right: z + 1 });
    const isSeen = row >= field.top && row < field.bottom && column >= field.left && column < field.right;
    if (!field.maps.includes(map) || !isSeen) continue;
    only[to] = 1;
    const factor = factors ? factors[to] : next.inputGradient(only, x)[at];
    only[to] = 0;
    const place = { layer: next.name, map: m, row: y, column: z };
    parts.push({ unit: place, flowing: flows[to], factor, product: flows[to] * factor });
  }
  return parts;
}

/**
 * What each output of a linear layer has of one input: a pass forward, which is faster than one back for each output.
 *
 * @param {Layer} layer
 * @param {number} inputs how many it has
 * @param {number} at
 */
function columnOf({ compute }, inputs, at) {
  const x = new Float32Array(inputs);
  const biases = compute(x);
  x[at] = 1;
  return compute(x).map((value, i) => value - biases[i]);
}

/**
 * @param {Network} network
 * @param {Features} features
 * @param {string} name
 */
function inputOf(network, features, name) {
  const source = sourceOf(network, name);
  return source === "input" ? network.input(features.before.input) : features.outputs[source];
}

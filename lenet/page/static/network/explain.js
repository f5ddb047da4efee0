// How a single unit was computed, and which part of an earlier layer it depends on.
/** @import { Network } from "./network.js" */

/** @type {Parts} */
const NOTHING = {
  terms: [],
  bias: 0,
  inputs: new Float32Array(),
  coefficient: 1,
  contributions: new Float32Array(),
  center: [],
};

/**
 * What a unit was computed from: `value` and `before`, its value before the activation function, and the parts that its
 * kind of layer has. Maps that a convolution or pooling reads belong to the layer `source`.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {Unit} unit
 * @returns {Explanation}
 */
export function explain(network, reading, unit) {
  const name = unit.layer;
  const at = network.indexOf(unit);
  const [value, before] = [reading.outputs[name][at], reading.before[name][at]];
  if (name === "input") return { ...NOTHING, kind: "input", activated: false, source: "", value, before };
  const { kind, activated, explain: partsOf } = network.layer(name);
  const source = sourceOf(network, name);
  const input = source === "input" ? network.input(reading.before.input) : reading.outputs[source];
  return { ...NOTHING, kind, activated, source, value, before, ...partsOf(input, unit) };
}

/**
 * The name of the layer before.
 *
 * @param {Network} network
 * @param {string} name
 */
export function sourceOf(network, name) {
  const number = network.layers.findIndex((layer) => layer.name === name);
  return number > 0 ? network.layers[number - 1].name : "input";
}

/**
 * The maps and the square of the layer `target` that a unit depends on; null if the target has no maps, or does not come
 * before the unit.
 *
 * @param {Network} network
 * @param {Unit} unit
 * @param {string} target
 * @returns {Field | null}
 */
export function receptiveField(network, unit, target) {
  let field = { maps: [unit.map], top: unit.row, left: unit.column, bottom: unit.row + 1, right: unit.column + 1 };
  for (let name = unit.layer; name !== target; name = sourceOf(network, name)) {
    if (name === "input") return null;
    field = network.layer(name).field(field);
  }
  const { border } = network.description;
  if (target !== "input" || unit.layer === "input") return field;
  const { top, left, bottom, right } = field;
  return { maps: [0], top: top + border, left: left + border, bottom: bottom + border, right: right + border };
}

/**
 * From a part of the input to the same part of the drawing, which the preprocessing has moved and scaled.
 *
 * @param {Placement} placement
 * @param {Box} part
 * @returns {Box}
 */
export function onDrawing({ from, to }, { top, left, bottom, right }) {
  const [across, down] = [from.width / to.width, from.height / to.height];
  return {
    top: from.top + (top - to.top) * down,
    left: from.left + (left - to.left) * across,
    bottom: from.top + (bottom - to.top) * down,
    right: from.left + (right - to.left) * across,
  };
}

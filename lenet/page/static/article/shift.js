// How much of what the drawing changes in a layer is changed again by moving the input.
import { shifted } from "../network/image.js";

/** @import { Network } from "../network/network.js" */

export const LAYERS = ["c1", "s2", "c3", "s4"];

/**
 * For each layer, the Euclidean distance between its values before and after the input is moved right by so many pixels,
 * relative to the distance between the drawing's and those of blank paper. Of a layer's own size it would be no measure:
 * much of that is the same for any drawing.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {Features} blank
 * @param {number} by
 * @returns {Record<string, number>}
 */
export function changesWhenShifted(network, { outputs }, blank, by) {
  const after = network.forward(shifted(outputs.input, by, 0)).outputs;
  const change = (/** @type {string} */ layer) =>
    distance(after[layer], outputs[layer]) / distance(outputs[layer], blank.outputs[layer]);
  return Object.fromEntries(LAYERS.map((layer) => [layer, change(layer)]));
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function distance(a, b) {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}

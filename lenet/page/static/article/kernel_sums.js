// What a kernel of C1 does at one place and at all of them: a learned one, or a filter that was made by hand.
import { PRESETS } from "../network/editing.js";
import { explain } from "../network/explain.js";
import { convolution } from "../network/layers.js";

/** @import { Network } from "../network/network.js" */

/** One of the six learned kernels, or, where `filter` is the key of a preset, that in its place. */
/** @typedef {{ map: number, filter: string }} Chosen */

/**
 * The weights: those of a filter are as strong as the learned ones, so that both fit the same scale.
 *
 * @param {Network} network
 * @param {Chosen} chosen
 */
export function kernelOf(network, { map, filter }) {
  const learned = network.layer("c1").kernels?.(map)[0].kernel ?? new Float32Array();
  const pattern = PRESETS[filter]?.pattern;
  if (!pattern) return learned;
  const shape = learned.map((_, i) => pattern(Math.floor(i / 5), i % 5));
  const size = Math.hypot(...learned) / Math.hypot(...shape);
  return shape.map((value) => value * size);
}

/**
 * The map. A filter has neither a bias nor an activation function.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {Chosen} chosen
 */
export function mapOf(network, { before }, chosen) {
  const { input, size = 5, shape } = network.layer("c1");
  if (PRESETS[chosen.filter]) {
    const kernel = kernelOf(network, chosen);
    return convolution(network.input(before.input), input.side, [[0]], kernel, new Float32Array(1), size);
  }
  const length = shape[1] * shape[2];
  return before.c1.subarray(chosen.map * length, (chosen.map + 1) * length).map(network.activation.apply);
}

/**
 * One value of the map: the pixels, the products and their sum, with the bias, and through the activation function.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {Chosen} chosen
 * @param {{ row: number, column: number }} at
 */
export function sumAt(network, reading, chosen, { row, column }) {
  const found = explain(network, reading, { layer: "c1", map: chosen.map, row, column });
  const [{ patch, ...learned }] = found.terms;
  const { bias, before } = found;
  if (!PRESETS[chosen.filter]) return { patch, ...learned, bias, before, value: network.activation.apply(before) };
  const kernel = kernelOf(network, chosen);
  const products = patch.map((pixel, i) => pixel * kernel[i]);
  const sum = products.reduce((a, b) => a + b, 0);
  return { patch, kernel, products, sum, bias: 0, before: sum, value: sum };
}

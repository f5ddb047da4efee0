// A table of which maps of S2 each map of C3 sees, as it is edited, and what its columns compute.
import { convolution } from "../network/layers.js";

/** @import { Network } from "../network/network.js" */

/**
 * The table with a cross more or less.
 *
 * @param {number[][]} table for each map of C3, the maps of S2 that it sees
 * @param {number} map
 * @param {number} seen
 */
export function toggled(table, map, seen) {
  return table.map((column, i) => {
    if (i !== map) return column;
    return column.includes(seen) ? column.filter((one) => one !== seen) : [...column, seen].sort((a, b) => a - b);
  });
}

/**
 * What the maps of S2 that a map of C3 sees add to it, each convolved with its kernel, and their sum with the bias. A cross
 * that the network was trained without has no weights.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {number} map
 * @param {number[]} column the maps that it sees
 */
export function addedUpMaps(network, { outputs }, map, column) {
  const { input, kernels, shape, tensors, size = 5 } = network.layer("c3");
  const known = kernels?.(map) ?? [];
  const length = input.side ** 2;
  const parts = column.map((seen) => {
    const values = outputs.s2.subarray(seen * length, (seen + 1) * length);
    const kernel = known.find((one) => one.map === seen)?.kernel ?? null;
    const added = kernel && convolution(values, input.side, [[0]], kernel, new Float32Array(1), size);
    return { seen, values, kernel, added };
  });
  const bias = tensors.bias[map];
  const before = new Float32Array(shape[1] * shape[2]).fill(bias);
  for (const { added } of parts) if (added) for (let i = 0; i < before.length; i++) before[i] += added[i];
  return { parts, bias, before, values: before.map(network.activation.apply) };
}

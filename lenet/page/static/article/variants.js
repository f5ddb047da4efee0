// The same weights in a network of which one part is another.
import { Network } from "../network/network.js";
import { POOLING, variationOf, varied } from "../network/variations.js";

/**
 * With another kind of pooling in both layers. What has no weights for it gets those that make an average.
 *
 * @param {Network} network
 * @param {string} pooling
 */
export function withPooling(network, pooling) {
  const { description } = network;
  const other = varied(description, { ...variationOf(description), pooling });
  const tensors = tensorsOf(network);
  for (const { name, kind, shape } of network.layers) {
    if (!Object.values(POOLING).includes(kind)) continue;
    tensors[`${name}.coefficient`] ??= { shape: [shape[0]], data: new Float32Array(shape[0]).fill(0.25) };
    tensors[`${name}.bias`] ??= { shape: [shape[0]], data: new Float32Array(shape[0]) };
  }
  return new Network(other, tensors);
}

/**
 * Without an activation function: each value goes on as it is.
 *
 * @param {Network} network
 */
export function withoutCurve(network) {
  return new Network({ ...network.description, activation: { kind: "identity", name: "none" } }, tensorsOf(network));
}

/** @param {Network} network */
function tensorsOf({ layers }) {
  /** @type {Tensors} */
  const tensors = {};
  for (const { name, tensors: own } of layers) {
    for (const [key, data] of Object.entries(own)) tensors[`${name}.${key}`] = { shape: [data.length], data };
  }
  return tensors;
}

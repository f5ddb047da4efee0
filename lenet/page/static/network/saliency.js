// Which pixels matter for the difference of the scores of two digits, as the gradient has it.
/** @import { Network } from "./network.js" */

/**
 * The gradient of the score of `first` minus that of `second` for each pixel of the input, and the same times the ink.
 *
 * @param {Network} network
 * @param {Features} features
 * @param {number} first
 * @param {number} second
 * @param {Muted} muted
 */
export function saliency(network, features, first, second, muted) {
  const scores = new Float32Array(10);
  [scores[first], scores[second]] = [1, -1];
  const gradient = network.backward(features, scores, { pixels: true, muted }).outputs.input;
  return { gradient, product: gradient.map((value, i) => value * features.outputs.input[i]) };
}

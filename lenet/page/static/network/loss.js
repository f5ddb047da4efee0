// What training makes small.
/** @import { Network } from "./network.js" */

/**
 * The training loss of an image, equation (9) of the paper, and its gradient with respect to the ten scores: the
 * cross-entropy over these and a constant score, `rubbish`, for the paper's class of that name. `label` is 0 to 9, or -1
 * for an image that is not a digit.
 *
 * @param {Float32Array} scores
 * @param {number} label
 * @param {number} rubbish
 */
export function lossOf(scores, label, rubbish) {
  const all = [...scores, rubbish];
  const highest = Math.max(...all);
  const exponentials = all.map((score) => Math.exp(score - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  const wanted = label < 0 ? scores.length : label;
  return {
    loss: Math.log(sum) + highest - all[wanted],
    gradient: scores.map((_, i) => exponentials[i] / sum - Number(i === wanted)),
  };
}

/**
 * What a network computes for an image, with the loss of that and its gradient with respect to the scores.
 *
 * @param {Network} network
 * @param {Float32Array} ink
 * @param {number} label
 */
export function forwardWithLoss(network, ink, label) {
  const features = network.forward(ink);
  return { features, ...lossOf(features.outputs.output, label, network.description.outlier_score) };
}

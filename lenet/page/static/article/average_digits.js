// The mean of all images of each digit, and how far an input is from each: reading without a network.

/** @import { Digits } from "../network/digits.js" */

const INPUT = 32;

/**
 * Ten inputs, each the mean of the images of a digit.
 *
 * @param {Digits} digits
 */
export function averagesOf(digits) {
  const means = Array.from({ length: 10 }, () => new Float64Array(INPUT ** 2));
  const counts = new Uint32Array(10);
  for (const [i, label] of digits.labels.entries()) {
    const [ink, mean] = [digits.ink(i), means[label]];
    for (let at = 0; at < mean.length; at++) mean[at] += ink[at];
    counts[label]++;
  }
  return means.map((mean, digit) => Float32Array.from(mean, (sum) => sum / counts[digit]));
}

/**
 * The squared distance of an input to each of them.
 *
 * @param {Float32Array} ink
 * @param {Float32Array[]} averages
 */
export function distancesTo(ink, averages) {
  return averages.map((average) => ink.reduce((sum, value, i) => sum + (value - average[i]) ** 2, 0));
}

/** @param {number[]} distances */
export function nearest(distances) {
  return distances.indexOf(Math.min(...distances));
}

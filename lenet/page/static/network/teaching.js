// Teaching a network what some images are: copies of its weights, and steps of gradient descent on them.
import { forwardWithLoss } from "./loss.js";
import { OPTIMIZERS } from "./optimizers.js";
import { Reader } from "./reader.js";
import { emptyWeights } from "./training.js";

/** @import { Network } from "./network.js" */

/**
 * An image and the digit that it is; in `code`, the image as a link has it.
 *
 * @typedef {{ ink: Float32Array, label: number, code?: string }} Lesson
 */

export const REPLAYED = 8; // old digits in each step
const RATES = [0.0001, 0.0003, 0.001, 0.003];
const RATES_FOR_DISTANCES = [0.00001, 0.00003, 0.0001, 0.0003]; // whose gradients are ten times as steep

/**
 * The learning rates that suit a network.
 *
 * @param {Network} network
 */
export function ratesOf({ layers }) {
  return layers.some(({ kind }) => kind === "RBF") ? RATES_FOR_DISTANCES : RATES;
}

/**
 * The reader of a network after a step: each weight less `rate` times its gradient. That is of the losses of all lessons,
 * added up; each loss is returned, too, as it was before the step. The reader that is given stays as it is.
 *
 * @param {Reader} reader
 * @param {Lesson[]} lessons
 * @param {number} rate
 */
export function descend({ description, tensors }, lessons, rate) {
  const copies = Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]);
  const reader = new Reader(description, Object.fromEntries(copies));
  const { network } = reader;
  const { learned: sums } = emptyWeights(description.network);
  const losses = lessons.map(({ ink, label }) => {
    const { features, loss, gradient } = forwardWithLoss(network, ink, label);
    network.backward(features, gradient, { sums });
    return loss;
  });
  OPTIMIZERS.SGD(network, rate)(sums);
  return { reader, losses };
}

/**
 * The mean of the losses of some lessons.
 *
 * @param {Network} network
 * @param {Lesson[]} lessons
 */
export function meanLoss(network, lessons) {
  return lessons.reduce((sum, { ink, label }) => sum + forwardWithLoss(network, ink, label).loss, 0) / lessons.length;
}

export const SURE = 2 / 3; // the probability from which a digit counts as learned

/**
 * Whether a network reads all lessons right, with some margin. What is rejected for its shape is rejected all the same.
 *
 * @param {Network} network
 * @param {Lesson[]} lessons
 */
export function isLearned(network, lessons) {
  return lessons.every(({ ink, label }) => {
    const { output } = network.forward(ink).outputs;
    return network.probabilities(output)[label] >= SURE && !network.rejects(output);
  });
}

/**
 * The old digits that are mixed into a step, so that they are not forgotten: others in each, in turn.
 *
 * @param {Pick<import("./digits.js").Digits, "length" | "ink" | "labels">} digits
 * @param {number} step
 * @param {number} count
 * @returns {Lesson[]}
 */
export function replayed(digits, step, count) {
  return Array.from({ length: count }, (_, i) => {
    const number = (step * count + i) % digits.length;
    return { ink: digits.ink(number), label: digits.labels[number] };
  });
}

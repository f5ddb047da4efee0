// Teaching a network what some images are: copies of its weights, and steps of gradient descent on them.
import { lossOf } from "./loss.js";
import { Reader } from "./reader.js";

/**
 * An image and the digit that it is.
 *
 * @typedef {{ ink: Float32Array, label: number }} Lesson
 */

/**
 * The reader of a network after a step: each weight less its gradient times `rate`. The gradient is that of the losses of
 * all lessons, added up; their sum is returned, too, as it was before the step. The reader that is given stays as it is.
 *
 * @param {Reader} reader
 * @param {Lesson[]} lessons
 * @param {number} rate
 */
export function descend({ description, network, tensors }, lessons, rate) {
  const sums = likeParameters(network.parameters);
  const loss = lessons.reduce((sum, lesson) => sum + addGradient(network, lesson, sums), 0);
  /** @type {Tensors} */
  const moved = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const [layer, kind] = name.split(".");
    const gradient = sums[layer][kind];
    moved[name] = { shape, data: Float32Array.from(data, (weight, i) => weight - rate * gradient[i]) };
  }
  return { reader: new Reader(description, moved), loss };
}

/**
 * The loss of a lesson; its gradient is added to `sums`.
 *
 * @param {import("./network.js").Network} network
 * @param {Lesson} lesson
 * @param {Parameters} [sums]
 */
function addGradient(network, { ink, label }, sums) {
  const features = network.forward(ink);
  const { loss, gradient } = lossOf(features.outputs.output, label, network.description.outlier_score);
  if (sums) network.backward(features, gradient, { sums });
  return loss;
}

/**
 * Zeros in the shapes of what a network learns.
 *
 * @param {Parameters} parameters
 * @returns {Parameters}
 */
export function likeParameters(parameters) {
  const zeros = (/** @type {Layers} */ layer) =>
    Object.fromEntries(Object.entries(layer).map(([name, { length }]) => [name, new Float32Array(length)]));
  return Object.fromEntries(Object.entries(parameters).map(([name, layer]) => [name, zeros(layer)]));
}

const SURE = 0.9; // the probability from which a digit counts as learned

/**
 * Whether a network reads all lessons right, and surely.
 *
 * @param {Reader} reader
 * @param {Lesson[]} lessons
 */
export function isLearned(reader, lessons) {
  return lessons.every(({ ink, label }) => {
    const { digit, probabilities } = reader.readInk(ink);
    return digit === label && probabilities[label] >= SURE;
  });
}

/** Old digits, some of them in each step, in turn, so that they are not forgotten. */
export class Replay {
  #next = 0;

  /**
   * @param {Lesson[]} digits
   * @param {number} count in a step
   */
  constructor(digits, count) {
    this.digits = digits;
    this.count = count;
  }

  next() {
    return Array.from({ length: this.count }, () => this.digits[this.#next++ % this.digits.length]);
  }
}

// How weights are changed by gradients, as `torch.optim` does it, and `train.engine.muon`.
//
// An optimizer is a function that is called with the gradients of a step, by layer and name as in `Network.parameters`,
// and changes the parameters in place. What it remembers from earlier steps is its own.

import { addScaled } from "./backward.js";

const [B1, B2, EPSILON] = [0.9, 0.999, 1e-8]; // Adam's decays, as in PyTorch
const MOMENTUM = 0.9;
const MUON_MOMENTUM = 0.95;
const NEWTON_SCHULZ = [3.4445, -4.775, 2.0315]; // of `train.engine.muon`
const ITERATIONS = 4;

/** @import { Network } from "./network.js" */

/** @typedef {(gradients: Learned) => void} Step */
/** @typedef {(values: Float32Array, rows: number, orthogonal: boolean) => (gradient: Float32Array) => void} Rule */

/**
 * The optimizers by name, each for the parameters that it changes and a learning rate.
 *
 * @type {Record<string, (network: Network, rate: number) => Step>}
 */
export const OPTIMIZERS = {
  SGD: (network, rate) => each(network, (values) => (gradient) => addScaled(values, 0, -rate, gradient)),
  momentum: (network, rate) =>
    each(network, (values) => {
      const velocity = new Float32Array(values.length);
      return (gradient) => {
        for (let i = 0; i < values.length; i++) {
          velocity[i] = MOMENTUM * velocity[i] + gradient[i];
          values[i] -= rate * velocity[i];
        }
      };
    }),
  Adam: (network, rate) =>
    each(network, (values) => {
      const [mean, square] = [new Float32Array(values.length), new Float32Array(values.length)];
      let step = 0;
      return (gradient) => {
        step++;
        const size = rate / (1 - B1 ** step);
        const scale = Math.sqrt(1 - B2 ** step);
        for (let i = 0; i < values.length; i++) {
          mean[i] += (1 - B1) * (gradient[i] - mean[i]);
          square[i] += (1 - B2) * (gradient[i] ** 2 - square[i]);
          values[i] -= (size * mean[i]) / (Math.sqrt(square[i]) / scale + EPSILON);
        }
      };
    }),
  Muon: (network, rate) =>
    each(network, (values, rows, orthogonal) => {
      const velocity = new Float32Array(values.length);
      return (gradient) => {
        for (let i = 0; i < values.length; i++) velocity[i] = MUON_MOMENTUM * velocity[i] + gradient[i];
        const update = gradient.map((g, i) => g + MUON_MOMENTUM * velocity[i]);
        const change = orthogonal ? orthogonalized(update, rows) : update;
        for (let i = 0; i < values.length; i++) values[i] -= rate * change[i];
      };
    }),
};

/**
 * The same rule for each parameter of a network. It is told whether it is a weight of a layer between input and output
 * that has a weight for each of its inputs, and its number of rows, which Muon needs.
 *
 * @param {Network} network
 * @param {Rule} rule
 * @returns {Step}
 */
function each({ layers }, rule) {
  const steps = layers.flatMap(({ name, kind, shape, tensors }) =>
    Object.entries(tensors).map(([key, values]) => {
      const isMatrix = key === "weight" && kind !== "sparse convolution" && name !== "output";
      const step = rule(values, shape[0], isMatrix);
      return (/** @type {Learned} */ gradients) => step(gradients[name][key]);
    }),
  );
  return (gradients) => {
    for (const step of steps) step(gradients);
  };
}

/**
 * A matrix, row by row, with its singular values replaced by about sqrt(max(1, rows / columns)): Newton-Schulz, as in
 * `train.engine.muon`.
 *
 * @param {Float32Array} matrix
 * @param {number} rows
 */
export function orthogonalized(matrix, rows) {
  const columns = matrix.length / rows;
  const tall = rows > columns;
  const [height, width] = tall ? [columns, rows] : [rows, columns];
  const norm = Math.sqrt(matrix.reduce((sum, value) => sum + value ** 2, 0)) + 1e-7;
  let x = (tall ? transposed(matrix, rows, columns) : matrix).map((value) => value / norm);
  const [a, b, c] = NEWTON_SCHULZ;
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = gramMatrix(x, height, width);
    const square = product(gram, gram, height, height, height);
    const factor = gram.map((value, j) => b * value + c * square[j]);
    const change = product(factor, x, height, height, width);
    x = x.map((value, j) => a * value + change[j]);
  }
  const scale = Math.sqrt(Math.max(1, rows / columns));
  return (tall ? transposed(x, height, width) : x).map((value) => value * scale);
}

/**
 * @param {Float32Array} matrix
 * @param {number} rows
 * @param {number} columns
 */
function transposed(matrix, rows, columns) {
  const result = new Float32Array(matrix.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) result[column * rows + row] = matrix[i];
  }
  return result;
}

/**
 * The products of all pairs of rows of a matrix. Four sums at once, of which none waits for another.
 *
 * @param {Float32Array} x
 * @param {number} rows
 * @param {number} columns
 */
function gramMatrix(x, rows, columns) {
  const result = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    for (let other = 0; other <= row; other++) {
      const first = row * columns;
      let sum = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      let at = first;
      let to = other * columns;
      for (const end = first + columns - 3; at < end; at += 4, to += 4) {
        sum += x[at] * x[to];
        second += x[at + 1] * x[to + 1];
        third += x[at + 2] * x[to + 2];
        fourth += x[at + 3] * x[to + 3];
      }
      for (const end = first + columns; at < end; at++, to++) sum += x[at] * x[to];
      sum += second + third + fourth;
      result[row * rows + other] = sum;
      result[other * rows + row] = sum;
    }
  }
  return result;
}

/**
 * The product of two matrices of n rows and k columns, and k rows and m columns. Four rows at once: each sum is read and
 * written a quarter as often.
 *
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {number} n
 * @param {number} k
 * @param {number} m
 */
function product(a, b, n, k, m) {
  const result = new Float32Array(n * m);
  for (let row = 0; row < n; row++) {
    const to = row * m;
    let i = 0;
    for (; i + 3 < k; i += 4) {
      const p = a[row * k + i];
      const q = a[row * k + i + 1];
      const r = a[row * k + i + 2];
      const s = a[row * k + i + 3];
      for (let j = 0, from = i * m; j < m; j++, from++)
        result[to + j] += p * b[from] + q * b[from + m] + r * b[from + 2 * m] + s * b[from + 3 * m];
    }
    for (; i < k; i++) {
      const factor = a[row * k + i];
      for (let j = 0, from = i * m; j < m; j++, from++) result[to + j] += factor * b[from];
    }
  }
  return result;
}

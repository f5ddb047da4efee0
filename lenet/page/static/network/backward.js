// The backward pass of the layers of the three networks, beside layers.js: how a loss changes with a layer's input, and
// with its weights, given how it changes with its output. What weights contribute is added to arrays that are given, so
// that a batch is summed up without further ones.
import { addRow } from "./layers.js";

/**
 * The gradient of the loss for the input of a convolution, from that for its output.
 *
 * @param {Float32Array} gradient
 * @param {number} maps
 * @param {number} side
 * @param {number[][]} sees
 * @param {Float32Array} weight
 * @param {number} size
 */
export function convolutionInput(gradient, maps, side, sees, weight, size) {
  // C5: its kernels are as large as the maps.
  if (weight.length === gradient.length * maps * side * side) return fullyConnectedInput(gradient, weight);
  const out = side - size + 1;
  const sums = new Float64Array(maps * side * side);
  const flipped = rowsReversed(weight, size);
  const margin = size - 1;
  const width = out + 2 * margin;
  const padded = new Float32Array(out * width); // a map with a margin of zeros at both sides of each row
  let w = 0;
  for (let m = 0; m < sees.length; m++) {
    for (let y = 0; y < out; y++) {
      const row = (m * out + y) * out;
      for (let x = 0, to = y * width + margin; x < out; x++, to++) padded[to] = gradient[row + x];
    }
    for (const i of sees[m]) {
      for (let ky = 0; ky < size; ky++, w += size)
        addRow(sums, (i * side + ky) * side, out, side, padded, 0, width, flipped, w, size);
    }
  }
  return new Float32Array(sums);
}

/**
 * Kernels with each of their rows the other way round.
 *
 * @param {Float32Array} kernels
 * @param {number} size
 */
function rowsReversed(kernels, size) {
  const reversed = new Float32Array(kernels.length);
  for (let from = 0; from < kernels.length; from += size) {
    for (let k = 0; k < size; k++) reversed[from + k] = kernels[from + size - 1 - k];
  }
  return reversed;
}

/**
 * Add the gradient for the weights and the biases of a convolution.
 *
 * @param {Float32Array} gradient
 * @param {Float32Array} input
 * @param {number} side
 * @param {number[][]} sees
 * @param {number} size
 * @param {Float32Array} weight
 * @param {Float32Array} bias
 */
export function convolutionWeights(gradient, input, side, sees, size, weight, bias) {
  if (weight.length === gradient.length * input.length) return fullyConnectedWeights(gradient, input, weight, bias);
  const out = side - size + 1;
  let w = 0;
  for (let m = 0; m < sees.length; m++) {
    const from = m * out * out;
    let sum = 0;
    for (let j = from; j < from + out * out; j++) sum += gradient[j];
    bias[m] += sum;
    for (const i of sees[m]) {
      for (let ky = 0; ky < size; ky++, w += size)
        addRowWeights(weight, w, size, gradient, from, out, input, (i * side + ky) * side, side);
    }
  }
}

/**
 * Add the gradient for one row of a kernel: each weight's is the sum over all positions of what comes in times what flows
 * back.
 *
 * @param {Float32Array} weight
 * @param {number} w
 * @param {number} size
 * @param {Float32Array} gradient
 * @param {number} from
 * @param {number} out
 * @param {Float32Array} input
 * @param {number} first
 * @param {number} side
 */
function addRowWeights(weight, w, size, gradient, from, out, input, first, side) {
  if (size !== 5) {
    for (let y = 0, at = from; y < out; y++) {
      for (let x = 0; x < out; x++, at++) {
        for (let k = 0; k < size; k++) weight[w + k] += gradient[at] * input[first + y * side + x + k];
      }
    }
    return;
  }
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  for (let y = 0, at = from; y < out; y++) {
    let i = first + y * side;
    let p = input[i];
    let q = input[i + 1];
    let r = input[i + 2];
    let s = input[i + 3];
    i += 4;
    for (const end = at + out; at < end; at++, i++) {
      const g = gradient[at];
      const t = input[i];
      a += g * p;
      b += g * q;
      c += g * r;
      d += g * s;
      e += g * t;
      p = q;
      q = r;
      r = s;
      s = t;
    }
  }
  weight[w] += a;
  weight[w + 1] += b;
  weight[w + 2] += c;
  weight[w + 3] += d;
  weight[w + 4] += e;
}

/**
 * Call `spread(map, to, at)` for each block of 2x2 inputs: the index of its output, and that of the first of the four.
 *
 * @param {number} maps
 * @param {number} side
 * @param {(map: number, to: number, at: number) => void} spread
 */
function eachBlock(maps, side, spread) {
  const out = side / 2;
  for (let m = 0, to = 0; m < maps; m++) {
    for (let y = 0; y < out; y++) {
      for (let x = 0; x < out; x++, to++) spread(m, to, m * side * side + 2 * y * side + 2 * x);
    }
  }
}

/**
 * Each of four inputs gets a quarter.
 *
 * @param {Float32Array} gradient
 * @param {number} maps
 * @param {number} side
 */
export function averagePoolingInput(gradient, maps, side) {
  const input = new Float32Array(maps * side * side);
  eachBlock(maps, side, (_, to, at) => {
    input[at] = input[at + 1] = input[at + side] = input[at + side + 1] = gradient[to] / 4;
  });
  return input;
}

/**
 * The largest of four inputs gets all, the first of equal ones.
 *
 * @param {Float32Array} gradient
 * @param {Float32Array} input
 * @param {number} maps
 * @param {number} side
 */
export function maxPoolingInput(gradient, input, maps, side) {
  const result = new Float32Array(maps * side * side);
  eachBlock(maps, side, (_, to, at) => {
    let largest = at;
    if (input[at + 1] > input[largest]) largest = at + 1;
    if (input[at + side] > input[largest]) largest = at + side;
    if (input[at + side + 1] > input[largest]) largest = at + side + 1;
    result[largest] = gradient[to];
  });
  return result;
}

/**
 * @param {Float32Array} gradient
 * @param {number} maps
 * @param {number} side
 * @param {Float32Array} coefficient
 */
export function subsamplingInput(gradient, maps, side, coefficient) {
  const input = new Float32Array(maps * side * side);
  eachBlock(maps, side, (m, to, at) => {
    input[at] = input[at + 1] = input[at + side] = input[at + side + 1] = gradient[to] * coefficient[m];
  });
  return input;
}

/**
 * Add the gradient for the coefficients and the biases of subsampling.
 *
 * @param {Float32Array} gradient
 * @param {Float32Array} input
 * @param {number} maps
 * @param {number} side
 * @param {Float32Array} coefficient
 * @param {Float32Array} bias
 */
export function subsamplingWeights(gradient, input, maps, side, coefficient, bias) {
  const sums = new Float64Array(2 * maps); // of hundreds of blocks: not rounded after each
  eachBlock(maps, side, (m, to, at) => {
    sums[2 * m] += gradient[to] * (input[at] + input[at + 1] + input[at + side] + input[at + side + 1]);
    sums[2 * m + 1] += gradient[to];
  });
  for (let m = 0; m < maps; m++) {
    coefficient[m] += sums[2 * m];
    bias[m] += sums[2 * m + 1];
  }
}

/**
 * @param {Float32Array} gradient
 * @param {Float32Array} weight a row of numbers for each output
 */
export function fullyConnectedInput(gradient, weight) {
  const length = weight.length / gradient.length;
  const input = new Float32Array(length);
  const units = gradient.length;
  let unit = 0;
  // Four units at once: each sum is read and written a quarter as often.
  for (; unit + 3 < units; unit += 4) {
    const a = gradient[unit];
    const b = gradient[unit + 1];
    const c = gradient[unit + 2];
    const d = gradient[unit + 3];
    let w = unit * length;
    for (let i = 0; i < length; i++, w++) {
      input[i] += a * weight[w] + b * weight[w + length] + (c * weight[w + 2 * length] + d * weight[w + 3 * length]);
    }
  }
  for (; unit < units; unit++) {
    const g = gradient[unit];
    for (let i = 0, w = unit * length; i < length; i++, w++) input[i] += g * weight[w];
  }
  return input;
}

/**
 * Add the gradient for the weights and the biases of a fully connected layer.
 *
 * @param {Float32Array} gradient
 * @param {Float32Array} input
 * @param {Float32Array} weight
 * @param {Float32Array} bias
 */
export function fullyConnectedWeights(gradient, input, weight, bias) {
  for (let unit = 0; unit < gradient.length; unit++) {
    bias[unit] += gradient[unit];
    addScaled(weight, unit * input.length, gradient[unit], input);
  }
}

/**
 * Add a multiple of numbers to as many, four at once, which takes two thirds of the time.
 *
 * @param {Float32Array} sums
 * @param {number} to
 * @param {number} factor
 * @param {Float32Array} numbers
 */
export function addScaled(sums, to, factor, numbers) {
  let i = 0;
  for (const end = numbers.length - 3; i < end; i += 4, to += 4) {
    sums[to] += factor * numbers[i];
    sums[to + 1] += factor * numbers[i + 1];
    sums[to + 2] += factor * numbers[i + 2];
    sums[to + 3] += factor * numbers[i + 3];
  }
  for (; i < numbers.length; i++, to++) sums[to] += factor * numbers[i];
}

/**
 * @param {Float32Array} gradient
 * @param {Float32Array} input
 * @param {number[][]} centers
 */
export function negativeDistancesInput(gradient, input, centers) {
  return input.map((x, i) => centers.reduce((sum, center, unit) => sum - 2 * gradient[unit] * (x - center[i]), 0));
}

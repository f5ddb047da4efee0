// The layers of the three networks as pure functions on Float32Arrays. Feature maps are square, one after the other.

/**
 * A convolution without padding: `maps` inputs of side `side`, kernels of side `size`. `sees[m]` lists the inputs of map
 * m, and `weight` holds their kernels in that order, map by map.
 *
 * @param {Float32Array} input
 * @param {number} side
 * @param {number[][]} sees
 * @param {Float32Array} weight
 * @param {Float32Array} bias
 * @param {number} size
 */
export function convolution(input, side, sees, weight, bias, size) {
  // C5: its kernels are as large as the maps.
  if (weight.length === sees.length * input.length) return fullyConnected(input, weight, bias);
  const out = side - size + 1;
  const output = new Float32Array(sees.length * out * out);
  const sums = new Float64Array(out * out);
  let w = 0;
  for (let m = 0; m < sees.length; m++) {
    sums.fill(bias[m]);
    for (const i of sees[m]) {
      for (let ky = 0; ky < size; ky++, w += size)
        addRow(sums, 0, out, out, input, (i * side + ky) * side, side, weight, w, size);
    }
    output.set(sums, m * sums.length);
  }
  return output;
}

/**
 * Add what one row of a kernel contributes: to `rows` of `across` sums, from `to` on, of numbers that begin at `first`, in
 * rows of `width`. Five weights at once, the usual number, and each number read only once, take two thirds of the time.
 * Here, and wherever this is called thousands of times, nothing is destructured from an array: that costs a fifth.
 *
 * @param {Float64Array} sums
 * @param {number} to
 * @param {number} rows
 * @param {number} across
 * @param {Float32Array} numbers
 * @param {number} first
 * @param {number} width
 * @param {Float32Array} weight
 * @param {number} w
 * @param {number} size
 */
export function addRow(sums, to, rows, across, numbers, first, width, weight, w, size) {
  if (size !== 5) {
    for (let y = 0, i = to; y < rows; y++) {
      for (let x = 0; x < across; x++, i++) {
        for (let k = 0; k < size; k++) sums[i] += weight[w + k] * numbers[first + y * width + x + k];
      }
    }
    return;
  }
  const a = weight[w];
  const b = weight[w + 1];
  const c = weight[w + 2];
  const d = weight[w + 3];
  const e = weight[w + 4];
  for (let y = 0, i = to; y < rows; y++) {
    let at = first + y * width;
    let p = numbers[at];
    let q = numbers[at + 1];
    let r = numbers[at + 2];
    let s = numbers[at + 3];
    at += 4;
    for (const end = at + across - 1; at < end; at += 2, i += 2) {
      const t = numbers[at];
      const u = numbers[at + 1];
      sums[i] += a * p + b * q + c * r + d * s + e * t;
      sums[i + 1] += a * q + b * r + c * s + d * t + e * u;
      p = r;
      q = s;
      r = t;
      s = u;
    }
    if (across % 2) sums[i++] += a * p + b * q + c * r + d * s + e * numbers[at];
  }
}

/**
 * Call `reduce(map, a, b, c, d)` for each block of 2x2 inputs.
 *
 * @param {Float32Array} input
 * @param {number} maps
 * @param {number} side
 * @param {(map: number, a: number, b: number, c: number, d: number) => number} reduce
 */
function pool(input, maps, side, reduce) {
  const out = side / 2;
  const output = new Float32Array(maps * out * out);
  for (let m = 0, to = 0; m < maps; m++) {
    for (let y = 0; y < out; y++) {
      for (let x = 0; x < out; x++, to++) {
        const at = m * side * side + 2 * y * side + 2 * x;
        output[to] = reduce(m, input[at], input[at + 1], input[at + side], input[at + side + 1]);
      }
    }
  }
  return output;
}

/** @type {(input: Float32Array, maps: number, side: number) => Float32Array} */
export function averagePooling(input, maps, side) {
  return pool(input, maps, side, (_m, a, b, c, d) => (a + b + c + d) / 4);
}

/** @type {(input: Float32Array, maps: number, side: number) => Float32Array} */
export function maxPooling(input, maps, side) {
  return pool(input, maps, side, (_m, a, b, c, d) => Math.max(a, b, c, d));
}

/**
 * The sum of 2x2 inputs, times a coefficient, plus a bias, one of each per map.
 *
 * @param {Float32Array} input
 * @param {number} maps
 * @param {number} side
 * @param {Float32Array} coefficient
 * @param {Float32Array} bias
 */
export function subsampling(input, maps, side, coefficient, bias) {
  return pool(input, maps, side, (m, a, b, c, d) => (a + b + c + d) * coefficient[m] + bias[m]);
}

/**
 * `weight` has a row of input.length numbers for each output.
 *
 * @param {Float32Array} input
 * @param {Float32Array} weight
 * @param {Float32Array} bias
 */
export function fullyConnected(input, weight, bias) {
  const n = input.length;
  const output = new Float32Array(bias.length);
  const units = bias.length;
  let unit = 0;
  // Four units at once: each input is read a quarter as often, and no addition waits for the one before.
  for (; unit + 3 < units; unit += 4) {
    let a = bias[unit];
    let b = bias[unit + 1];
    let c = bias[unit + 2];
    let d = bias[unit + 3];
    for (let i = 0, w = unit * n; i < n; i++, w++) {
      const x = input[i];
      a += weight[w] * x;
      b += weight[w + n] * x;
      c += weight[w + 2 * n] * x;
      d += weight[w + 3 * n] * x;
    }
    output[unit] = a;
    output[unit + 1] = b;
    output[unit + 2] = c;
    output[unit + 3] = d;
  }
  for (; unit < units; unit++) {
    let sum = bias[unit];
    for (let i = 0, w = unit * n; i < n; i++, w++) sum += weight[w] * input[i];
    output[unit] = sum;
  }
  return output;
}

/**
 * Negative squared distances to the centers, so that the nearest has the highest score.
 *
 * @param {Float32Array} input
 * @param {number[][]} centers
 */
export function negativeDistances(input, centers) {
  return Float32Array.from(centers, (center) => -input.reduce((sum, x, i) => sum + (x - center[i]) ** 2, 0));
}

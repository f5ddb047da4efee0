// Antialiased scaling as Pillow does it: a triangle filter, widened when shrinking, rows first and then columns.

/**
 * Scale an image, {data: Float32Array, width, height}, to another size.
 *
 * @param {Raster} image
 * @param {number} newWidth
 * @param {number} newHeight
 * @returns {Raster}
 */
export function resize({ data, width, height }, newWidth, newHeight) {
  const columns = weights(width, newWidth);
  const narrow = new Float32Array(newWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++) {
      const { first, factors } = columns[x];
      let sum = 0;
      for (let i = 0, at = y * width + first; i < factors.length; i++, at++) sum += data[at] * factors[i];
      narrow[y * newWidth + x] = sum;
    }
  }
  const rows = weights(height, newHeight);
  const result = new Float32Array(newWidth * newHeight);
  for (let y = 0; y < newHeight; y++) {
    const { first, factors } = rows[y];
    for (let x = 0; x < newWidth; x++) {
      let sum = 0;
      for (let i = 0; i < factors.length; i++) sum += narrow[(first + i) * newWidth + x] * factors[i];
      result[y * newWidth + x] = sum;
    }
  }
  return { data: result, width: newWidth, height: newHeight };
}

/**
 * The mean of each cell of factor x factor pixels, or of what there is of it at the border.
 *
 * @param {Raster<ArrayLike<number>>} image
 * @param {number} factor
 * @returns {Raster}
 */
export function reduce({ data, width, height }, factor) {
  const [across, down] = [width, height].map((side) => Math.ceil(side / factor));
  const sums = new Float64Array(across * down);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / factor) * across;
    for (let x = 0; x < width; x++, i++) sums[row + Math.floor(x / factor)] += data[i];
  }
  const means = Float32Array.from(sums, (sum, i) => {
    const [left, top] = [(i % across) * factor, Math.floor(i / across) * factor];
    return sum / (Math.min(factor, width - left) * Math.min(factor, height - top));
  });
  return { data: means, width: across, height: down };
}

/**
 * For each new pixel: the first old pixel that contributes, and the factors of that one and the following.
 *
 * @param {number} size
 * @param {number} newSize
 */
function weights(size, newSize) {
  const scale = size / newSize;
  const support = Math.max(1, scale);
  return Array.from({ length: newSize }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const last = Math.min(size, Math.trunc(center + support + 0.5));
    const factors = new Float64Array(last - first);
    let sum = 0;
    for (let j = 0; j < factors.length; j++) {
      factors[j] = Math.max(0, 1 - Math.abs((first + j - center + 0.5) / support));
      sum += factors[j];
    }
    for (let j = 0; j < factors.length; j++) factors[j] /= sum;
    return { first, factors };
  });
}

/**
 * As Python rounds: a half goes to the even neighbor.
 *
 * @param {number} x
 */
export function roundHalfEven(x) {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 ? below + 1 : below;
}

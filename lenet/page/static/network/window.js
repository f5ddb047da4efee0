// Grayscale morphology: extremes over squares of pixels, as in `lenet.image.photo`.

/**
 * Closing with a square of about `size` pixels per side: fills what is dark and narrower.
 *
 * @param {Raster} image
 * @param {number} size
 * @returns {Raster}
 */
export function closing(image, size) {
  const half = Math.max(1, Math.floor(size / 2));
  const wide = pad(image, 2 * half, true); // once for both, so that a slope stays one at the border
  return smallest(largest(wide, half), half);
}

/**
 * Opening of a mask of 0 and 1: removes what is narrower.
 *
 * @param {Raster} mask
 * @param {number} size
 * @returns {Raster}
 */
export function opening(mask, size) {
  return inverse(closing(inverse(mask), size));
}

/**
 * A mask and everything within `reach` pixels, horizontally and vertically.
 *
 * @param {Raster} mask
 * @param {number} reach
 * @returns {Raster}
 */
export function spread(mask, reach) {
  return largest(pad(mask, reach, false), reach);
}

/**
 * 1 minus each value.
 *
 * @param {Raster} image
 * @returns {Raster}
 */
export function inverse(image) {
  return { ...image, data: image.data.map((value) => 1 - value) };
}

/**
 * The image with a border, of the outermost values or of 0.
 *
 * @param {Raster} image
 * @param {number} border
 * @param {boolean} repeat
 * @returns {Raster}
 */
function pad({ data, width, height }, border, repeat) {
  const [across, down] = [width + 2 * border, height + 2 * border];
  const padded = new Float32Array(across * down);
  for (let y = 0; y < down; y++) {
    const row = Math.min(Math.max(0, y - border), height - 1);
    if (!repeat && row !== y - border) continue;
    const line = data.subarray(row * width, (row + 1) * width);
    padded.set(line, y * across + border);
    if (!repeat) continue;
    padded.fill(line[0], y * across, y * across + border);
    padded.fill(line[width - 1], y * across + border + width, (y + 1) * across);
  }
  return { data: padded, width: across, height: down };
}

/**
 * The smallest value over a square of 2 `half` + 1 pixels per side; the result is `half` smaller on each side.
 *
 * @param {Raster} image
 * @param {number} half
 * @returns {Raster}
 */
function smallest(image, half) {
  const negative = (/** @type {Raster} */ { data, ...size }) => ({ data: data.map((value) => -value), ...size });
  return negative(largest(negative(image), half));
}

/**
 * The largest.
 *
 * @param {Raster} image
 * @param {number} half
 * @returns {Raster}
 */
function largest(image, half) {
  const { width, height } = image;
  const data = image.data.slice();
  // In place: each pass combines a pixel with one further right or below that no pass has reached yet.
  for (const stride of [1, width]) {
    for (let reach = 1; reach < 2 * half + 1; ) {
      const step = Math.min(reach, 2 * half + 1 - reach);
      const far = step * stride;
      for (let i = 0, end = data.length - far; i < end; i++) if (data[i + far] > data[i]) data[i] = data[i + far];
      reach += step;
    }
  }
  // What has run over from one row to the next is in the columns that are left out.
  const [across, down] = [width - 2 * half, height - 2 * half];
  const inner = new Float32Array(across * down);
  for (let y = 0; y < down; y++) inner.set(data.subarray(y * width, y * width + across), y * across);
  return { data: inner, width: across, height: down };
}

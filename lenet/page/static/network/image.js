// Boxes in images, and what is inside of them.

/**
 * The box around what is above a threshold, between two columns; null if nothing is.
 *
 * @param {Raster<ArrayLike<number>>} image
 * @param {number} threshold
 * @returns {Box | null}
 */
export function boundingBox({ data, width, height }, threshold, from = 0, to = width) {
  const box = { top: height, left: to, bottom: 0, right: from };
  for (let y = 0; y < height; y++) {
    for (let x = from; x < to; x++) {
      if (data[y * width + x] <= threshold) continue;
      if (y < box.top) box.top = y;
      if (x < box.left) box.left = x;
      if (x >= box.right) box.right = x + 1;
      box.bottom = y + 1;
    }
  }
  return box.bottom ? box : null;
}

/**
 * A copy of the part within a box, which is blank where it goes beyond the right edge.
 *
 * @param {Raster} image
 * @param {Box} box
 * @returns {Raster}
 */
export function crop({ data, width }, { top, left, bottom, right }) {
  const part = { data: new Float32Array((right - left) * (bottom - top)), width: right - left, height: bottom - top };
  for (let y = 0; y < part.height; y++) {
    const start = (top + y) * width;
    part.data.set(data.subarray(start + left, start + Math.min(right, width)), y * part.width);
  }
  return part;
}

/**
 * The box of a rectangle.
 *
 * @param {Rectangle} rectangle
 * @returns {Box}
 */
export function boxOf({ left, top, width, height }) {
  return { top, left, bottom: top + height, right: left + width };
}

// Boxes in images, and what is inside of them.

/**
 * The box around what is above a threshold, between two columns; null if nothing is.
 *
 * @param {Raster<ArrayLike<number>>} image
 * @param {number} threshold
 * @returns {Box | null}
 */
export function boundingBox({ data, width, height }, threshold, from = 0, to = width) {
  const isBlank = (/** @type {number} */ row) => {
    for (let i = row * width + from, end = row * width + to; i < end; i++) if (data[i] > threshold) return false;
    return true;
  };
  let [top, bottom] = [0, height];
  while (top < bottom && isBlank(top)) top++;
  if (top === bottom) return null;
  while (isBlank(bottom - 1)) bottom--;
  // Of each row, only what is beyond the box so far.
  let [left, right] = [to, from];
  for (let y = top; y < bottom; y++) {
    const row = y * width;
    for (let x = from; x < left; x++) if (data[row + x] > threshold) left = x;
    for (let x = to - 1; x >= right; x--) if (data[row + x] > threshold) right = x + 1;
  }
  return { top, left, bottom, right };
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

/**
 * The content of a square image, moved right and down by whole pixels; what leaves it is lost, and what comes in is blank.
 *
 * @param {Float32Array} image
 * @param {number} right
 * @param {number} down
 */
export function shifted(image, right, down) {
  const side = Math.sqrt(image.length);
  const result = new Float32Array(image.length);
  for (let y = Math.max(0, down); y < Math.min(side, side + down); y++) {
    const from = (y - down) * side + Math.max(0, -right);
    result.set(image.subarray(from, from + side - Math.abs(right)), y * side + Math.max(0, right));
  }
  return result;
}

// Why an input cannot be a single digit, as in `lenet.rejection`, which explains it and has the numbers.
import { boundingBox } from "./image.js";

/**
 * "blank", "too little ink", "several digits", or null, for 32x32 numbers in [0, 1].
 *
 * @param {Float32Array} ink
 * @param {number} side
 * @param {Rejection} rejection
 */
export function rejectionReason(ink, side, { clear, solid, squarish, tall, wide }) {
  if (!ink.some((value) => value > 0)) return "blank";
  const box = boundingBox({ data: ink, width: side, height: side }, clear);
  if (!box) return null;
  const [height, width] = [box.bottom - box.top, box.right - box.left];
  if (Math.min(height, width) > squarish * Math.max(height, width)) {
    let sum = 0;
    for (let y = box.top; y < box.bottom; y++) for (let x = box.left; x < box.right; x++) sum += ink[y * side + x];
    if (sum / (height * width) > solid) return "too little ink";
  }
  return width > wide * height && tallParts(ink, side, box, clear, tall) > 1 ? "several digits" : null;
}

/**
 * The number of parts side by side, separated by empty columns, that are as tall as a digit.
 *
 * @param {Float32Array} ink
 * @param {number} side
 * @param {Box} box
 * @param {number} clear
 * @param {number} tall
 */
function tallParts(ink, side, box, clear, tall) {
  /** @param {number} x */
  const filled = (x) => {
    for (let y = box.top; y < box.bottom; y++) if (ink[y * side + x] > clear) return true;
    return false;
  };
  let count = 0;
  for (let x = box.left; x < box.right; x++) {
    if (!filled(x)) continue;
    const left = x;
    while (x < box.right && filled(x)) x++;
    const part = boundingBox({ data: ink, width: side, height: side }, clear, left, x);
    if (part && part.bottom - part.top >= tall * (box.bottom - box.top)) count++;
  }
  return count;
}

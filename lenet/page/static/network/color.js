// The brightness of a picture, or the color in which ink and paper differ, as in `lenet.image.color`.
import { paperColor } from "./paper.js";
import { quantile } from "./statistics.js";

/**
 * @param {Picture} picture
 * @param {ColorConstants} constants
 * @returns {Raster}
 */
export function inGray(picture, { side, ink, least, dull, luma, ...paperConstants }) {
  const { channels, width, height } = picture;
  const sample = everyOther(picture, Math.ceil(Math.max(width, height) / side));
  const paper = paperColor(sample, paperConstants);
  const off = sample.channels.map((data, c) => data.map((value) => value - paper[c]));
  const [red, green, blue] = off;
  const distance = red.map((value, i) => Math.sqrt((value ** 2 + green[i] ** 2 + blue[i] ** 2) / 3));
  const limit = Math.max(least, quantile(distance, ink));
  const inked = [...distance.keys()].filter((i) => distance[i] >= limit);
  const mean = (/** @type {Float32Array} */ values) => inked.reduce((sum, i) => sum + values[i], 0) / inked.length;
  if (!inked.length || mean(along(off, luma).map(Math.abs)) >= dull * mean(distance)) {
    return { data: along(channels, luma), width, height };
  }
  const axis = off.map(mean);
  const unit = axis.map((value) => value / Math.hypot(...axis) / Math.sqrt(3));
  const start = paper.reduce((sum, value, c) => sum + value * unit[c], 0);
  const data = along(channels, unit).map((value) => 1 - Math.min(Math.max(0, value - start), 1));
  return { data, width, height };
}

/**
 * The sum of red, green and blue, each times its factor.
 *
 * @param {Float32Array[]} channels
 * @param {number[]} factors
 */
function along([red, green, blue], [r, g, b]) {
  const sums = new Float32Array(red.length);
  for (let i = 0; i < sums.length; i++) sums[i] = red[i] * r + green[i] * g + blue[i] * b; // fast, for a million pixels
  return sums;
}

/**
 * Every so many pixels of a picture, in both directions.
 *
 * @param {Picture} picture
 * @param {number} step
 * @returns {Picture}
 */
function everyOther({ channels, width, height }, step) {
  const [across, down] = [width, height].map((side) => Math.ceil(side / step));
  const samples = channels.map((data) => {
    const sample = new Float32Array(across * down);
    for (let y = 0, i = 0; y < down; y++) {
      for (let x = 0; x < across; x++, i++) sample[i] = data[step * (y * width + x)];
    }
    return sample;
  });
  return { channels: samples, width: across, height: down };
}

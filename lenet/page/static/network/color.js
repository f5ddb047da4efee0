// The brightness of a picture, or the color in which ink and paper differ, as in `lenet.image.color`.
import { paperColor } from "./paper.js";
import { quantile } from "./statistics.js";

/**
 * @param {Picture} picture
 * @param {ColorConstants} constants
 * @returns {Raster}
 */
export function inGray(picture, { side, ink, least, dull, luma }) {
  const { channels, width, height } = picture;
  const bright = (/** @type {number[]} */ color) => color.reduce((sum, value, c) => sum + value * luma[c], 0);
  const at = (/** @type {Float32Array[]} */ from, /** @type {number} */ i) => from.map((data) => data[i]);
  const [red, green, blue] = channels;
  const gray = red.map((value, i) => value * luma[0] + green[i] * luma[1] + blue[i] * luma[2]);
  const sample = everyOther(picture, Math.ceil(Math.max(width, height) / side));
  const paper = paperColor(sample);
  const off = Array.from(sample.channels[0], (_, i) => at(sample.channels, i).map((value, c) => value - paper[c]));
  const distance = Float32Array.from(off, (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / 3));
  const limit = Math.max(least, quantile(distance, ink));
  const inked = off.filter((_, i) => distance[i] >= limit);
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const far = distance.filter((value) => value >= limit);
  const light = mean(inked.map((values) => Math.abs(bright(values))));
  if (!inked.length || light >= dull * mean([...far])) return { data: gray, width, height };
  const axis = luma.map((_, c) => mean(inked.map((values) => values[c])));
  const length = Math.hypot(...axis);
  const data = red.map((_, i) => {
    const along = at(channels, i).reduce((sum, value, c) => sum + (value - paper[c]) * axis[c], 0);
    return 1 - Math.min(Math.max(0, along / length / Math.sqrt(3)), 1);
  });
  return { data, width, height };
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
  const indices = Array.from({ length: across * down }, (_, i) => {
    return Math.floor(i / across) * step * width + (i % across) * step;
  });
  return { channels: channels.map((data) => Float32Array.from(indices, (i) => data[i])), width: across, height: down };
}

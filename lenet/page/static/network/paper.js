// What is paper in a picture, as in `lenet.image.paper`, which explains it and has the numbers.
import { median, quantile } from "./statistics.js";

const { fround } = Math;

/**
 * The color of the paper: the median of that corner which is closest to the median of the border, or that of the border
 * where lines cross in the corners.
 *
 * @param {Picture} picture
 * @param {Pick<PictureConstants, "same" | "inner">} constants
 */
export function paperColor({ channels, width, height }, { same, inner }) {
  const [down, across] = [height, width].map((side) => Math.max(1, Math.floor(side / 20)));
  const [bottom, right] = [height - down, width - across];
  const corner = (/** @type {number} */ top, /** @type {number} */ left) =>
    channels.map((data) => {
      const values = new Float32Array(down * across);
      for (let y = 0; y < down; y++) {
        const start = (top + y) * width + left;
        values.set(data.subarray(start, start + across), y * across);
      }
      return median(values);
    });
  const border = channels.map((data) => {
    const values = new Float32Array(2 * (width + height));
    values.set(data.subarray(0, width));
    values.set(data.subarray(-width), width);
    for (let y = 0; y < height; y++) {
      values[2 * width + y] = data[y * width];
      values[2 * width + height + y] = data[(y + 1) * width - 1];
    }
    return median(values);
  });
  const off = (/** @type {number[]} */ color) => color.reduce((sum, value, i) => sum + Math.abs(value - border[i]), 0);
  const corners = [corner(0, 0), corner(0, right), corner(bottom, 0), corner(bottom, right)];
  const paper = corners.reduce((a, b) => (off(b) < off(a) ? b : a));
  if (paper.every((value, i) => Math.abs(fround(value - border[i])) < same)) return paper;
  const all = { first: 0, next: 1, count: width * height };
  return countLike(channels, all, border, same) >= inner * all.count ? border : paper;
}

/**
 * How many of some pixels have a color.
 *
 * @param {Float32Array[]} channels
 * @param {{ first: number, next: number, count: number }} pixels the index of the first one, and the way to the next
 * @param {number[]} color
 * @param {number} same
 */
function countLike(channels, { first, next, count }, color, same) {
  const limit = fround(same);
  let [like, at] = [0, first];
  for (let i = 0; i < count; i++, at += next) {
    let c = 0;
    while (c < color.length && Math.abs(fround(channels[c][at] - color[c])) < limit) c++;
    if (c === color.length) like++;
  }
  return like;
}

/**
 * A picture with transparent parts as an opaque one; null if it is strokes on nothing.
 *
 * @param {Picture} picture
 * @param {Float32Array} opacity
 * @param {PictureConstants} constants
 * @returns {Picture | null}
 */
export function onPaper(picture, opacity, { solid, mostly, same }) {
  const { channels, width, height } = picture;
  const most = opacity.reduce((a, b) => Math.max(a, b));
  const box = { top: height, left: width, bottom: 0, right: 0 };
  let visible = 0;
  opacity.forEach((value, i) => {
    if (value <= most / 2) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    visible++;
    box.top = Math.min(box.top, y);
    box.left = Math.min(box.left, x);
    box.bottom = Math.max(box.bottom, y + 1);
    box.right = Math.max(box.right, x + 1);
  });
  const isSolid = (/** @type {number} */ i) => opacity[i] >= fround(fround(solid) * most);
  const colors = channels.map((data) => data.filter((_, i) => isSolid(i)));
  const paper = colors.map(median);
  const off = colors[0].map((_, i) => colors.reduce((a, data, c) => Math.max(a, Math.abs(data[i] - paper[c])), 0));
  const share = visible / ((box.bottom - box.top) * (box.right - box.left));
  if (share < mostly || quantile(off, 0.99) < same) return null;
  const filled = channels.map((data, c) => data.map((value, i) => (isSolid(i) ? value : paper[c])));
  return within({ channels: filled, width, height }, box);
}

/**
 * The picture without the borders of one color along its sides, such as a frame's.
 *
 * @param {Picture} picture
 * @param {PictureConstants} constants
 * @returns {Picture}
 */
export function withoutBorder(picture, constants) {
  const { width, height } = picture;
  const top = border(picture, { first: 0, next: width, count: height }, { next: 1, count: width }, constants);
  const bottom = border(
    picture,
    { first: width * (height - 1), next: -width, count: height },
    { next: 1, count: width },
    constants,
  );
  const left = border(picture, { first: 0, next: 1, count: width }, { next: width, count: height }, constants);
  const right = border(
    picture,
    { first: width - 1, next: -1, count: width },
    { next: width, count: height },
    constants,
  );
  if (!top && !bottom && !left && !right) return picture;
  return within(picture, { top, left, bottom: height - bottom, right: width - right });
}

/**
 * How many lines from a side are a border.
 *
 * @param {Picture} picture
 * @param {{ first: number, next: number, count: number }} lines the index of the first one's first pixel, and the way to the next
 * @param {{ next: number, count: number }} pixels of a line, likewise
 * @param {PictureConstants} constants
 */
function border({ channels }, lines, pixels, { same, border: share, uniform, inner }) {
  const most = Math.floor(share * lines.count);
  const start = (/** @type {number} */ line) => lines.first + line * lines.next;
  const colorOf = (/** @type {number} */ line) =>
    channels.map((data) => {
      const values = new Float32Array(pixels.count);
      for (let i = 0, at = start(line); i < values.length; i++, at += pixels.next) values[i] = data[at];
      return median(values);
    });
  const like = (/** @type {number} */ line, /** @type {number[]} */ color) =>
    countLike(channels, { ...pixels, first: start(line) }, color, same);
  const color = colorOf(0);
  let thick = 0;
  while (thick < Math.min(most + 1, lines.count) && like(thick, color) / pixels.count >= uniform) thick++;
  const soft = 1 + Math.floor(lines.count / 200); // the line in which the border ends may have a color in between
  if (!thick || thick > most || thick + soft >= lines.count) return 0;
  const inside = colorOf(thick + soft);
  const apart = channels.reduce((a, _, c) => Math.max(a, Math.abs(inside[c] - color[c])), 0);
  if (apart < 2 * same || like(thick + soft, inside) / pixels.count < inner) return 0;
  let [within, outside] = [0, 0];
  for (let line = 0; line < lines.count; line++) {
    within += like(line, inside);
    outside += like(line, color);
  }
  return within > outside ? thick + soft : 0;
}

/**
 * The part of a picture within a box.
 *
 * @param {Picture} picture
 * @param {Box} box
 * @returns {Picture}
 */
export function within({ channels, width }, { top, left, bottom, right }) {
  const [across, down] = [right - left, bottom - top];
  const parts = channels.map((data) => {
    const part = new Float32Array(across * down);
    for (let y = 0; y < down; y++) {
      const start = (top + y) * width + left;
      part.set(data.subarray(start, start + across), y * across);
    }
    return part;
  });
  return { channels: parts, width: across, height: down };
}

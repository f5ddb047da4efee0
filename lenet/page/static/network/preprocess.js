// The preprocessing, as in `lenet.image.preprocess`: from the opacity of the drawn ink, or from the pixels of an image, to
// the 32x32 input. The numbers come from there, too, as `preprocessing`.
import { grayAndOpacity } from "./decode.js";
import { removeFrames } from "./frames.js";
import { boundingBox, crop } from "./image.js";
import { findInk } from "./ink.js";
import { resize, roundHalfEven } from "./resize.js";
import { removeSpecks } from "./specks.js";

/**
 * The network's input for a drawing's opacity, 0 to 255, row by row.
 *
 * @param {Uint8Array} opacity
 * @param {number} width
 * @param {number} height
 * @param {Preprocessing} preprocessing
 * @returns {Preprocessed}
 */
export function preprocess(opacity, width, height, preprocessing) {
  return centered(inkOf(opacity, width, height, preprocessing), preprocessing);
}

/**
 * The same for an image.
 *
 * @param {Pixels} pixels
 * @param {Preprocessing} preprocessing
 * @returns {Preprocessed}
 */
export function preprocessImage(pixels, preprocessing) {
  return preprocessDecoded(grayAndOpacity(pixels, preprocessing), preprocessing);
}

/**
 * The same for what `grayAndOpacity` makes of the image.
 *
 * @param {ReturnType<typeof grayAndOpacity>} decoded
 * @param {Preprocessing} preprocessing
 * @returns {Preprocessed}
 */
export function preprocessDecoded({ gray, opacity }, preprocessing) {
  const { paper, photo, frames, crop_threshold } = preprocessing;
  const ink = opacity
    ? findInkOnTransparent(gray, opacity, preprocessing)
    : removeFrames(findInk(gray, paper, photo), frames, photo, Math.fround(crop_threshold));
  return centered(clean(ink, preprocessing), preprocessing);
}

/**
 * @param {Raster} gray
 * @param {Float32Array} opacity
 * @param {Preprocessing} preprocessing
 */
function findInkOnTransparent(gray, opacity, { paper, photo }) {
  let [drawn, light] = [0, 0];
  for (let i = 0; i < opacity.length; i++) {
    drawn += opacity[i];
    light += gray.data[i] * opacity[i];
  }
  const known = Number(light / drawn < 0.5); // the background, black or white, that contrasts with the pen's color
  const data = gray.data.map((value, i) => value * opacity[i] + known * (1 - opacity[i]));
  return findInk({ ...gray, data }, paper, photo, known);
}

/**
 * @param {Cropped | null} cropped
 * @param {Preprocessing} preprocessing
 * @returns {Preprocessed}
 */
function centered(cropped, preprocessing) {
  if (!cropped) return { ink: new Float32Array(preprocessing.side ** 2), placement: null, cropped };
  return { ...scaleAndCenter(cropped, preprocessing), cropped };
}

/**
 * @param {Uint8Array} opacity
 * @param {number} width
 * @param {number} height
 * @param {Preprocessing} preprocessing
 */
function inkOf(opacity, width, height, preprocessing) {
  let highest = 0;
  for (let i = 0; i < opacity.length; i++) if (opacity[i] > highest) highest = opacity[i];
  if (depth(highest) < preprocessing.min_contrast) return null;
  const shades = new Float32Array(256);
  for (let value = 0; value <= highest; value++) shades[value] = depth(value) / depth(highest);
  // Most of the pad is blank: what is not has to be converted only.
  const threshold = Math.fround(preprocessing.crop_threshold);
  let faint = 0;
  while (faint < highest && shades[faint + 1] <= threshold) faint++;
  const box = boundingBox({ data: opacity, width, height }, faint);
  if (!box) return null;
  const { top, left, bottom, right } = box;
  const data = new Float32Array((right - left) * (bottom - top));
  for (let y = top, to = 0; y < bottom; y++) {
    for (let at = y * width + left, end = y * width + right; at < end; at++, to++) data[to] = shades[opacity[at]];
  }
  return withoutSpecks({ data, width: right - left, height: bottom - top, left, top }, preprocessing);
}

/**
 * How far black ink of this opacity on white paper is from the paper, in the reference's single precision.
 *
 * @param {number} opacity
 */
function depth(opacity) {
  return Math.fround(1 - Math.fround(1 - Math.fround(opacity / 255)));
}

/**
 * The ink without stray specks, cropped, and where it was, `left` and `top`; null if there is none.
 *
 * @param {Raster} ink
 * @param {Preprocessing} preprocessing
 * @returns {Cropped | null}
 */
export function clean(ink, preprocessing) {
  const all = cropToInk(ink, Math.fround(preprocessing.crop_threshold));
  return all && withoutSpecks(all, preprocessing);
}

/**
 * @param {Cropped} all
 * @param {Preprocessing} preprocessing
 * @returns {Cropped | null}
 */
function withoutSpecks(all, { crop_threshold, specks }) {
  const threshold = Math.fround(crop_threshold);
  const digit = removeSpecks(all, specks, threshold);
  if (digit === all) return all; // the usual case
  const cropped = cropToInk(digit, threshold);
  return cropped && { ...cropped, left: all.left + cropped.left, top: all.top + cropped.top };
}

/**
 * Cropped ink with its longer side 20 pixels and its center of mass in the center: `ink` and `placement`.
 *
 * @param {Cropped} digit
 * @param {Preprocessing} preprocessing
 * @returns {{ ink: Float32Array, placement: Placement }}
 */
export function scaleAndCenter(digit, { side, digit_side, center, tie }) {
  const ink = new Float32Array(side ** 2);
  const scale = digit_side / Math.max(digit.width, digit.height);
  const [width, height] = [digit.width, digit.height].map((length) => Math.max(1, roundHalfEven(length * scale)));
  const { data } = resize(digit, width, height);
  const highest = data.reduce((a, b) => Math.max(a, b), 0);
  let [mass, down, across] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.max(0, data[i] / highest);
    mass += data[i];
    down += data[i] * Math.trunc(i / width);
    across += data[i] * (i % width);
  }
  const top = Math.min(Math.max(0, Math.round(center - down / mass - tie)), side - height);
  const left = Math.min(Math.max(0, Math.round(center - across / mass - tie)), side - width);
  for (let y = 0; y < height; y++) {
    ink.set(data.subarray(y * width, (y + 1) * width), (top + y) * side + left);
  }
  const from = { left: digit.left, top: digit.top, width: digit.width, height: digit.height };
  return { ink, placement: { from, to: { left, top, width, height } } };
}

/**
 * The part within the bounding box of what is above the threshold; null if nothing is.
 *
 * @param {Raster} ink
 * @param {number} threshold
 * @returns {Cropped | null}
 */
function cropToInk(ink, threshold) {
  const box = boundingBox(ink, threshold);
  return box && { ...crop(ink, box), left: box.left, top: box.top };
}

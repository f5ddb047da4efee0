// The ink in an opaque image, as in `lenet.image.preprocess`, which explains it: drawings, scans and photos.
import { paperColor } from "./paper.js";
import { findInkInPhoto } from "./photo.js";
import { median, quantile } from "./statistics.js";

const { fround } = Math;

/**
 * Amount of ink per pixel, in [0, 1], for the brightness of an image, also in [0, 1]; all zeros if it is blank.
 *
 * @param {Raster} gray
 * @param {PaperConstants} paper
 * @param {PhotoConstants} photo
 * @param {number} [known] the brightness of the paper, if it need not be estimated
 * @returns {Raster}
 */
export function findInk(gray, paper, photo, known) {
  const { data, width, height } = gray;
  const { level, grain, weights } =
    known === undefined ? estimatePaper(gray, paper) : { level: known, grain: 0, weights: undefined };
  if (weights && Math.min(width, height) >= paper.min_photo) return findInkInPhoto(gray, photo);
  const depth = new Float64Array(data.length);
  for (let i = 0; i < depth.length; i++) {
    const base = weights && dot(termsAt(i % width, Math.floor(i / width), gray, paper), weights);
    depth[i] = base === undefined ? fround(data[i] - level) : data[i] - base;
  }
  let [darker, lighter] = [0, 0];
  for (const value of depth) {
    if (value < 0) darker += value ** 2;
    else lighter += value ** 2;
  }
  if (darker > lighter) for (let i = 0; i < depth.length; i++) depth[i] = -depth[i];
  const floor = paper.noise_factor * grain;
  // In a photo the few most extreme pixels are glare and noise.
  const full = weights ? quantile(depth, Math.max(0, 1 - 4 / depth.length)) : depth.reduce((a, b) => Math.max(a, b));
  const blank = full < Math.max(paper.min_contrast, 1.5 * floor);
  const ink = new Float32Array(depth.length);
  if (blank) return { data: ink, width, height };
  for (let i = 0; i < ink.length; i++) ink[i] = Math.min(Math.max(0, (depth[i] - floor) / (full - floor)), 1);
  return { data: ink, width, height };
}

/**
 * Brightness of the empty paper, one number or the weights of a quadratic surface, and the standard deviation of its
 * grain.
 *
 * @param {Raster} gray
 * @param {PaperConstants} paper
 * @returns {{ level: number, grain: number, weights?: number[] }}
 */
function estimatePaper(gray, paper) {
  const { flat, quadratic } = paper;
  const { data, width, height } = gray;
  const [level] = paperColor({ channels: [data], width, height }, paper);
  const isNear = (/** @type {number} */ value) => Math.abs(fround(value - level)) < 0.25;
  const tight = fround(flat);
  let [near, even] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const off = Math.abs(fround(data[i] - level));
    if (off < 0.25) near++;
    if (off < tight) even++;
  }
  if (even > near / 2) return { level, grain: 0 };
  const stride = Math.max(1, Math.floor(Math.max(width, height) / 100));
  const samples = [];
  for (let y = 0; y < height; y += stride) {
    for (let x = 0; x < width; x += stride) {
      const value = data[y * width + x];
      samples.push({ value, basis: termsAt(x, y, gray, paper), off: 0, kept: isNear(value) });
    }
  }
  let [weights, grain] = [/** @type {number[]} */ ([]), 0];
  for (let round = 0; round < 6; round++) {
    const kept = samples.filter((sample) => sample.kept);
    if (kept.length < 4 * quadratic.length) return { level, grain: 0 };
    weights = leastSquares(kept);
    for (const sample of samples) sample.off = Math.abs(sample.value - dot(sample.basis, weights));
    grain = 1.4826 * median(Float32Array.from(kept, ({ off }) => off)); // robust estimate of the standard deviation
    for (const sample of samples) sample.kept = sample.off < Math.max(3 * grain, 2 / 255);
  }
  return { level, grain, weights };
}

/**
 * The terms of the surface at a pixel.
 *
 * @param {number} x
 * @param {number} y
 * @param {Raster} gray
 * @param {PaperConstants} paper
 */
function termsAt(x, y, { width, height }, { quadratic }) {
  return quadratic.map(([down, across]) => scaled(y, height) ** down * scaled(x, width) ** across);
}

/**
 * A pixel's place from -1 to 1.
 *
 * @param {number} at
 * @param {number} side
 */
function scaled(at, side) {
  return side > 1 ? (2 * at) / (side - 1) - 1 : -1;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/**
 * The weights with which the bases come closest to the values, by the normal equations.
 *
 * @param {{ value: number, basis: number[] }[]} samples
 */
function leastSquares(samples) {
  const count = samples[0].basis.length;
  const rows = Array.from({ length: count }, () => new Float64Array(count + 1));
  for (const { value, basis } of samples) {
    for (let i = 0; i < count; i++) {
      const [row, factor] = [rows[i], basis[i]];
      for (let j = 0; j < count; j++) row[j] += factor * basis[j];
      row[count] += factor * value;
    }
  }
  for (let i = 0; i < count; i++) {
    const pivot = rows.slice(i).reduce((a, b) => (Math.abs(b[i]) > Math.abs(a[i]) ? b : a));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(i, 0, pivot);
    if (!pivot[i]) continue; // the kept pixels do not tell this term from the others
    for (const row of rows) {
      if (row === pivot) continue;
      const times = row[i] / pivot[i];
      for (let j = i; j <= count; j++) row[j] -= times * pivot[j];
    }
  }
  return rows.map((row, i) => (row[i] ? row[count] / row[i] : 0));
}

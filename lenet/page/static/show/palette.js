// One diverging color scale, centered on zero: blue below, orange above, which remain distinct with color blindness, and
// ink on paper. On a dark page the center is dark.
import { contextOf } from "../dom.js";
import { isDark } from "../theme.js";

export const KERNEL = 0.6; // the end of the scale of kernels
const LEVELS = 255;
const PALETTES = {
  light: {
    diverging: gradient("#08306b #1d5fa3 #5598cf #a3c9e6 #dae7ef #f5f2e9 #fbe2ca #f7b986 #ec8442 #d2540f #9a3403"),
    tint: tint("#1d5fa3", "#d2540f"),
    gray: gradient("#fffefa #16150f"),
  },
  dark: {
    diverging: gradient("#82c8ff #4f9fec #3579c0 #285482 #20364c #1c1d21 #3b281e #6c3d1e #b05a1a #ee8129 #ffa94f"),
    tint: tint("#4f9fec", "#ee8129"),
    gray: gradient("#1b1c20 #f0ece0"),
  },
};

/**
 * Colors between evenly spaced ones, as LEVELS 32-bit pixels (R, G, B, A in memory).
 *
 * @param {string} anchors
 */
function gradient(anchors) {
  const colors = anchors.split(" ").map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));
  const pixels = new Uint32Array(LEVELS);
  const bytes = new Uint8Array(pixels.buffer);
  for (let i = 0; i < LEVELS; i++) {
    const position = (i / (LEVELS - 1)) * (colors.length - 1);
    const below = Math.min(Math.floor(position), colors.length - 2);
    const rgb = colors[below].map((from, c) => Math.round(from + (position - below) * (colors[below + 1][c] - from)));
    bytes.set([...rgb, 255], 4 * i);
  }
  return pixels;
}

/**
 * One color below zero and one above, the more opaque the further from it.
 *
 * @param {string} below
 * @param {string} above
 */
function tint(below, above) {
  const pixels = gradient(`${below} ${below} ${above} ${above}`);
  const bytes = new Uint8Array(pixels.buffer);
  for (let i = 0; i < LEVELS; i++) bytes[4 * i + 3] = Math.round(255 * Math.abs((2 * i) / (LEVELS - 1) - 1) ** 0.7);
  return pixels;
}

/** @param {Palette} palette */
function colors(palette) {
  return PALETTES[isDark() ? "dark" : "light"][palette];
}

/** @typedef {"diverging" | "gray" | "tint"} Palette */

/**
 * The colors of values as pixels of an image: with "diverging" and "tint", from -scale to scale; with "gray", from 0 to scale, as ink
 * on paper.
 *
 * @param {Uint32Array} pixels
 * @param {ArrayLike<number>} values
 * @param {number} scale
 * @param {Palette} palette
 */
export function fill(pixels, values, scale, palette = "diverging") {
  const found = colors(palette);
  const [slope, offset] =
    palette === "gray" ? [(LEVELS - 1) / scale, 0] : [(LEVELS - 1) / (2 * scale), (LEVELS - 1) / 2];
  for (let i = 0; i < values.length; i++) {
    const level = Math.round(values[i] * slope + offset);
    pixels[i] = found[Math.min(LEVELS - 1, Math.max(0, level))];
  }
}

/**
 * The same colors as texts for styles.
 *
 * @param {ArrayLike<number>} values
 * @param {number} scale
 */
export function colorsOf(values, scale) {
  const pixels = new Uint32Array(values.length);
  fill(pixels, values, scale);
  const bytes = new Uint8Array(pixels.buffer);
  return Array.from(pixels, (_, i) => `rgb(${bytes.subarray(4 * i, 4 * i + 3).join(" ")})`);
}

/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const images = new WeakMap(); // the ImageData of each canvas, reused

/**
 * Paint values onto a canvas that has as many pixels.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} scale
 * @param {Palette} palette
 */
export function paint(canvas, values, scale, palette = "diverging") {
  const context = contextOf(canvas);
  let image = images.get(canvas);
  if (image?.width !== canvas.width || image.height !== canvas.height) {
    image = context.createImageData(canvas.width, canvas.height);
    images.set(canvas, image);
  }
  fill(new Uint32Array(image.data.buffer), values, scale, palette);
  context.putImageData(image, 0, 0);
}

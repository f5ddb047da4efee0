// One diverging color scale, centered on zero: blue below, red above, which remain distinct with red-green color
// blindness. Anchors: ColorBrewer's RdBu (Cynthia Brewer, colorbrewer2.org), reversed. On a dark page the center is dark.
import { contextOf } from "../dom.js";
import { isDark } from "../theme.js";

const ENDS = [
  [
    [5, 48, 97],
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
  ],
  [
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
    [103, 0, 31],
  ],
];
const LIGHT = [...ENDS[0], [247, 247, 247], ...ENDS[1]];
const DARK = [
  [110, 195, 255],
  [76, 160, 226],
  [52, 124, 184],
  [40, 88, 134],
  [34, 58, 84],
  [32, 33, 36],
  [78, 44, 38],
  [126, 54, 44],
  [176, 68, 52],
  [222, 88, 64],
  [255, 118, 86],
];
const GRAY = {
  light: [
    [255, 255, 255],
    [17, 17, 17],
  ],
  dark: [
    [32, 33, 36],
    [245, 245, 245],
  ],
};
const LEVELS = 255;

/**
 * Anchors, evenly spaced, as LEVELS 32-bit pixels (R, G, B, A in memory).
 *
 * @param {number[][]} anchors
 */
function gradient(anchors) {
  const pixels = new Uint32Array(LEVELS);
  const bytes = new Uint8Array(pixels.buffer);
  for (let i = 0; i < LEVELS; i++) {
    const position = (i / (LEVELS - 1)) * (anchors.length - 1);
    const below = Math.min(Math.floor(position), anchors.length - 2);
    for (let c = 0; c < 3; c++) {
      bytes[4 * i + c] = anchors[below][c] + (position - below) * (anchors[below + 1][c] - anchors[below][c]);
    }
    bytes[4 * i + 3] = 255;
  }
  return pixels;
}

const PALETTES = {
  light: { diverging: gradient(LIGHT), gray: gradient(GRAY.light) },
  dark: { diverging: gradient(DARK), gray: gradient(GRAY.dark) },
};

/** @type {WeakMap<HTMLCanvasElement, ImageData>} */
const images = new WeakMap(); // the ImageData of each canvas, reused

/**
 * Paint values onto a canvas that has as many pixels: with "diverging", from -scale to scale; with "gray", from 0 to
 * scale, as ink on paper.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} scale
 * @param {"diverging" | "gray"} palette
 */
export function paint(canvas, values, scale, palette = "diverging") {
  const context = contextOf(canvas);
  let image = images.get(canvas);
  if (image?.width !== canvas.width || image.height !== canvas.height) {
    image = context.createImageData(canvas.width, canvas.height);
    images.set(canvas, image);
  }
  const pixels = new Uint32Array(image.data.buffer);
  const colors = PALETTES[isDark() ? "dark" : "light"][palette];
  const [slope, offset] =
    palette === "gray" ? [(LEVELS - 1) / scale, 0] : [(LEVELS - 1) / (2 * scale), (LEVELS - 1) / 2];
  for (let i = 0; i < values.length; i++) {
    const level = Math.round(values[i] * slope + offset);
    pixels[i] = colors[Math.min(LEVELS - 1, Math.max(0, level))];
  }
  context.putImageData(image, 0, 0);
}

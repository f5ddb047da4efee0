// From the pixels of an image to its brightness, and opacity if it is strokes on nothing, as in `lenet.image.decode`.
import { inGray } from "./color.js";
import { onPaper, withoutBorder } from "./paper.js";
import { reduce } from "./resize.js";

/**
 * @param {Uint8ClampedArray} pixels red, green, blue and opacity of each, 0 to 255, row by row
 * @param {number} width
 * @param {number} height
 * @param {Preprocessing} preprocessing
 * @returns {{ gray: Raster, opacity: Float32Array | null }} both in [0, 1]
 */
export function grayAndOpacity(pixels, width, height, { paper, picture: constants, color }) {
  const factor = Math.ceil(Math.max(width, height) / paper.working_side);
  const { picture, opacity } = reduced(pixels, width, height, factor);
  const opaque = opacity ? onPaper(picture, opacity, constants) : picture;
  if (opaque) return { gray: inGray(withoutBorder(opaque, constants), color), opacity: null };
  const [red, green, blue] = picture.channels.map((data) => data.map((value) => value * 255));
  const gray = red.map((value, i) => ((value * 19595 + green[i] * 38470 + blue[i] * 7471 + 0x8000) >> 16) / 255);
  return { gray: { data: gray, width: picture.width, height: picture.height }, opacity };
}

/**
 * The channels in [0, 1] of an image that is so many times smaller, and its opacity if that differs; then without margins
 * that are fully transparent. Opacity that is the same everywhere says nothing, not even where it is 0.
 *
 * @param {Uint8ClampedArray} pixels
 * @param {number} width
 * @param {number} height
 * @param {number} factor
 * @returns {{ picture: Picture, opacity: Float32Array | null }}
 */
function reduced(pixels, width, height, factor) {
  let same = true;
  const box = { top: height, left: width, bottom: 0, right: 0 };
  for (let y = 0, i = 3; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      if (pixels[i] !== pixels[3]) same = false;
      if (!pixels[i]) continue;
      if (y < box.top) box.top = y;
      if (x < box.left) box.left = x;
      if (x >= box.right) box.right = x + 1;
      box.bottom = y + 1;
    }
  }
  if (same) Object.assign(box, { top: 0, left: 0, bottom: height, right: width });
  const size = { width: box.right - box.left, height: box.bottom - box.top };
  const planes = Array.from({ length: 4 }, () => new Float32Array(size.width * size.height));
  for (let y = box.top, j = 0; y < box.bottom; y++) {
    for (let x = box.left, i = 4 * (y * width + x); x < box.right; x++, i += 4, j++) {
      const share = same ? 1 : pixels[i + 3] / 255;
      for (let c = 0; c < 3; c++) planes[c][j] = pixels[i + c] * share;
      planes[3][j] = pixels[i + 3];
    }
  }
  const byte = (/** @type {number} */ value) => Math.min(Math.floor(value + 0.5), 255); // as in Pillow, whose means are bytes
  const small = planes.map((data) => reduce({ data, ...size }, factor));
  const [across, down] = [small[0].width, small[0].height];
  const opacity = same ? null : small[3].data.map((value) => byte(value) / 255);
  const channels = small.slice(0, 3).map(({ data }) => {
    return data.map((value, i) => (opacity ? (opacity[i] ? byte(value / opacity[i]) : 0) : byte(value)) / 255);
  });
  return { picture: { channels, width: across, height: down }, opacity };
}

// From the pixels of an image to its brightness, and opacity if it is strokes on nothing, as in `lenet.image.decode`.
import { inGray } from "./color.js";
import { onPaper, withoutBorder } from "./paper.js";

/**
 * Both are in [0, 1].
 *
 * @param {Pixels} pixels
 * @param {Preprocessing} preprocessing
 * @returns {{ gray: Raster, opacity: Float32Array | null }}
 */
export function grayAndOpacity(pixels, { paper, picture: constants, color }) {
  const { picture, opacity } = reduced(pixels, paper.working_side);
  const opaque = opacity ? onPaper(picture, opacity, constants) : picture;
  if (opaque) return { gray: inGray(withoutBorder(opaque, constants), color), opacity: null };
  const [red, green, blue] = picture.channels;
  const byte = (/** @type {number} */ value) => Math.round(value * 255); // what Pillow computes with
  const gray = red.map((value, i) => {
    return ((byte(value) * 19595 + byte(green[i]) * 38470 + byte(blue[i]) * 7471 + 0x8000) >> 16) / 255;
  });
  return { gray: { data: gray, width: picture.width, height: picture.height }, opacity };
}

/**
 * The channels in [0, 1] of an image reduced to at most `side` pixels, and its opacity if that differs; then without
 * margins that are fully transparent. Opacity that is the same everywhere says nothing, not even where it is 0.
 *
 * @param {Pixels} pixels
 * @param {number} side
 * @returns {{ picture: Picture, opacity: Float32Array | null }}
 */
function reduced(pixels, side) {
  const whole = { top: 0, left: 0, bottom: pixels.height, right: pixels.width };
  const opaque = means(pixels, whole, side, false);
  const { channels, width, height } = opaque.same ? opaque : means(pixels, visibleBox(pixels), side, true);
  const opacity = opaque.same ? null : channels[3];
  return { picture: { channels: channels.slice(0, 3), width, height }, opacity };
}

/**
 * The mean of each cell of an image that is divided into at most `side` cells per side, and whether the opacity is the
 * same everywhere. With `weighted`, colors count as much as they are opaque.
 *
 * @param {Pixels} pixels
 * @param {Box} box the part that is looked at
 * @param {number} side
 * @param {boolean} weighted
 */
function means({ strips, width: line }, box, side, weighted) {
  const [across, down] = [box.right - box.left, box.bottom - box.top];
  const factor = Math.ceil(Math.max(across, down) / side);
  const [width, height] = [across, down].map((length) => Math.ceil(length / factor));
  const channels = Array.from({ length: 4 }, () => new Float32Array(width * height));
  const [red, green, blue, opacity] = channels;
  const addRow = weighted ? addWeighted : addAlike;
  let [y, same, first] = [0, true, -1];
  for (const strip of strips()) {
    for (let start = 4 * box.left; start < strip.length; start += 4 * line, y++) {
      if (y < box.top || y >= box.bottom) continue;
      if (first < 0) first = strip[start + 3];
      const cells = Math.floor((y - box.top) / factor) * width;
      const alike = addRow(channels, cells, strip.subarray(start, start + 4 * across), factor);
      same &&= alike && strip[start + 3] === first;
    }
  }
  const byte = (/** @type {number} */ value) => Math.min(Math.floor(value + 0.5), 255) / 255; // as in Pillow, whose means are bytes
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const count = Math.min(factor, across - column * factor) * Math.min(factor, down - row * factor);
      const weight = weighted ? opacity[i] || 1 : count;
      red[i] = byte(red[i] / weight);
      green[i] = byte(green[i] / weight);
      blue[i] = byte(blue[i] / weight);
      if (weighted) opacity[i] = byte(opacity[i] / count);
    }
  }
  return { channels, width, height, same };
}

/**
 * Add the colors of a row of pixels to the sums of its cells. Returns whether all are equally opaque.
 *
 * Red and blue, two of the four bytes of a pixel, are added at once, in 16 bits each, which is much faster.
 *
 * @param {Float32Array[]} sums
 * @param {number} cell the first one
 * @param {Uint8ClampedArray} row
 * @param {number} factor pixels per cell
 */
function addAlike([red, green, blue], cell, row, factor) {
  const pixels = new Uint32Array(row.buffer, row.byteOffset, row.length / 4);
  let different = 0;
  for (let i = 0; i < pixels.length; cell++) {
    let [both, middle] = [0, 0];
    for (const end = Math.min(i + factor, pixels.length); i < end; i++) {
      const pixel = pixels[i];
      both += pixel & 0xff00ff;
      middle += (pixel >>> 8) & 0xff;
      different |= pixel ^ pixels[0];
    }
    red[cell] += both & 0xffff;
    green[cell] += middle;
    blue[cell] += both >>> 16;
  }
  return different >>> 24 === 0;
}

/**
 * The same with colors that count as much as they are opaque.
 *
 * @param {Float32Array[]} sums
 * @param {number} cell
 * @param {Uint8ClampedArray} row
 * @param {number} factor
 */
function addWeighted([red, green, blue, opacity], cell, row, factor) {
  for (let i = 0; i < row.length; cell++) {
    for (const end = Math.min(i + 4 * factor, row.length); i < end; i += 4) {
      const alpha = row[i + 3];
      red[cell] += alpha * row[i];
      green[cell] += alpha * row[i + 1];
      blue[cell] += alpha * row[i + 2];
      opacity[cell] += alpha;
    }
  }
  return false;
}

/**
 * The box around what is not fully transparent.
 *
 * @param {Pixels} pixels
 */
function visibleBox({ strips, width, height }) {
  const box = { top: height, left: width, bottom: 0, right: 0 };
  let y = 0;
  for (const strip of strips()) {
    for (let i = 3; i < strip.length; y++) {
      for (let x = 0; x < width; x++, i += 4) {
        if (!strip[i]) continue;
        if (y < box.top) box.top = y;
        if (x < box.left) box.left = x;
        if (x >= box.right) box.right = x + 1;
        box.bottom = y + 1;
      }
    }
  }
  return box;
}

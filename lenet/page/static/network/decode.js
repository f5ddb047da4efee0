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
  const same = opaque.lowest === opaque.highest;
  const { channels, width, height } = same ? opaque : means(pixels, visibleBox(pixels), side, true);
  const opacity = channels[3];
  return { picture: { channels: channels.slice(0, 3), width, height }, opacity: same ? null : opacity };
}

/**
 * The mean of each cell of an image that is divided into at most `side` cells per side, with the least and the most
 * opaque pixel, 0 to 255. With `weighted`, colors count as much as they are opaque.
 *
 * @param {Pixels} pixels
 * @param {Box} box the part that is looked at
 * @param {number} side
 * @param {boolean} weighted
 */
function means({ strips, width: line }, box, side, weighted) {
  const factor = Math.ceil(Math.max(box.right - box.left, box.bottom - box.top) / side);
  const [width, height] = [box.right - box.left, box.bottom - box.top].map((length) => Math.ceil(length / factor));
  const channels = Array.from({ length: 4 }, () => new Float32Array(width * height));
  const [red, green, blue, opacity] = channels;
  let [lowest, highest, y] = [255, 0, 0];
  for (const strip of strips()) {
    for (let start = 0; start < strip.length; start += 4 * line, y++) {
      if (y < box.top || y >= box.bottom) continue;
      let cell = Math.floor((y - box.top) / factor) * width;
      let i = start + 4 * box.left;
      for (let x = box.left; x < box.right; cell++) {
        let [r, g, b, a] = [0, 0, 0, 0];
        for (const end = Math.min(x + factor, box.right); x < end; x++, i += 4) {
          const alpha = strip[i + 3];
          const weight = weighted ? alpha : 1;
          r += weight * strip[i];
          g += weight * strip[i + 1];
          b += weight * strip[i + 2];
          a += alpha;
          if (alpha < lowest) lowest = alpha;
          if (alpha > highest) highest = alpha;
        }
        red[cell] += r;
        green[cell] += g;
        blue[cell] += b;
        opacity[cell] += a;
      }
    }
  }
  const byte = (/** @type {number} */ value) => Math.min(Math.floor(value + 0.5), 255) / 255; // as in Pillow, whose means are bytes
  for (let i = 0; i < opacity.length; i++) {
    const across = Math.min(factor, box.right - box.left - (i % width) * factor);
    const count = across * Math.min(factor, box.bottom - box.top - Math.floor(i / width) * factor);
    const weight = weighted ? opacity[i] || 1 : count;
    for (const channel of [red, green, blue]) channel[i] = byte(channel[i] / weight);
    opacity[i] = byte(opacity[i] / count);
  }
  return { channels, width, height, lowest, highest };
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

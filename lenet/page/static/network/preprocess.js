// The pad's path of the preprocessing, as in `lenet.image.preprocess`: from the opacity of the drawn ink to the 32x32
// input. The numbers come from there, too, as `settings`.
import { resize, roundHalfEven } from "./resize.js";
import { removeSpecks } from "./specks.js";

/**
 * The network's input for a drawing's opacity, 0 to 255, row by row: `ink`, 32x32 numbers in [0, 1]; the `placement` of
 * the digit: its box in the drawing, `from`, and in the input, `to`; and the `drawing`, its ink, cropped. The last two
 * are null if there is no ink.
 */
export function preprocess(opacity, width, height, settings) {
  const drawing = inkOf(opacity, width, height, settings);
  if (!drawing) return { ink: new Float32Array(settings.side ** 2), placement: null, drawing };
  return { ...scaleAndCenter(drawing, settings), drawing };
}

function inkOf(opacity, width, height, settings) {
  let highest = 0;
  for (let i = 0; i < opacity.length; i++) if (opacity[i] > highest) highest = opacity[i];
  if (depth(highest) < settings.min_contrast) return null;
  const ink = Float32Array.from({ length: 256 }, (_, value) => depth(value) / depth(highest));
  const data = new Float32Array(opacity.length);
  for (let i = 0; i < opacity.length; i++) data[i] = ink[opacity[i]];
  return clean({ data, width, height }, settings);
}

/** How far black ink of this opacity on white paper is from the paper, in the reference's single precision. */
function depth(opacity) {
  return Math.fround(1 - Math.fround(1 - Math.fround(opacity / 255)));
}

/** The ink without stray specks, cropped, and where it was, `left` and `top`; null if there is none. */
export function clean(ink, { crop_threshold, specks }) {
  const threshold = Math.fround(crop_threshold);
  const drawing = crop(ink, threshold);
  if (!drawing) return null;
  const digit = crop(removeSpecks(drawing, specks, threshold), threshold);
  return { ...digit, left: drawing.left + digit.left, top: drawing.top + digit.top };
}

/** Cropped ink with its longer side 20 pixels and its center of mass in the center: `ink` and `placement`. */
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

/** The part within the bounding box of what is above the threshold; null if nothing is. */
function crop({ data, width, height }, threshold) {
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (data[i] <= threshold) continue;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      if (x < left) left = x;
      if (x > right) right = x;
    }
  }
  if (bottom < 0) return null;
  const [w, h] = [right - left + 1, bottom - top + 1];
  const part = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    part.set(data.subarray((top + y) * width + left, (top + y) * width + left + w), y * w);
  }
  return { data: part, width: w, height: h, left, top };
}

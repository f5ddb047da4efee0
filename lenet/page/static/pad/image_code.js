// An image as text for a link: not the picture, but the ink that it is read from, at reduced size. The numbers of the text
// are what it is, the place and size of the ink, and how much of it each pixel has; after a 0 the number of such pixels.
import { boundingBox, crop } from "../network/image.js";
import { clean, scaleAndCenter } from "../network/preprocess.js";
import { resize } from "../network/resize.js";
import { readNumbers, writeNumbers } from "./code.js";

/** @import { Reader } from "../network/reader.js" */

const [DIGIT, TEST_DIGIT, ROW] = [0, 1, 2]; // the input, also that of a digit of the test; the cropped ink of several digits
const LEVELS = [255, 255, 31]; // amounts of ink that are told apart in each
const HEIGHTS = [40, 32, 24, 20]; // of several digits, in pixels
const LONG = 1_700; // characters that a link can have in addition to others
const WIDEST = 2_000; // pixels

/**
 * The text for an image. Several digits are made as small as it takes for a short link, as long as the reader gets the same
 * number from them.
 *
 * @param {OpenImage} image
 * @param {Reader} reader
 */
export function encodeImage(image, reader) {
  const text = texts.get(image) ?? textOf(image, reader);
  texts.set(image, text);
  return text;
}

/** @type {WeakMap<OpenImage, string>} */
const texts = new WeakMap();

/**
 * @param {OpenImage} image
 * @param {Reader} reader
 */
function textOf(image, reader) {
  const { ink, cropped, test } = image;
  const number = cropped && reader.readPreprocessed(image).number;
  const texts = number ? HEIGHTS.map((height) => encodeRow(cropped, height)) : [];
  const alike = texts.filter((text) => {
    const decoded = decodeImage(text, reader.description.preprocessing);
    return decoded && reader.readPreprocessed(decoded).number === number;
  });
  return alike.find((text) => text.length <= LONG) ?? alike.at(-1) ?? encodeInput(ink, test ? TEST_DIGIT : DIGIT);
}

/**
 * The text for the network's input, as that of an image.
 *
 * @param {Float32Array} ink
 */
export function encodeInput(ink, kind = DIGIT) {
  const side = Math.sqrt(ink.length);
  return encodeInk(kind, { data: ink, width: side, height: side });
}

/**
 * @param {Raster} cropped
 * @param {number} height
 */
function encodeRow(cropped, height) {
  const scale = Math.min(1, height / cropped.height);
  const [width, rows] = [cropped.width, cropped.height].map((side) => Math.max(1, Math.round(side * scale)));
  return encodeInk(ROW, resize(cropped, width, rows));
}

/**
 * @param {number} kind
 * @param {Raster} ink
 */
function encodeInk(kind, ink) {
  const box = boundingBox(ink, 0) ?? { top: 0, left: 0, bottom: 0, right: 0 };
  const numbers = [kind, box.left, box.top, box.right - box.left, box.bottom - box.top];
  let empty = 0;
  for (const amount of crop(ink, box).data) {
    const level = Math.min(Math.max(0, Math.round(amount * LEVELS[kind])), LEVELS[kind]);
    if (level && empty) numbers.push(0, empty);
    empty = level ? 0 : empty + 1;
    if (level) numbers.push(level);
  }
  return writeNumbers(empty ? [...numbers, 0, empty] : numbers);
}

/**
 * What the image of a text is read from; null if it is not a text that `encodeImage` makes.
 *
 * @param {string} text
 * @param {Preprocessing} preprocessing
 * @returns {(Preprocessed & { test: boolean }) | null}
 */
export function decodeImage(text, preprocessing) {
  const numbers = readNumbers(text);
  if (!numbers || numbers.length < 5) return null;
  const [kind, left, top, width, height, ...amounts] = numbers;
  const { side } = preprocessing;
  const fits = kind === ROW ? width <= WIDEST && height <= HEIGHTS[0] : left + width <= side && top + height <= side;
  const data = fits && kind in LEVELS ? inkOf(amounts, width * height, LEVELS[kind]) : null;
  if (!data) return null;
  if (kind === ROW) {
    const cropped = clean({ data, width, height }, preprocessing);
    return cropped && { ...scaleAndCenter(cropped, preprocessing), cropped, test: false };
  }
  const ink = new Float32Array(side ** 2);
  for (let y = 0; y < height; y++) ink.set(data.subarray(y * width, (y + 1) * width), (top + y) * side + left);
  return { ink, placement: null, cropped: null, test: kind === TEST_DIGIT };
}

/**
 * @param {number[]} amounts
 * @param {number} count of the pixels
 * @param {number} levels
 * @returns {Float32Array | null} null if they are not so many, or one has more than all of the ink
 */
function inkOf(amounts, count, levels) {
  const ink = new Float32Array(count);
  let at = 0;
  for (let i = 0; i < amounts.length; i++) {
    if (amounts[i] > levels || at >= count) return null;
    if (amounts[i]) ink[at++] = amounts[i] / levels;
    else at += amounts[++i] || Infinity;
  }
  return at === count ? ink : null;
}

/**
 * The amounts of ink that a link can have.
 *
 * @param {Float32Array} ink of a digit
 */
export function rounded(ink) {
  return ink.map((amount) => Math.round(amount * LEVELS[DIGIT]) / LEVELS[DIGIT]);
}

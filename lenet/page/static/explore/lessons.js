// A network that is not the bundled one, with what led to it, as text: for as long as the tab is open, in session storage.
import { readWeights, writeWeights } from "../network/weights.js";
import { readNumbers } from "../pad/code.js";
import { messageOf } from "../server.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Lesson } from "../network/teaching.js"
 */

/**
 * A network that has been taught or changed by hand, or not yet.
 *
 * @typedef {object} Changed
 * @property {Reader} reader
 * @property {string} file the name of the file that it was loaded from; "" if it is the page's
 * @property {number[]} losses the mean of the lessons' losses before each step of teaching
 * @property {Lesson[]} lessons
 * @property {number} edits by hand
 * @property {string[]} steps what has been done, as a link has it: see steps.js
 */

const MOST = 20; // lessons

/** What is kept is of this network, but its weights are not such that they would be read from a file. */
export class UnusableWeights extends Error {}

/**
 * The lessons with one more, or with another label for one that is among them. The oldest is left out if there are many.
 *
 * @param {Lesson[]} lessons
 * @param {Lesson} lesson
 */
export function withLesson(lessons, lesson) {
  return [...lessons.filter(({ ink }) => !isSame(ink, lesson.ink)), lesson].slice(-MOST);
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function isSame(a, b) {
  return a.every((value, i) => value === b[i]);
}

/**
 * As text. `base` identifies the network that was changed.
 *
 * @param {Changed} changed
 * @param {string} base
 */
export function encodeChanged({ reader, lessons, ...rest }, base) {
  const kept = lessons.map(({ ink, ...lesson }) => ({ ...lesson, ink: toBase64(ink.slice().buffer) }));
  return JSON.stringify({ base, ...rest, lessons: kept, weights: toBase64(writeWeights(reader)) });
}

/**
 * What a text contains. Throws if it is of another network, or not valid; `UnusableWeights` if only its weights are.
 *
 * @param {string} text
 * @param {string} base
 * @param {Reader} reader that of the network that was changed
 * @returns {Changed}
 */
export function decodeChanged(text, base, reader) {
  const { base: changed, weights, lessons, file, losses, edits, steps } = JSON.parse(text);
  if (changed !== base) throw new Error("it is of another network");
  const known = lessons.map((/** @type {{ ink: string, label: number, code: string }} */ { ink, label, code }) => {
    return { ink: new Float32Array(fromBase64(ink)), label, code };
  });
  const isValid =
    known.every((/** @type {Lesson} */ lesson) => isLesson(lesson, reader)) &&
    typeof file === "string" &&
    Array.isArray(losses) &&
    losses.every(Number.isFinite) &&
    isCount(edits) &&
    typeof weights === "string" &&
    Array.isArray(steps) &&
    steps.every(isStep);
  if (!isValid) throw new Error("it is not complete");
  const buffer = fromBase64(weights);
  try {
    return { reader: readWeights(buffer, reader), file, losses, lessons: known, edits, steps };
  } catch (error) {
    throw new UnusableWeights(messageOf(error));
  }
}

/**
 * @param {Lesson} lesson
 * @param {Reader} reader
 */
function isLesson({ ink, label, code = "" }, { blank }) {
  const isInput = ink.length === blank.outputs.input.length && ink.every(Number.isFinite);
  return isInput && isCount(label) && label < blank.probabilities.length && typeof code === "string";
}

/**
 * As `read` of steps.js, which is loaded later than the page, has it.
 *
 * @param {unknown} step
 */
function isStep(step) {
  return typeof step === "string" && (/^[di][^.]*$/.test(step) || (/^[a-z]/.test(step) && readNumbers(step.slice(1))));
}

/** @param {unknown} value */
function isCount(value) {
  return Number.isInteger(value) && Number(value) >= 0;
}

/** @param {ArrayBuffer} buffer */
function toBase64(buffer) {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @param {string} text */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}

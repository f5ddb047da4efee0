// What has been taught, for as long as the tab is open: a network with the steps that led to it, in session storage.
import { readWeights, writeWeights } from "../network/weights.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Lesson } from "../network/teaching.js"
 */

/**
 * A network that has been taught, or not yet.
 *
 * @typedef {object} Taught
 * @property {Reader} reader
 * @property {string} file the name of the file that it was loaded from; "" if it is the page's
 * @property {number[]} losses the mean of the lessons' losses before each step
 * @property {Lesson[]} lessons
 */

const MOST = 20; // lessons

/**
 * The lessons with one more, or with another label for one that is among them. The oldest is left out if there are many.
 *
 * @param {Lesson[]} lessons
 * @param {Lesson} lesson
 */
export function withLesson(lessons, { ink, label }) {
  return [...lessons.filter((other) => !isSame(other.ink, ink)), { ink, label }].slice(-MOST);
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function isSame(a, b) {
  return a.every((value, i) => value === b[i]);
}

/**
 * As text. `base` identifies the network that was taught.
 *
 * @param {Taught} taught
 * @param {string} base
 */
export function encodeTaught({ reader, file, losses, lessons }, base) {
  const kept = lessons.map(({ ink, label }) => ({ ink: toBase64(ink.slice().buffer), label }));
  return JSON.stringify({ base, file, losses, lessons: kept, weights: toBase64(writeWeights(reader)) });
}

/**
 * What a text contains. Throws if it is of another network, or not valid.
 *
 * @param {string} text
 * @param {string} base
 * @param {Reader} reader that of the network that was taught
 * @returns {Taught}
 */
export function decodeTaught(text, base, reader) {
  const kept = JSON.parse(text);
  if (kept.base !== base) throw new Error("it is of another network");
  const lessons = kept.lessons.map((/** @type {{ ink: string, label: number }} */ { ink, label }) => {
    return { ink: new Float32Array(fromBase64(ink)), label };
  });
  const taught = readWeights(fromBase64(kept.weights), reader);
  return { reader: taught, file: String(kept.file), losses: kept.losses.map(Number), lessons };
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

// Several digits side by side, as in `lenet.row`, which explains how they are found and has the numbers.
import { findPieces, join } from "./pieces.js";
import { clean, scaleAndCenter } from "./preprocess.js";
/** @typedef {{ first: number, last: number, scores: Float32Array, height: number, certainty: number, read: Preprocessed }} Candidate one digit: pieces from first to before last */
/** @import { Network } from "./network.js" */

/**
 * The digits of a row from left to right, two or more: what the network gets of each, and the ten probabilities; null if
 * it cannot be read. The ink, cropped, has been rejected as a single digit.
 *
 * @param {Network} network
 * @param {Cropped} cropped
 * @param {ReaderDescription} description
 * @returns {RowPart[] | null}
 */
export function readRow(network, cropped, { preprocessing, row }) {
  const pieces = findPieces(cropped, row, Math.fround(preprocessing.crop_threshold));
  if (pieces.length < 2) return null;
  const candidates = spans(pieces, row.widest * cropped.height).map(([first, last]) => {
    const part = clean(join(pieces.slice(first, last)), preprocessing);
    if (!part) throw new Error("a piece has no ink");
    const onPad = { ...part, left: part.left + pieces[first].left + cropped.left, top: part.top + cropped.top };
    const read = { ...scaleAndCenter(onPad, preprocessing), cropped: null };
    const scores = network.forward(read.ink).outputs.output;
    const height = part.height / cropped.height;
    return { first, last, read, scores, height, certainty: logCertainty(scores, network.description) };
  });
  const sure = (/** @type {Candidate[]} */ path, /** @type {number} */ least) =>
    path.every(({ certainty }) => certainty >= Math.log(least));
  const isCut = (/** @type {number} */ i) => i < pieces.length && pieces[i].cut;
  let path = bestPath(pieces, candidates, Math.log(row.cut));
  let least = path.some(({ first }) => isCut(first)) ? row.least_cut : row.least;
  if (least === row.least_cut && !sure(path, least)) {
    // perhaps no digits touch
    const apart = candidates.map((one) =>
      isCut(one.first) || isCut(one.last) ? { ...one, certainty: -Infinity } : one,
    );
    [path, least] = [bestPath(pieces, apart, Math.log(row.cut)), row.least];
  }
  if (!sure(path, least)) return null;
  const parts = path.map(({ scores, read }) => {
    const probabilities = network.probabilities(scores);
    const highest = Math.max(...probabilities);
    /** @type {DigitProbability} */
    const likeliest = [probabilities.indexOf(highest), highest];
    return { ...read, probabilities, likeliest };
  });
  const digits = parts.map(({ likeliest: [digit] }) => digit);
  const ones = digits.every((digit) => digit === 1);
  const besideOthers = least === row.least ? row.shortest_one : row.shortest_one_cut;
  const ofOne = ones ? row.shortest_ones : besideOthers;
  const tall = digits.every((digit, i) => path[i].height >= (digit === 1 ? ofOne : row.shortest));
  return tall ? parts : null;
}

/**
 * The most probable numbers, as if the digits were independent: [["42", 0.9], ...].
 *
 * @param {number[][]} probabilities ten for each digit
 * @returns {[number: string, probability: number][]}
 */
export function likeliestNumbers(probabilities, count = 3) {
  /** @type {[string, number][]} */
  let found = [["", 1]];
  for (const ten of probabilities) {
    // Those that are not among the best so far cannot be the beginning of one of the best.
    found = found
      .flatMap(([number, p]) => ten.map((q, digit) => /** @type {[string, number]} */ ([`${number}${digit}`, p * q])))
      .sort(([, a], [, b]) => b - a)
      .slice(0, count);
  }
  return found;
}

/**
 * Log-probability of the most probable digit, where "not a digit" is an eleventh class.
 *
 * @param {Float32Array} scores
 * @param {NetworkDescription} description
 */
function logCertainty(scores, { temperature, max_energy }) {
  const other = max_energy === null ? [] : [-max_energy];
  const z = [...scores, ...other].map((score) => score / temperature);
  const highest = Math.max(...z);
  return Math.max(...z.slice(0, 10)) - highest - Math.log(z.reduce((sum, x) => sum + Math.exp(x - highest), 0));
}

/**
 * The candidates, [first piece, one past the last], in the order of their last pieces; not the whole cropped.
 *
 * @param {Piece[]} pieces
 * @param {number} widest
 * @returns {[first: number, last: number][]}
 */
function spans(pieces, widest) {
  /** @type {[number, number][]} */
  const found = [];
  pieces.forEach(({ left, width }, i) => {
    for (let first = 0; first <= i; first++) {
      const whole = first === 0 && i === pieces.length - 1;
      if (!whole && (first === i || left + width - pieces[first].left <= widest)) found.push([first, i + 1]);
    }
  });
  return found;
}

/**
 * The candidates that together hold each piece once, and whose certainty is the highest.
 *
 * @param {Piece[]} pieces
 * @param {Candidate[]} candidates
 * @param {number} cut
 */
function bestPath(pieces, candidates, cut) {
  /** @type {{ total: number, path: Candidate[] }[]} */
  const best = [{ total: 0, path: [] }]; // for the first n pieces
  for (const candidate of candidates) {
    const { first, last, certainty } = candidate;
    const total = best[first].total + certainty + (pieces[first].cut ? cut : 0);
    if (!best[last] || total > best[last].total) best[last] = { total, path: [...best[first].path, candidate] };
  }
  return best[pieces.length].path;
}

// Why one digit and not another: what F6 contributes, which ink speaks for which, and the smallest change of the answer.
import { boundingBox } from "./image.js";

/** @typedef {Pick<Network, "forward">} Forward a network, perhaps with something muted */
/** @import { Network } from "./network.js" */

const PATCH = 4; // pixels: side of the squares that are erased
const STEP = 2;
const ERASED = [2, 3, PATCH, 6, 8, 10]; // sizes that are tried, until one of them changes the answer
const DOT = 3; // pixels: side of the first dots that are added
const ADDED = [2, 4, 6];
const BEST = [18, 9]; // of the erased and of the added squares, the most promising are tried in other sizes

/**
 * The difference of the scores of two digits as a sum over the units of F6: `contributions`, one for each, and `bias`.
 *
 * @param {Network} network
 * @param {Reading} reading
 * @param {number} first
 * @param {number} second
 */
export function compare(network, reading, first, second) {
  const { f6, output } = reading.outputs;
  const { contrast } = network.layer("output");
  if (!contrast) throw new Error("the scores are not sums over the units of F6");
  return { ...contrast(f6, first, second), difference: output[first] - output[second] };
}

/**
 * Erase squares of the ink, one after the other: `evidence`, 32x32 numbers, is how much the difference of the scores
 * falls on average over the squares that contain a pixel: positive where the ink speaks for `first`. `tried` lists the
 * squares, {kind: "erase", top, left, size, effect}.
 *
 * @param {Forward} network
 * @param {Float32Array} ink
 * @param {number} first
 * @param {number} second
 */
export function occlude(network, ink, first, second) {
  const base = scoreDifference(network, ink, first, second);
  const [evidence, count] = [new Float32Array(ink.length), new Uint8Array(ink.length)];
  const tried = squares(ink, PATCH, STEP)
    .filter((square) => inkIn(ink, square) > 0.5)
    .map((square) => {
      const effect = base - scoreDifference(network, changed(ink, square), first, second);
      each(square, (i) => {
        evidence[i] += effect;
        count[i]++;
      });
      return { ...square, effect };
    });
  for (let i = 0; i < ink.length; i++) evidence[i] = count[i] && ink[i] > 0.1 ? evidence[i] / count[i] : 0;
  return { evidence, tried };
}

/**
 * The smallest erased square or added dot that makes the network prefer `to` to all other digits, {kind, top, left, size,
 * amount}, with the amount of ink that it changes; `change` is null if none of those tried does. `tried` is their
 * number. `erased`: what `occlude` has tried, with effects on the score of the present answer minus that of `to`.
 *
 * @param {Forward} network
 * @param {Float32Array} ink
 * @param {number} to
 * @param {Tried[]} erased
 * @returns {{ change: Change | null, tried: number }}
 */
export function smallestChange(network, ink, to, erased) {
  /** @type {Change[]} */
  const found = [];
  let tried = 0;
  const test = (/** @type {Square} */ square) => {
    tried++;
    const image = changed(ink, square);
    const { output } = network.forward(image).outputs;
    if (output.indexOf(Math.max(...output)) === to) {
      found.push({ ...square, amount: image.reduce((sum, x, i) => sum + Math.abs(x - ink[i]), 0) });
    }
    return output[to];
  };
  const promising = [...erased].sort((a, b) => b.effect - a.effect).slice(0, BEST[0]);
  for (const size of ERASED) {
    for (const square of promising) test(resized(square, size));
    if (found.length) break;
  }
  const dots = squares(ink, DOT, DOT, "add").filter((square) => inkIn(ink, square) < 0.5 * DOT ** 2);
  const ranked = dots
    .map((square) => ({ square, score: test(square) }))
    .sort((a, b) => b.score - a.score)
    .map(({ square }) => square);
  for (const size of ADDED) for (const square of ranked.slice(0, BEST[1])) test(resized(square, size));
  const change = found.reduce(
    (/** @type {Change | null} */ best, next) => (best && best.amount <= next.amount ? best : next),
    null,
  );
  return { change, tried };
}

/**
 * @param {Forward} network
 * @param {Float32Array} ink
 * @param {number} first
 * @param {number} second
 */
function scoreDifference(network, ink, first, second) {
  const { output } = network.forward(ink).outputs;
  return output[first] - output[second];
}

/**
 * Squares that cover the bounding box of the ink.
 *
 * @param {Float32Array} ink
 * @param {number} size
 * @param {number} step
 * @param {Square["kind"]} kind
 */
function squares(ink, size, step, kind = "erase") {
  const box = boundingBox({ data: ink, width: 32, height: 32 }, 0.1);
  if (!box) return [];
  /** @type {Square[]} */
  const list = [];
  for (let top = box.top - 1; top < box.bottom; top += step) {
    for (let left = box.left - 1; left < box.right; left += step) list.push({ kind, top, left, size });
  }
  return list;
}

/**
 * Another size around the same center.
 *
 * @param {Square} square
 * @param {number} size
 * @returns {Square}
 */
function resized(square, size) {
  const by = Math.trunc((square.size - size) / 2);
  return { ...square, top: square.top + by, left: square.left + by, size };
}

/**
 * @param {Square} square
 * @param {(index: number) => void} call
 */
function each({ top, left, size }, call) {
  for (let y = Math.max(0, top); y < Math.min(32, top + size); y++) {
    for (let x = Math.max(0, left); x < Math.min(32, left + size); x++) call(y * 32 + x);
  }
}

/**
 * @param {Float32Array} ink
 * @param {Square} square
 */
function inkIn(ink, square) {
  let sum = 0;
  each(square, (i) => {
    sum += ink[i];
  });
  return sum;
}

/**
 * @param {Float32Array} ink
 * @param {Square} square
 */
function changed(ink, square) {
  const image = ink.slice();
  each(square, (i) => {
    image[i] = square.kind === "add" ? 1 : 0;
  });
  return image;
}

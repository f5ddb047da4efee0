// What teaching has changed: the loss step by step, the kernels of C1, and which old digits are still read.
import { element } from "../dom.js";
import { testDigit } from "../pad/images.js";
import { decimal } from "../show/format.js";
import { KERNEL, paint } from "../show/palette.js";
import { node } from "../show/tree.js";
import { grid, peak } from "./figures.js";

/**
 * @import { Digits } from "../network/digits.js"
 * @import { Network } from "../network/network.js"
 */

const SHOWN = 6; // forgotten digits
const LEAST = 0.1; // loss at the upper edge: what is less would look like much
const CURVE = { left: 34, right: 194, top: 10, bottom: 88 }; // of the picture, the part that has the curve

/**
 * The points of the curve of losses, from the first to the present one, where that is, and the loss at the upper edge.
 *
 * @param {number[]} losses
 */
export function lossCurve(losses) {
  const { left, right, top, bottom } = CURVE;
  const highest = Math.max(...losses, LEAST);
  const points = losses.map((loss, i) => [
    left + (i * (right - left)) / Math.max(1, losses.length - 1),
    bottom - (loss / highest) * (bottom - top),
  ]);
  return {
    points: points.map((point) => point.map((at) => at.toFixed(1)).join()).join(" "),
    last: points[points.length - 1],
    highest,
  };
}

/**
 * The kernels of C1 before and after, and their change, enlarged to the scale of the others: rows of grids, and how often
 * it is enlarged.
 *
 * @param {Network} before
 * @param {Network} after
 */
export function kernelRows(before, after) {
  const [old, now] = [before, after].map((network) => network.layer("c1"));
  const [from, to] = [old.weight ?? new Float32Array(), now.weight ?? new Float32Array()];
  const change = to.map((weight, i) => weight - from[i]);
  const most = peak(change);
  const size = (now.size ?? 1) ** 2;
  const row = (/** @type {Float32Array} */ values, /** @type {number} */ scale) => {
    const grids = Array.from({ length: now.shape[0] }, (_, map) =>
      grid(values.subarray(map * size, (map + 1) * size), scale, false),
    );
    return node("div", { className: "kernel-row" }, ...grids);
  };
  const times = most > 1e-8 ? KERNEL / most : 0;
  const rows = [row(from, KERNEL), row(to, KERNEL), row(change, Math.max(most, 1e-8))];
  return {
    rows,
    times: times ? ` \u00d7 ${times < 9.5 ? decimal(times, 1) : Math.round(times).toLocaleString("en")}` : "",
  };
}

/**
 * How many of the old digits are read, before and now, and which have been forgotten.
 *
 * @param {ArrayLike<number>} labels
 * @param {ArrayLike<number>} before what each was read as
 * @param {ArrayLike<number>} now
 */
export function kept(labels, before, now) {
  const numbers = Array.from(labels, (_, i) => i);
  const right = (/** @type {ArrayLike<number>} */ answers) => numbers.filter((i) => answers[i] === labels[i]);
  const [first, last] = [right(before), right(now)];
  return { before: first.length, now: last.length, forgotten: first.filter((i) => now[i] !== labels[i]) };
}

/**
 * Buttons with the digits that are not read any more, and a remark if there are more; a press puts one onto the pad.
 *
 * @param {Digits} digits
 * @param {number[]} forgotten
 * @param {ArrayLike<number>} now what each of all digits is read as
 * @param {(image: OpenImage) => void} open
 */
export function forgottenDigits(digits, forgotten, now, open) {
  const buttons = forgotten.slice(0, SHOWN).map((i) => {
    const ink = digits.ink(i);
    const label = digits.labels[i];
    const text = `A ${label}, now read as ${now[i]}: put it onto the pad`;
    const caption = element("span", {}, `${label} \u2192 ${now[i]}`);
    const button = element("button", { type: "button", title: text, ariaLabel: text }, thumbnail(ink), caption);
    button.addEventListener("click", () => open(testDigit(ink, label)));
    return button;
  });
  const more = forgotten.length - buttons.length;
  return more > 0 ? [...buttons, element("span", {}, `and ${more} more`)] : buttons;
}

/** @param {Float32Array} ink */
export function thumbnail(ink) {
  const side = Math.sqrt(ink.length);
  const canvas = element("canvas", { width: side, height: side, attributes: { "aria-hidden": "true" } });
  paint(canvas, ink, 1, "gray");
  return canvas;
}

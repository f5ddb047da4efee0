// The ten probabilities over the range of a change, with a marker, and the rejected region hatched.
import { contextOf } from "../dom.js";

const LABELED = 0.25; // digits that reach this probability get a label

/**
 * @typedef {{ probabilities: Float32Array, answers: string[] }} Curve ten probabilities and the answer for each position, "" if it is rejected
 * @param {HTMLCanvasElement} canvas
 * @param {Curve} curve
 * @param {number} position
 */
export function showCurve(canvas, { probabilities, answers }, position) {
  const [width, height] = [canvas.clientWidth || 300, canvas.clientHeight || 110];
  const ratio = window.devicePixelRatio;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = contextOf(canvas);
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const ink = style.color;
  const mark = style.getPropertyValue("--mark");
  const count = answers.length;
  const x = (/** @type {number} */ at) => ((at + 0.5) * width) / count;
  const y = (/** @type {number} */ value) => 12 + (1 - value) * (height - 16);
  context.fillStyle = ink;
  context.font = `11px ${style.fontFamily}`;

  context.lineWidth = 3;
  context.strokeStyle = mark; // below the lines and their labels
  context.beginPath();
  context.moveTo(x(position), 0);
  context.lineTo(x(position), height);
  context.stroke();

  context.globalAlpha = 0.35;
  context.lineWidth = 1;
  context.strokeStyle = ink;
  for (let at = 0; at < count; at++) if (!answers[at]) hatch(context, (at * width) / count, width / count, height);
  for (let digit = 0; digit < 10; digit++) {
    const best = Array.from({ length: count }, (_, at) => at).reduce((a, b) => (p(b, digit) > p(a, digit) ? b : a));
    const clear = p(best, digit) >= LABELED;
    context.globalAlpha = clear ? 1 : 0.35;
    context.lineWidth = clear ? 1.5 : 1;
    context.setLineDash(clear ? DASHES[digit % DASHES.length] : []);
    context.beginPath();
    for (let at = 0; at < count; at++) context.lineTo(x(at), y(p(at, digit)));
    context.stroke();
    if (clear)
      context.fillText(
        String(digit),
        Math.min(width - 8, Math.max(2, x(middleOf(digit, best)) - 3)),
        y(p(best, digit)) - 3,
      );
  }
  context.setLineDash([]);
  context.globalAlpha = 0.75;
  context.fillText("100 %", 2, 9);

  /**
   * @param {number} at
   * @param {number} digit
   */
  function p(at, digit) {
    return probabilities[at * 10 + digit];
  }

  /**
   * The middle of the stretch around `best` in which the digit is about as likely as there.
   *
   * @param {number} digit
   * @param {number} best
   */
  function middleOf(digit, best) {
    let [first, last] = [best, best];
    while (first > 0 && p(first - 1, digit) > 0.95 * p(best, digit)) first--;
    while (last < count - 1 && p(last + 1, digit) > 0.95 * p(best, digit)) last++;
    return (first + last) / 2;
  }
}

const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} width
 * @param {number} height
 */
function hatch(context, left, width, height) {
  context.save();
  context.beginPath();
  context.rect(left, 0, width, height);
  context.clip();
  context.beginPath();
  for (let offset = -height - (left % 8); offset < width; offset += 8) {
    context.moveTo(left + offset, height);
    context.lineTo(left + offset + height, 0);
  }
  context.stroke();
  context.restore();
}

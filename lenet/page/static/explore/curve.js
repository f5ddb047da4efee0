// The ten probabilities over the range of a change, with a marker; above them, where which digit is read, and a bar where the
// drawing is rejected.
import { contextOf, densityOf } from "../dom.js";

const LABELED = 0.25; // digits that reach this probability get a label
const LETTER = 15; // pixels of type, for which the following are; more where type is larger
const HEAD = 20; // pixels for the answers
const FOOT = 3;
const BAR = 3; // where the drawing is rejected
const SCALE = 46; // pixels of "100 %"

/**
 * @typedef {{ probabilities: Float32Array, answers: string[] }} Curve ten probabilities and the answer for each position, "" if it is rejected
 * @param {HTMLCanvasElement} canvas
 * @param {Curve} curve
 * @param {number} position
 * @param {number} start the position of the unchanged drawing
 */
export function showCurve(canvas, { probabilities, answers }, position, start) {
  const style = getComputedStyle(canvas);
  const zoom = Number.parseFloat(style.fontSize) / LETTER;
  const [width, height] = [(canvas.clientWidth || 300) / zoom, (canvas.clientHeight || 110) / zoom];
  const ratio = densityOf(canvas) * zoom;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = contextOf(canvas);
  context.scale(ratio, ratio);
  const ink = style.color;
  const [mark, paper, serif] = ["--mark", "--paper", "--serif"].map((name) => style.getPropertyValue(name).trim());
  const count = answers.length;
  const edge = (/** @type {number} */ at) => (at * width) / count;
  const x = (/** @type {number} */ at) => edge(at + 0.5);
  const y = (/** @type {number} */ value) => HEAD + (1 - value) * (height - HEAD - FOOT);
  const p = (/** @type {number} */ at, /** @type {number} */ digit) => probabilities[at * 10 + digit];
  context.fillStyle = context.strokeStyle = ink;
  context.textAlign = "center";
  context.lineJoin = "round";

  let named = "";
  for (const { answer, first, end } of stretches(answers)) {
    const [left, right] = [edge(first), edge(end)];
    if (!answer) {
      context.globalAlpha = 0.08;
      context.fillRect(left, HEAD, right - left, height - HEAD);
      context.globalAlpha = 0.6;
      context.fillRect(left, HEAD - BAR, right - left, BAR);
    }
    if (answer && answer === named) continue; // read as before, after a stretch in which it is rejected
    const text = answer || "no digit";
    context.font = answer ? `700 15px ${serif}` : `italic 13px ${serif}`;
    context.globalAlpha = answer ? 1 : 0.75;
    const half = context.measureText(text).width / 2;
    const at = Math.max((left + right) / 2, SCALE + half); // right of what is written of the scale
    if (at + half > right - 2) continue;
    context.fillText(text, at, HEAD - BAR - 2);
    if (answer) named = answer;
  }
  context.globalAlpha = 0.2;
  context.fillRect(0, y(0.5), width, 1);
  context.globalAlpha = 1;
  context.lineWidth = 3;
  context.strokeStyle = mark; // below the lines and their labels
  context.beginPath();
  context.moveTo(x(position), HEAD);
  context.lineTo(x(position), height);
  context.stroke();

  context.strokeStyle = ink;
  /** @type {{ text: string, x: number, y: number }[]} */
  const labels = [
    { text: "100 %", x: 20, y: HEAD - BAR - 3 }, // above the curves, of which one is often there
    { text: "50 %", x: 18, y: y(0.5) + 4 },
  ];
  for (let digit = 0; digit < 10; digit++) {
    const best = Array.from({ length: count }, (_, at) => at).reduce((a, b) => (p(b, digit) > p(a, digit) ? b : a));
    const clear = p(best, digit) >= LABELED;
    const isRead = answers[start] === String(digit);
    context.globalAlpha = isRead ? 1 : clear ? 0.8 : 0.3;
    context.lineWidth = isRead ? 2.5 : 1.25;
    context.beginPath();
    for (let at = 0; at < count; at++) context.lineTo(x(at), y(p(at, digit)));
    context.stroke();
    if (!clear || isRead) continue; // that is said above
    const at = x(middleOf(digit, best));
    labels.push({ text: String(digit), x: Math.min(width - 8, Math.max(8, at)), y: y(p(best, digit)) + 14 });
  }
  context.globalAlpha = 1;
  context.font = `700 12px ${style.fontFamily}`;
  context.lineWidth = 4;
  context.strokeStyle = paper;
  const placed = labels.slice(0, 0);
  for (const label of labels) {
    // Of two digits that peak at the same place, the second stands below the first.
    while (placed.some((other) => Math.abs(other.x - label.x) < 14 && Math.abs(other.y - label.y) < 12)) label.y += 12;
    placed.push(label);
    context.strokeText(label.text, label.x, label.y);
    context.fillText(label.text, label.x, label.y);
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

/**
 * Where the answer stays the same.
 *
 * @param {string[]} answers
 */
export function stretches(answers) {
  /** @type {{ answer: string, first: number, end: number }[]} */
  const found = [];
  for (const [at, answer] of answers.entries()) {
    const last = found.at(-1);
    if (last?.answer === answer) last.end = at + 1;
    else found.push({ answer, first: at, end: at + 1 });
  }
  return found;
}

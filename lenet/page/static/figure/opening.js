// The first seconds: an example draws itself, so that nobody meets an empty network. The first touch takes it away.
import { find } from "../dom.js";

/** @import { Pad } from "../pad/pad.js" */

const DURATION = 1_300; // milliseconds

/**
 * Draw an example on a blank pad, if there is one to draw; and say what to do until somebody does.
 *
 * @param {HTMLElement} root
 * @param {Pad} pad
 * @param {Stroke[] | null} example
 */
export function addOpening(root, pad, example) {
  const lead = find(root, ".lead");
  const touched = () => {
    if (pad.isExample) return;
    lead.classList.add("followed");
    pad.removeEventListener("change", touched);
  };
  if (example) draw(pad, example);
  pad.addEventListener("change", touched);
}

/**
 * @param {Pad} pad
 * @param {Stroke[]} strokes
 */
function draw(pad, strokes) {
  const total = strokes.reduce((sum, { points }) => sum + points.length, 0);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    pad.showExample(strokes);
    return;
  }
  const start = performance.now();
  let shown = 0;
  const step = () => {
    if (shown && !pad.isExample) return; // somebody draws
    const count = Math.min(total, Math.ceil(((performance.now() - start) / DURATION) * total));
    if (count > shown) pad.showExample(begun(strokes, count));
    shown = count;
    if (count < total) requestAnimationFrame(step);
  };
  step();
}

/**
 * The first points of strokes.
 *
 * @param {Stroke[]} strokes
 * @param {number} count
 */
function begun(strokes, count) {
  let left = count;
  const parts = strokes.map(({ width, points }) => {
    const part = points.slice(0, left);
    left -= part.length;
    return { width, points: part };
  });
  return parts.filter(({ points }) => points.length);
}

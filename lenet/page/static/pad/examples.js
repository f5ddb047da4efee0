// Example digits: a click draws the strokes of one on the pad.
import { contextOf, element } from "../dom.js";
import { drawStroke, SIDE } from "./strokes.js";

/** @import { Pad } from "./pad.js" */

const THUMBNAIL = 88; // pixels, shown at half that size

/**
 * Add the buttons. Returns the strokes of each digit's example.
 *
 * @param {HTMLElement} parent
 * @param {{ label: number, strokes: Point[][] }[]} examples
 * @param {Pad} pad
 */
export function addExamples(parent, examples, pad) {
  /** @type {Stroke[][]} */
  const found = [];
  for (const { label, strokes: paths } of examples) {
    const strokes = paths.map((points) => ({ width: 20, points }));
    found[label] = strokes;
    const canvas = element("canvas", { width: THUMBNAIL, height: THUMBNAIL });
    const words = `Example ${label}`;
    const button = element("button", { type: "button", title: words, ariaLabel: words }, canvas);
    parent.append(button);
    const context = contextOf(canvas);
    context.scale(THUMBNAIL / SIDE, THUMBNAIL / SIDE);
    for (const stroke of strokes) drawStroke(context, stroke);
    button.addEventListener("click", () => pad.load(strokes, label));
  }
  return found;
}

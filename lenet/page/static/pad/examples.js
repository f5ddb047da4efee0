// Example digits: a click draws the strokes of one on the pad.
import { element, shape } from "../dom.js";
import { SIDE } from "./strokes.js";

/** @import { Pad } from "./pad.js" */

const WIDTH = 20; // of their strokes, in units of the pad

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
    const strokes = paths.map((points) => ({ width: WIDTH, points }));
    found[label] = strokes;
    // No canvas: each would be composited in every frame of a stroke, without a graphics card by the processor.
    const lines = paths.map((points) => `M${points.join(" L")}`).join(" ");
    const picture = shape(
      "svg",
      { viewBox: `0 0 ${SIDE} ${SIDE}`, "stroke-width": WIDTH },
      shape("path", { d: lines }),
    );
    const words = `Example ${label}`;
    const button = element("button", { type: "button", title: words, ariaLabel: words }, picture);
    parent.append(button);
    button.addEventListener("click", () => pad.load(strokes));
  }
  return found;
}

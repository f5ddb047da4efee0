// Example digits: a click draws the strokes of one on the pad.
import { load } from "../server.js";
import { drawStroke, SIDE } from "./strokes.js";

const THUMBNAIL = 88; // pixels, shown at half that size

/** Returns the strokes of each digit's example. */
export async function addExamples(element, url, pad, waiting) {
  const examples = [];
  for (const { label, strokes } of await load(url, (response) => response.json(), waiting)) {
    const ink = strokes.map((points) => ({ width: 20, points }));
    examples[label] = ink;
    const button = document.createElement("button");
    button.type = "button";
    button.title = button.ariaLabel = `Example ${label}`;
    const canvas = Object.assign(document.createElement("canvas"), { width: THUMBNAIL, height: THUMBNAIL });
    button.append(canvas);
    element.append(button);
    const context = canvas.getContext("2d");
    context.scale(THUMBNAIL / SIDE, THUMBNAIL / SIDE);
    for (const stroke of ink) drawStroke(context, stroke);
    button.addEventListener("click", () => pad.load(ink));
  }
  return examples;
}

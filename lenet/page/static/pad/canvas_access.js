// Whether the browser lets the page read what it has drawn. Against fingerprinting, some return white or random pixels.
import { contextOf, element } from "../dom.js";

export const BLOCKED =
  "This browser hides from pages what is drawn on a canvas, so neither drawings nor images can be read. Allow this page to read canvases (a setting of the browser or of an extension, against fingerprinting), and try again.";

const SIDE = 16;
const TOLERANCE = 3; // of 255: some browsers change only the lowest bits, with which digits are read all the same

/** @type {CanvasRenderingContext2D | null} */
let probe = null;

/** Asked before each reading, since a visitor may allow or forbid it at any time. */
export function canReadCanvas() {
  if (!probe) {
    probe = contextOf(element("canvas", { width: SIDE, height: SIDE }), { willReadFrequently: true });
    probe.fillRect(0, 0, SIDE, SIDE / 2); // black above, transparent below
  }
  try {
    return isIntact(probe.getImageData(0, 0, SIDE, SIDE).data);
  } catch {
    return false; // it may also refuse
  }
}

/**
 * Whether these pixels, red, green, blue and opacity of each, are black in the upper half and transparent in the lower one.
 *
 * @param {ArrayLike<number>} pixels
 */
function isIntact(pixels) {
  for (let i = 0; i < pixels.length; i++) {
    const drawn = i % 4 === 3 && i < pixels.length / 2 ? 255 : 0;
    if (Math.abs(pixels[i] - drawn) > TOLERANCE) return false;
  }
  return true;
}

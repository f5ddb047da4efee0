// The drawing survives a reload and Back: it is kept in the browser's session storage.
const KEY = "lenet-drawing";

/** @import { Pad } from "./pad.js" */

/** @param {Pad} pad */
export function keepDrawing(pad) {
  try {
    const strokes = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    if (pad.blank && strokes.length) pad.load(strokes);
    const keep = () => {
      if (!pad.penDown) sessionStorage.setItem(KEY, JSON.stringify(pad.state.strokes ?? []));
    };
    pad.addEventListener("change", keep);
    pad.addEventListener("rest", keep);
  } catch {
    // no storage, as in a private window, or something else in it
  }
}

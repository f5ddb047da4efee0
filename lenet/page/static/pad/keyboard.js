// Drawing by keyboard: the arrow keys move a pen over the pad, Space lowers or lifts it, Delete clears the pad.
import { element, find } from "../dom.js";
import { SIDE } from "./strokes.js";

/**
 * @import { Pad } from "./pad.js"
 * @import { Store } from "../store.js"
 */

const STEP = 8; // pad units per key press
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/**
 * @param {HTMLElement} root
 * @param {Pad} pad
 * @param {Store} store
 */
export function addKeyboard(root, pad, store) {
  const canvas = find(root, ".sheet");
  const pen = element("span", { className: "pen", hidden: true });
  pad.element.append(pen);
  let [x, y] = [SIDE / 2, SIDE / 4];
  let down = false;

  const show = () => {
    pen.hidden = false;
    pen.classList.toggle("down", down);
    pen.style.left = `${(100 * x) / SIDE}%`;
    pen.style.top = `${(100 * y) / SIDE}%`;
  };
  const lift = () => {
    if (down && pad.penDown) pad.up();
    down = false;
  };

  canvas.addEventListener("keydown", (event) => {
    down &&= pad.penDown; // the pad may have been cleared in the meantime
    if (event.ctrlKey || event.metaKey || event.altKey) {
      lift(); // Undo undoes the whole stroke
      return;
    }
    if (ARROWS[event.key]) {
      x = Math.min(SIDE, Math.max(0, x + ARROWS[event.key][0]));
      y = Math.min(SIDE, Math.max(0, y + ARROWS[event.key][1]));
      if (down) pad.move([[x, y]]);
      show();
    } else if (event.key === " ") {
      if (down) lift();
      else if (!pad.penDown) {
        down = true;
        pad.down(x, y);
      }
      store.announce(down ? "Pen down." : "Pen up.");
      show();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      lift();
      pad.clear();
      store.announce("The pad is blank.");
    } else {
      return;
    }
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => {
    lift();
    pen.hidden = true;
  });
  canvas.addEventListener(
    "pointerdown",
    () => {
      lift();
      pen.hidden = true;
    },
    { capture: true },
  );
}

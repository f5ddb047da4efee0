// Pointing at units: with the mouse, which previews, a click or a tap, which pins, and the keyboard, which does both.
import { ownsPage } from "../pad/embedding.js";
import { cellOf, cellUnder, nameOf, unitAt, within } from "../show/cells.js";
import { decimal } from "../show/format.js";

/** @import { Store } from "../store.js" */

/** @type {Record<string, [down: number, right: number]>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function addPointing(root, store) {
  /** @type {WeakMap<HTMLCanvasElement, [row: number, column: number]>} */
  const cursors = new WeakMap(); // the cell of each canvas that the keyboard is at

  root.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return; // a tap pins; moving scrolls
    const canvas = canvasOf(event);
    const button = buttonOf(event);
    if (canvas) store.point(unitUnder(canvas, event));
    else store.point(button ? output(button) : pointedAt(event));
  });
  root.addEventListener("pointerleave", () => store.point(null));
  root.addEventListener("click", (event) => {
    const canvas = canvasOf(event);
    const button = buttonOf(event);
    if (canvas) cursors.set(canvas, cellUnder(canvas, event));
    if (canvas) store.inspect(unitUnder(canvas, event));
    else if (button) store.inspect(output(button));
  });

  root.addEventListener("focusin", (event) => {
    if (!(event.target instanceof Element && event.target.matches(":focus-visible"))) return; // a click pins, but does not preview
    const canvas = canvasOf(event);
    const button = buttonOf(event);
    if (canvas) store.point(unitIn(canvas, cursorOf(canvas)));
    else if (button) store.point(output(button));
  });
  root.addEventListener("focusout", () => store.point(null));
  root.addEventListener("keydown", (event) => {
    const canvas = canvasOf(event);
    if (!canvas || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ARROWS[event.key] && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const [row, column] = cursorOf(canvas);
    const [down, right] = ARROWS[event.key] ?? [0, 0];
    const cell = within(canvas, row + down, column + right);
    cursors.set(canvas, cell);
    const unit = unitIn(canvas, cell);
    if (!ARROWS[event.key] || store.pinned) store.inspect(unit);
    else store.point(unit);
    announce(unit);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !store.pinned) return;
    if (ownsPage(root) || root.contains(document.activeElement)) store.free();
  });

  /**
   * The cell of the pinned unit if it is on this canvas, else where the keyboard was last, else the middle.
   *
   * @param {HTMLCanvasElement} canvas
   * @returns {[row: number, column: number]}
   */
  function cursorOf(canvas) {
    const { unit, pinned } = store;
    if (pinned && unit?.layer === layerOf(canvas)) {
      const { index, row, column } = cellOf(unit);
      if (index === Number(canvas.dataset.index)) return [row, column];
    }
    return cursors.get(canvas) ?? [Math.trunc(canvas.height / 2), Math.trunc(canvas.width / 2)];
  }

  /** @param {Unit} unit */
  function announce(unit) {
    const { network, reading, blank } = store;
    const shown = reading ?? blank;
    if (network && shown) store.announce(`${nameOf(unit)}: ${decimal(network.value(shown, unit), 2)}.`);
  }
}

/** @param {Event} event */
function canvasOf({ target }) {
  const found = closest(target, ".map > canvas");
  return found instanceof HTMLCanvasElement ? found : null;
}

/** @param {Event} event */
function buttonOf({ target }) {
  return closest(target, "[data-unit]");
}

/**
 * The element itself, or the nearest around it.
 *
 * @param {EventTarget | null} target
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function closest(target, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/** @param {HTMLCanvasElement} canvas */
function layerOf(canvas) {
  return closest(canvas, "[data-stage]")?.dataset.stage ?? "";
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {[row: number, column: number]} cell
 */
function unitIn(canvas, [row, column]) {
  return unitAt(layerOf(canvas), Number(canvas.dataset.index), row, column);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {MouseEvent} event
 */
function unitUnder(canvas, event) {
  return unitIn(canvas, cellUnder(canvas, event));
}

/**
 * The unit that an explanation is about.
 *
 * @param {Event} event
 */
function pointedAt(event) {
  const points = closest(event.target, "[data-points]")?.dataset.points;
  if (!points) return null;
  const [layer, map] = points.split(".");
  return { layer, map: Number(map), row: 0, column: 0 };
}

/** @param {HTMLElement} button */
function output(button) {
  return { layer: "output", map: Number(button.dataset.unit), row: 0, column: 0 };
}

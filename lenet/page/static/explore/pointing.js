// Pointing at units: with the mouse, which previews, a click or a tap, which pins, and the keyboard, which does both.
import { ownsPage } from "../pad/embedding.js";
import { cellOf, cellUnder, nameOf, unitAt, within } from "../show/cells.js";
import { decimal } from "../show/format.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export function addPointing(root, store) {
  const cursors = new WeakMap(); // the cell of each canvas that the keyboard is at
  const canvasOf = (event) => event.target.closest?.(".map > canvas");
  const buttonOf = (event) => event.target.closest?.("[data-unit]");

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
    if (canvas || button) store.inspect(canvas ? unitUnder(canvas, event) : output(button));
  });

  root.addEventListener("focusin", (event) => {
    if (!event.target.matches(":focus-visible")) return; // a click pins, but does not preview
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
    const [row, column] = cursorOf(canvas).map((at, axis) => at + (ARROWS[event.key]?.[axis] ?? 0));
    cursors.set(canvas, within(canvas, row, column));
    const unit = unitIn(canvas, cursors.get(canvas));
    if (!ARROWS[event.key] || store.pinned) store.inspect(unit);
    else store.point(unit);
    announce(unit);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !store.pinned) return;
    if (ownsPage(root) || root.contains(document.activeElement)) store.free();
  });

  /** The cell of the pinned unit if it is on this canvas, else where the keyboard was last, else the middle. */
  function cursorOf(canvas) {
    const { unit, pinned } = store;
    if (pinned && unit.layer === layerOf(canvas)) {
      const { index, row, column } = cellOf(unit);
      if (index === Number(canvas.dataset.index)) return [row, column];
    }
    return cursors.get(canvas) ?? [Math.trunc(canvas.height / 2), Math.trunc(canvas.width / 2)];
  }

  function announce(unit) {
    const { network, reading, blank } = store;
    if (network) store.announce(`${nameOf(unit)}: ${decimal(network.value(reading ?? blank, unit), 2)}.`);
  }
}

function layerOf(canvas) {
  return canvas.closest("[data-stage]").dataset.stage;
}

function unitIn(canvas, [row, column]) {
  return unitAt(layerOf(canvas), Number(canvas.dataset.index), row, column);
}

function unitUnder(canvas, event) {
  return unitIn(canvas, cellUnder(canvas, event));
}

/** The unit that an explanation is about. */
function pointedAt(event) {
  const points = event.target.closest?.("[data-points]")?.dataset.points;
  if (!points) return null;
  const [layer, map] = points.split(".");
  return { layer, map: Number(map), row: 0, column: 0 };
}

function output(button) {
  return { layer: "output", map: Number(button.dataset.unit), row: 0, column: 0 };
}

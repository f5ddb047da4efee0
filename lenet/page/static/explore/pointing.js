// Pointing at units: with the mouse, which previews, a click or a tap, which pins, and the keyboard, which does both.
import { closest, findAll, listenOutside } from "../dom.js";
import { isFor } from "../pad/embedding.js";
import { isVector, nameOf } from "../show/cells.js";
import { decimal } from "../show/format.js";

/**
 * @import { Figure } from "../figure/figure.js"
 * @import { Store } from "../store.js"
 */

/** @type {Record<string, [down: number, right: number]>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Pick<Figure, "unitAt" | "beside" | "sides">} figure
 */
export function addPointing(root, store, figure) {
  /** @type {Map<string, Unit>} */
  const cursors = new Map(); // the unit of each layer that the keyboard is at

  root.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return; // a tap pins; moving scrolls
    store.point(unitUnder(event) ?? pointedAt(event));
  });
  root.addEventListener("pointerleave", () => store.point(null));
  root.addEventListener("click", (event) => {
    const unit = unitUnder(event);
    if (!unit) return;
    moveTo(unit);
    if (store.pinned && store.unit && nameOf(store.unit) === nameOf(unit)) store.free();
    else store.inspect(unit);
  });

  root.addEventListener("focusin", (event) => {
    const map = mapOf(event);
    if (map?.matches(":focus-visible")) store.point(cursorOf(map)); // a click pins, but does not preview
  });
  root.addEventListener("focusout", () => store.point(null));
  root.addEventListener("keydown", (event) => {
    const map = mapOf(event);
    if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ARROWS[event.key] && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const unit = figure.beside(cursorOf(map), ARROWS[event.key] ?? [0, 0]);
    moveTo(unit).focus({ preventScroll: true });
    if (!ARROWS[event.key] || store.pinned) store.inspect(unit);
    else store.point(unit);
    announce(unit);
  });
  listenOutside(root, document, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !store.pinned) return;
    if (isFor(root)) store.free();
  });

  /**
   * Put the keyboard at a unit: its map is the one of its layer that Tab goes to.
   *
   * @param {Unit} unit
   */
  function moveTo(unit) {
    cursors.set(unit.layer, unit);
    const maps = findAll(root, `[data-stage="${unit.layer}"] .map`);
    for (const map of maps) map.tabIndex = -1;
    const map = maps[indexOf(unit)];
    map.tabIndex = 0;
    return map;
  }

  /**
   * The pinned unit if it is on this map, else where the keyboard was last, else the middle.
   *
   * @param {HTMLElement} map
   * @returns {Unit}
   */
  function cursorOf(map) {
    const layer = layerOf(map);
    const index = Number(map.dataset.index);
    const isHere = (/** @type {Unit | null | undefined} */ unit) => unit?.layer === layer && indexOf(unit) === index;
    const [pinned, last] = [store.pinned ? store.unit : null, cursors.get(layer)];
    if (pinned && isHere(pinned)) return pinned;
    if (last && isHere(last)) return last;
    const middle = (figure.sides[layer] ?? 1) >> 1;
    return { layer, map: index, row: middle, column: middle };
  }

  /** @param {Unit} unit */
  function announce(unit) {
    const { network, reading, blank } = store;
    const shown = reading ?? blank;
    if (network && shown) store.announce(`${nameOf(unit)}: ${decimal(network.value(shown, unit), 2)}.`);
  }

  /** @param {MouseEvent} event */
  function unitUnder(event) {
    const kernel = closest(event.target, ".kernel");
    if (kernel) return cursorOf(findAll(root, '[data-stage="c1"] .map')[findAll(root, ".kernel").indexOf(kernel)]);
    const map = mapOf(event);
    if (!map) return null;
    // A click that the keyboard makes has no place.
    const unit = event.detail || event.type !== "click" ? figure.unitAt(event.clientX, event.clientY) : cursorOf(map);
    return unit?.layer === layerOf(map) ? unit : null;
  }
}

/**
 * The number of the map that a unit is on.
 *
 * @param {Unit} unit
 */
function indexOf({ layer, map }) {
  return isVector(layer) || layer === "output" ? 0 : map;
}

/** @param {Event} event */
function mapOf({ target }) {
  return closest(target, ".map");
}

/** @param {HTMLElement} map */
function layerOf(map) {
  return closest(map, "[data-stage]")?.dataset.stage ?? "";
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

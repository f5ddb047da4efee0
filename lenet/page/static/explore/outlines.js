// Outlines around the selected unit, and around what it depends on: on the maps it reads, on the input and on the pad.
import { element, find, findAll } from "../dom.js";
import { receptiveField, sourceOf } from "../network/explain.js";
import { cellOf, isVector } from "../show/cells.js";
import { cellBox, overlay } from "../show/overlay.js";

/** @import { Store } from "../store.js" */

export class Outlines {
  /** @type {HTMLElement[]} */
  #boxes = [];
  /** @type {HTMLElement | null} */
  #onPad = null;
  /** @type {Box | null} the receptive field on the input */
  #field = null;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {number} side
   */
  constructor(root, store, side) {
    this.root = root;
    this.store = store;
    this.side = side;
    for (const event of ["selection", "network", "mode"]) store.addEventListener(event, () => this.#select());
    store.addEventListener("reading", () => this.#placeOnPad());
  }

  #select() {
    for (const box of this.#boxes) box.remove();
    this.#boxes = [];
    this.#onPad = null;
    const { unit, network, pinned, inspecting } = this.store;
    const shown = unit && network && (!pinned || inspecting);
    for (const button of findAll(this.root, '[data-stage="output"] [data-unit]')) {
      const pressed = shown && pinned && unit.layer === "output" && unit.map === Number(button.dataset.unit);
      button.setAttribute("aria-pressed", String(Boolean(pressed)));
    }
    if (!shown) return;
    const at = cellOf(unit);
    this.#outline(unit.layer, at.index, cellBox(at), pinned ? "unit pinned" : "unit");
    if (unit.layer !== "input") {
      const source = sourceOf(network, unit.layer);
      for (const layer of new Set([source, "input"])) {
        const field = receptiveField(network, unit, layer);
        // The whole of C5 or F6 needs no outline.
        if (!field || isVector(layer)) continue;
        for (const map of field.maps) this.#outline(layer, map, field, "field");
      }
    }
    this.#field = receptiveField(network, unit, "input");
    this.#onPad = element("div", { className: "outline field", attributes: { "aria-hidden": "true" } });
    find(this.root, ".pad").append(this.#onPad);
    this.#boxes.push(this.#onPad);
    this.#placeOnPad();
  }

  /**
   * @param {string} layer
   * @param {number} index
   * @param {Box} part
   * @param {string} name
   */
  #outline(layer, index, part, name) {
    const maps = findAll(this.root, `[data-stage="${layer}"] .map`);
    for (const map of layer === "input" ? maps : maps.slice(index, index + 1)) {
      const canvas = find(map, "canvas", HTMLCanvasElement);
      const box = element("div", { className: `outline ${name}`, attributes: { "aria-hidden": "true" } });
      overlay(box, part, canvas.width, canvas.height);
      map.append(box);
      this.#boxes.push(box);
    }
  }

  #placeOnPad() {
    if (!this.#onPad || !this.#field) return;
    const placement = this.store.reading?.placement;
    this.#onPad.hidden = !placement;
    if (!placement) return; // nothing is drawn, or an image, of which only the server knows the placement
    const clamp = (/** @type {number} */ at) => Math.min(this.side, Math.max(0, at));
    // Partly outside of the pad if the digit is near its edge, or large.
    const { top, left, bottom, right } = onDrawing(placement, this.#field);
    const box = { top: clamp(top), left: clamp(left), bottom: clamp(bottom), right: clamp(right) };
    overlay(this.#onPad, box, this.side);
  }
}

/**
 * From a part of the input to the same part of the drawing, which the preprocessing has moved and scaled.
 *
 * @param {Placement} placement
 * @param {Box} part
 * @returns {Box}
 */
export function onDrawing({ from, to }, { top, left, bottom, right }) {
  const [across, down] = [from.width / to.width, from.height / to.height];
  return {
    top: from.top + (top - to.top) * down,
    left: from.left + (left - to.left) * across,
    bottom: from.top + (bottom - to.top) * down,
    right: from.left + (right - to.left) * across,
  };
}

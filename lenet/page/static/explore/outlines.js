// Outlines around the selected unit, and around what it depends on: on the maps it reads, on the input and on the pad.
import { receptiveField, sourceOf } from "../network/explain.js";
import { cellOf, isVector } from "../show/cells.js";
import { element } from "../show/element.js";
import { cell, place } from "../show/place.js";

export class Outlines {
  #boxes = [];
  #onPad = null;

  constructor(root, store, side) {
    Object.assign(this, { root, store, side });
    for (const event of ["selection", "network", "mode"]) store.addEventListener(event, () => this.#select());
    store.addEventListener("reading", () => this.#placeOnPad());
  }

  #select() {
    for (const box of this.#boxes) box.remove();
    this.#boxes = [];
    this.#onPad = null;
    const { unit, network, pinned, inspecting } = this.store;
    const shown = unit && network && (!pinned || inspecting);
    for (const button of this.root.querySelectorAll('[data-stage="output"] [data-unit]')) {
      button.setAttribute(
        "aria-pressed",
        Boolean(shown && pinned && unit.layer === "output" && unit.map === Number(button.dataset.unit)),
      );
    }
    if (!shown) return;
    const at = cellOf(unit);
    this.#outline(unit.layer, at.index, cell(at), pinned ? "unit pinned" : "unit");
    if (unit.layer !== "input") {
      const source = sourceOf(network, unit.layer);
      for (const layer of new Set([source, "input"])) {
        const field = receptiveField(network, unit, layer);
        // The whole of C5 or F6 needs no outline.
        if (!isVector(layer)) for (const map of field.maps) this.#outline(layer, map, field, "field");
      }
    }
    this.field = receptiveField(network, unit, "input");
    this.#onPad = element("div", { className: "outline field", attributes: { "aria-hidden": "true" } });
    this.root.querySelector(".pad").append(this.#onPad);
    this.#boxes.push(this.#onPad);
    this.#placeOnPad();
  }

  #outline(layer, index, part, name) {
    const maps = [...this.root.querySelectorAll(`[data-stage="${layer}"] .map`)];
    for (const map of layer === "input" ? maps : maps.slice(index, index + 1)) {
      const canvas = map.querySelector("canvas");
      const box = element("div", { className: `outline ${name}`, attributes: { "aria-hidden": "true" } });
      place(box, part, canvas.width, canvas.height);
      map.append(box);
      this.#boxes.push(box);
    }
  }

  #placeOnPad() {
    if (!this.#onPad) return;
    const placement = this.store.reading?.placement;
    this.#onPad.hidden = !placement;
    if (!placement) return; // nothing is drawn, or an image, of which only the server knows the placement
    const { side } = this;
    const drawn = onDrawing(placement, this.field); // partly outside of the pad if the digit is near its edge, or large
    const edges = Object.entries(drawn).map(([edge, at]) => [edge, Math.min(side, Math.max(0, at))]);
    place(this.#onPad, Object.fromEntries(edges), side);
  }
}

/** From a part of the input to the same part of the drawing, which the preprocessing has moved and scaled. */
export function onDrawing({ from, to }, { top, left, bottom, right }) {
  const [across, down] = [from.width / to.width, from.height / to.height];
  return {
    top: from.top + (top - to.top) * down,
    left: from.left + (left - to.left) * across,
    bottom: from.top + (bottom - to.top) * down,
    right: from.left + (right - to.left) * across,
  };
}

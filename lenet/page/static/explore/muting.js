// Muted maps and units: they are marked, and a line says what the network answers with and without them.
import { cellOf, isVector } from "../show/cells.js";
import { element } from "../show/element.js";
import { percentage } from "../show/format.js";
import { cell, place } from "../show/place.js";

export class Muting {
  #marks = [];

  constructor(root, store) {
    Object.assign(this, { root, store });
    this.panel = root.querySelector(".muting");
    this.panel.querySelector(".reset").addEventListener("click", () => store.mute([]));
    store.addEventListener("muted", () => this.#mark());
    for (const event of ["muted", "reading"]) store.addEventListener(event, () => this.#compare());
  }

  #mark() {
    for (const mark of this.#marks) mark.remove();
    this.#marks = this.store.mutedMaps.map(([layer, map]) => {
      const at = cellOf({ layer, map, row: 0, column: 0 });
      const box = this.root.querySelectorAll(`[data-stage="${layer}"] .map`)[at.index];
      const canvas = box.querySelector("canvas");
      const mark = element("div", { className: "muted", title: "muted" });
      if (isVector(layer)) place(mark, cell(at), canvas.width, canvas.height);
      box.append(mark);
      return mark;
    });
  }

  #compare() {
    const { reading, unmuted, mutedMaps } = this.store;
    this.panel.hidden = !mutedMaps.length;
    if (this.panel.hidden) return;
    const names = mutedMaps.map(([layer, map]) => `${layer.toUpperCase()} ${isVector(layer) ? "unit" : "map"} ${map}`);
    this.panel.querySelector(".muted-names").textContent = names.join(", ");
    this.panel.querySelector(".before-muting").textContent = inWords(unmuted);
    this.panel.querySelector(".after-muting").textContent = inWords(unmuted && reading);
  }
}

function inWords(reading) {
  if (!reading) return "nothing drawn";
  const [digit, probability] = reading.top[0];
  return reading.digit === null ? `rejected (${reading.reason})` : `${digit}, ${percentage(probability)}`;
}

// Muted maps and units: they are marked, and a line says what the network answers with and without them.
import { element, find, findAll } from "../dom.js";
import { cellOf, isVector } from "../show/cells.js";
import { percentage } from "../show/format.js";
import { cellBox, overlay } from "../show/overlay.js";

/** @import { Store } from "../store.js" */

export class Muting {
  /** @type {HTMLElement[]} */
  #marks = [];

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   */
  constructor(root, store) {
    this.root = root;
    this.store = store;
    this.panel = find(root, ".muting");
    find(this.panel, ".reset").addEventListener("click", () => store.mute([]));
    store.addEventListener("muted", () => this.#mark());
    for (const event of ["muted", "reading"]) store.addEventListener(event, () => this.#compare());
  }

  #mark() {
    for (const mark of this.#marks) mark.remove();
    this.#marks = this.store.mutedMaps.map(([layer, map]) => {
      const at = cellOf({ layer, map, row: 0, column: 0 });
      const box = findAll(this.root, `[data-stage="${layer}"] .map`)[at.index];
      const canvas = find(box, "canvas", HTMLCanvasElement);
      const mark = element("div", { className: "muted", title: "muted" });
      if (isVector(layer)) overlay(mark, cellBox(at), canvas.width, canvas.height);
      box.append(mark);
      return mark;
    });
  }

  #compare() {
    const { reading, unmuted, mutedMaps } = this.store;
    this.panel.hidden = !mutedMaps.length;
    if (this.panel.hidden) return;
    const names = mutedMaps.map(([layer, map]) => `${layer.toUpperCase()} ${isVector(layer) ? "unit" : "map"} ${map}`);
    find(this.panel, ".muted-names").textContent = names.join(", ");
    find(this.panel, ".before-muting").textContent = inWords(unmuted);
    find(this.panel, ".after-muting").textContent = inWords(unmuted && reading);
  }
}

/** @param {Reading | null} reading */
function inWords(reading) {
  if (!reading) return "nothing drawn";
  if (reading.number) return `the number ${reading.number}`;
  const [digit, probability] = reading.top[0];
  return reading.digit === null ? `rejected (${reading.reason})` : `${digit}, ${percentage(probability)}`;
}

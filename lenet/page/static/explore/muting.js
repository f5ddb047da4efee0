// Muted maps and units: they are marked, and a line says what the network answers with and without them.
import { cellOf } from "../show/cells.js";
import { element } from "../show/element.js";
import { percentage } from "../show/format.js";

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
      const { index, row, column } = cellOf({ layer, map, row: 0, column: 0 });
      const box = this.root.querySelectorAll(`[data-stage="${layer}"] .map`)[index];
      const canvas = box.querySelector("canvas");
      const mark = element("div", { className: "muted", title: "muted" });
      if (isUnit(layer)) {
        const percent = (cells, of) => `${(100 * cells) / of}%`;
        Object.assign(mark.style, {
          insetInlineStart: percent(column, canvas.width),
          insetBlockStart: percent(row, canvas.height),
          inlineSize: percent(1, canvas.width),
          blockSize: percent(1, canvas.height),
        });
      }
      box.append(mark);
      return mark;
    });
  }

  #compare() {
    const { reading, unmuted, mutedMaps } = this.store;
    this.panel.hidden = !mutedMaps.length;
    if (this.panel.hidden) return;
    const names = mutedMaps.map(([layer, map]) => `${layer.toUpperCase()} ${isUnit(layer) ? "unit" : "map"} ${map}`);
    this.panel.querySelector(".muted-names").textContent = names.join(", ");
    this.panel.querySelector(".before-muting").textContent = inWords(unmuted);
    this.panel.querySelector(".after-muting").textContent = inWords(unmuted && reading);
  }
}

function isUnit(layer) { return layer === "c5" || layer === "f6"; }

function inWords(reading) {
  if (!reading) return "nothing drawn";
  const [digit, probability] = reading.top[0];
  return reading.digit === null ? `rejected (${reading.reason})` : `${digit}, ${percentage(probability)}`;
}

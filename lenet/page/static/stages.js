// The output of every layer as images: one canvas per feature map; C5, F6 and the output layer as one grid each.
import { PALETTE, paint } from "./palette.js";

// Layers without feature maps as grids of units, [columns, rows]. F6's 84 units form the paper's 7x12 bitmap.
const GRIDS = { c5: [12, 10], f6: [7, 12], output: [10, 1] };

export class Stages {
  constructor(root) {
    this.rows = [...root.querySelectorAll(".stage")].map((section) => new Row(section));
    paint(root.querySelector(".scale"), Int8Array.from(PALETTE, (_, i) => i - 127));
    this.show(null);
  }

  /** `reading` as sent by the server, or null if the pad is blank. */
  show(reading) {
    for (const row of this.rows) row.show(reading?.stages[row.name], reading?.[row.name]);
  }
}

class Row {
  constructor(section) {
    this.name = section.dataset.stage;
    this.range = section.querySelector(".range");
    this.maps = section.querySelector(".maps");
    const shape = section.dataset.shape.split(",").map(Number);
    const [count, width, height] = shape.length === 3 ? [shape[0], shape[2], shape[1]] : [1, ...GRIDS[this.name]];
    this.zeros = new Int8Array(width * height);
    this.canvases = Array.from({ length: count }, (_, i) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", count > 1 ? `${this.name}, feature map ${i}` : this.name);
      canvas.title = count > 1 ? `${this.name}, feature map ${i}` : "";
      return canvas;
    });
    this.maps.append(...this.canvases);
    if (this.name === "output") {
      this.units = Array.from({ length: shape[0] }, (_, digit) => {
        const unit = document.createElement("span");
        unit.innerHTML = `<b>${digit}</b><i></i>`;
        return unit;
      });
      const line = document.createElement("div");
      line.className = "units";
      line.append(...this.units);
      this.maps.append(line);
    }
  }

  /** `exact`: the values as numbers, which the server sends for the output layer in addition to the levels. */
  show(stage, exact) {
    const levels = stage ? decode(stage.values) : null;
    this.canvases.forEach((canvas, i) => {
      const size = this.zeros.length;
      paint(canvas, levels ? levels.subarray(i * size, (i + 1) * size) : this.zeros);
    });
    this.range.textContent = stage ? `values ${number(stage.low)} to ${number(stage.high)}` : "\u00a0";
    this.units?.forEach((unit, i) => {
      unit.lastChild.textContent = stage ? number(exact[i]) : "\u00a0";
    });
  }
}

function decode(base64) {
  const text = atob(base64);
  const levels = new Int8Array(text.length);
  for (let i = 0; i < levels.length; i++) levels[i] = text.charCodeAt(i);
  return levels;
}

function number(value) {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0).replace("-", "\u2212");
}

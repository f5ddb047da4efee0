// The layers as images: one canvas per feature map, C5 and F6 as one grid each; the output layer is in output.js.
import { OutputRow } from "./output.js";
import { isDark, paint } from "./palette.js";

// Layers without feature maps as grids of units, [columns, rows]. F6's 84 units form the paper's 7x12 bitmap.
const GRIDS = { c5: [12, 10], f6: [7, 12] };

export class Stages {
  constructor(root, store) {
    this.rows = [...root.querySelectorAll(".stage")].map((section) => {
      return section.dataset.stage === "output" ? new OutputRow(section) : new Row(section);
    });
    this.legend = root.querySelector(".scale");
    this.store = store;
    store.addEventListener("reading", () => this.#show());
    new MutationObserver(() => this.#show()).observe(document.body, { attributeFilter: ["class"] }); // dark mode
    this.#show();
  }

  #show() {
    const dark = isDark();
    if (dark !== this.dark) paint(this.legend, Float32Array.from({ length: 255 }, (_, i) => i / 127 - 1), 1);
    this.dark = dark;
    for (const row of this.rows) row.show(this.store.reading);
  }
}

class Row {
  constructor(section) {
    this.name = section.dataset.stage;
    this.range = section.querySelector(".range");
    const shape = section.dataset.shape.split(",").map(Number);
    const [count, width, height] = shape.length === 3 ? [shape[0], shape[2], shape[1]] : [1, ...GRIDS[this.name]];
    this.size = width * height;
    this.zeros = new Float32Array(this.size * count);
    this.canvases = Array.from({ length: count }, (_, i) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", count > 1 ? `${section.ariaLabel.split(":")[0]}, feature map ${i}` : this.name);
      canvas.title = count > 1 ? `Feature map ${i}` : "";
      return canvas;
    });
    section.querySelector(".maps").append(...this.canvases);
  }

  show(reading) {
    const values = reading?.outputs[this.name] ?? this.zeros;
    const [low, high] = range(values);
    const scale = Math.max(1, -low, high); // tanh's values share one scale, so that colors compare between layers
    const palette = this.name === "input" ? "gray" : "diverging";
    this.canvases.forEach((canvas, i) => paint(canvas, values.subarray(i * this.size, (i + 1) * this.size), scale, palette));
    this.range.textContent = reading ? `values ${number(low)} to ${number(high)}` : "\u00a0";
  }
}

function range(values) {
  let [low, high] = [values[0], values[0]];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

export function number(value) {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0).replace("-", "\u2212");
}

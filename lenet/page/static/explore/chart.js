// A chart as large as its place, so that its numbers are as large as other text: lines on a logarithmic scale.
import { shape } from "../dom.js";
import { curvesOf, frameOf } from "./training_curves.js";

/** @import { CurvePoint } from "./training_curves.js" */

/**
 * @typedef {object} Charted
 * @property {CurvePoint[][]} lines
 * @property {string[]} [classes] of the lines
 * @property {number} highest what the vertical axis has at least
 * @property {number} most where the horizontal axis ends
 * @property {(value: number) => string} label of a value
 * @property {string[]} across what stands at the beginning, in the middle and at the end of the horizontal axis
 * @property {(CurvePoint | undefined)[]} marked points, in place of the ends of the lines
 */

/** @param {number} share a power of ten */
export function inPercent(share) {
  return `${100 * share} %`;
}

export class Chart {
  /** @type {Charted | null} */
  #charted = null;

  /** @param {SVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    new ResizeObserver(() => this.#draw()).observe(svg);
  }

  /** @param {Charted} charted */
  show(charted) {
    this.#charted = charted;
    this.#draw();
  }

  #draw() {
    const { width, height } = this.svg.getBoundingClientRect();
    if (!this.#charted || !width) return; // not in view
    const { lines, classes = [], highest, most, label, across, marked } = this.#charted;
    const letter = Number.parseFloat(getComputedStyle(this.svg).fontSize);
    const frame = frameOf(width, height, letter);
    const { left, right, bottom } = frame;
    const shown = curvesOf([...lines, ...marked.map((point) => (point ? [point] : []))], highest, most, frame);
    const ends = shown.last.slice(lines.length);
    const anchors = ["start", "middle", "end"];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(
      ...shown.ticks.flatMap(({ value, y }) => [
        shape("line", { x1: left, x2: right, y1: y, y2: y }),
        shape("text", { x: left - 0.4 * letter, y: y + 0.35 * letter, "text-anchor": "end" }, label(value)),
      ]),
      shape("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "axis-of-passes" }),
      ...across.map((text, i) =>
        shape(
          "text",
          { x: [left, (left + right) / 2, right][i], y: height - 0.35 * letter, "text-anchor": anchors[i] },
          text,
        ),
      ),
      ...lines.map((_, i) => shape("polyline", { points: shown.lines[i], class: classes[i] ?? "" })),
      ...ends.flatMap((point) => (point ? [shape("circle", { cx: point[0], cy: point[1], r: 4 })] : [])),
    );
  }
}

// The activation function of a network as a curve, with the value of one unit on it.
import { contextOf } from "../dom.js";
import { colors } from "../theme.js";

export const CURVE = 280; // pixels of the canvas, which is shown at half the size or less
const REACH = 3; // the values that are shown, to both sides of zero; those beyond are at the edge

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(x: number) => number} apply
 * @param {number} before
 */
export function drawCurve(canvas, apply, before) {
  const context = contextOf(canvas);
  const { ink, mark, edge } = colors(canvas);
  const { width, height } = canvas;
  const most = 1.15 * Math.max(Math.abs(apply(REACH)), Math.abs(apply(-REACH)));
  const across = (/** @type {number} */ x) => (0.5 + Math.min(Math.max(-1, x / REACH), 1) / 2) * width;
  const down = (/** @type {number} */ y) => (0.5 - Math.min(Math.max(-1, y / most), 1) / 2) * height;
  const line = (/** @type {[x: number, y: number][]} */ points) => {
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
  };
  context.clearRect(0, 0, width, height);
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.5;
  line([
    [0, down(0)],
    [width, down(0)],
  ]);
  line([
    [across(0), 0],
    [across(0), height],
  ]);
  context.globalAlpha = 1;
  context.lineWidth = 5;
  const steps = Array.from({ length: 121 }, (_, i) => REACH * (i / 60 - 1));
  line(steps.map((x) => [across(x), down(apply(x))]));
  const [x, y] = [across(before), down(apply(before))];
  context.lineWidth = 3;
  context.setLineDash([6, 6]);
  line([
    [x, down(0)],
    [x, y],
    [across(0), y],
  ]);
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, 12, 0, 2 * Math.PI);
  context.fillStyle = mark;
  context.fill();
  context.strokeStyle = edge;
  context.stroke();
}

// The preprocessing as a film strip: as drawn, cropped, scaled, centered, normalized, each step with its numbers.
import { boxOf, crop } from "../network/image.js";
import { SIDE } from "../pad/strokes.js";
import { decimal, range, sizeText } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";

/**
 * @param {HTMLElement} strip
 * @param {Reading} reading
 * @param {NetworkDescription} description
 * @param {boolean} preprocessed
 */
export function showFilmstrip(strip, { opacity, outputs, before, placement }, { mean, std }, preprocessed) {
  /** @type {[name: string, numbers: string, frame: Described][]} */
  const steps = [];
  const input = { data: outputs.input, width: 32, height: 32 };
  const drawn = opacity && { data: Float32Array.from(opacity, (x) => x / 255), width: SIDE, height: SIDE };
  if (drawn) steps.push(["as drawn", sizeText(SIDE), frame(drawn)]);
  if (placement) {
    const { from, to } = placement;
    if (drawn) steps.push(["cropped", sizeText(from.width, from.height), frame(crop(drawn, boxOf(from)))]);
    steps.push(["scaled", sizeText(to.width, to.height), frame(crop(input, boxOf(to)))]);
    steps.push(["centered", `${sizeText(32)}, moved to ${to.left}, ${to.top}`, frame(input)]);
  } else {
    steps.push([preprocessed ? "preprocessed" : "only reduced", sizeText(32), frame(input)]);
  }
  const [low, high] = range(before.input);
  const arithmetic = `(x \u2212 ${decimal(mean, 2)}) / ${decimal(std, 2)}: ${decimal(low, 2)} to ${decimal(high, 2)}`;
  const normalized = { ...input, data: before.input };
  steps.push(["normalized", arithmetic, frame(normalized, Math.max(-low, high), "diverging")]);
  const items = steps.map(([name, numbers, still]) =>
    node("li", {}, still, node("b", {}, name), node("span", {}, numbers)),
  );
  patch(strip, items);
}

/**
 * @param {Raster} image
 * @param {"gray" | "diverging"} palette
 */
function frame({ data, width, height }, scale = 1, palette = "gray") {
  // Another size is another canvas: its image data would not fit.
  const draw = (/** @type {HTMLCanvasElement} */ canvas) => paint(canvas, data, scale, palette);
  const canvas = node("canvas", { width, height, attributes: { "aria-hidden": "true" }, draw });
  return node("span", { className: "still" }, canvas);
}

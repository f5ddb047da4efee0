// The preprocessing as a film strip: as drawn, cropped, scaled, centered, normalized, each step with its numbers.

import { SIDE } from "../pad/strokes.js";
import { decimal, range } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "./tree.js";

export function showFilmstrip(strip, { opacity, outputs, before, placement }, { mean, std }, preprocessed) {
  const [low, high] = range(before.input);
  const normalized = [
    "normalized",
    `(x \u2212 ${decimal(mean, 2)}) / ${decimal(std, 2)}: ${decimal(low, 2)} to ${decimal(high, 2)}`,
    frame(before.input, 32, 32, Math.max(-low, high), "diverging"),
  ];
  const steps = [];
  if (opacity)
    steps.push([
      "as drawn",
      `${SIDE}x${SIDE}`,
      frame(
        Float32Array.from(opacity, (x) => x / 255),
        SIDE,
        SIDE,
      ),
    ]);
  if (placement) {
    const { from, to } = placement;
    if (opacity)
      steps.push([
        "cropped",
        `${from.width}x${from.height}`,
        frame(part(opacity, SIDE, from, 1 / 255), from.width, from.height),
      ]);
    steps.push(["scaled", `${to.width}x${to.height}`, frame(part(outputs.input, 32, to, 1), to.width, to.height)]);
    steps.push(["centered", `32x32, moved to ${to.left}, ${to.top}`, frame(outputs.input, 32, 32)]);
  } else {
    steps.push([preprocessed ? "preprocessed" : "only reduced", "32x32", frame(outputs.input, 32, 32)]);
  }
  patch(
    strip,
    [...steps, normalized].map(([name, numbers, canvas]) =>
      node("li", {}, canvas, node("b", {}, name), node("span", {}, numbers)),
    ),
  );
}

function frame(values, width, height, scale = 1, palette = "gray") {
  // Another size is another canvas: its image data would not fit.
  return node(
    "span",
    { className: "still" },
    node("canvas", {
      width,
      height,
      attributes: { "aria-hidden": "true" },
      draw: (canvas) => paint(canvas, values, scale, palette),
    }),
  );
}

function part(values, side, { left, top, width, height }, factor) {
  return Float32Array.from(
    { length: width * height },
    (_, i) => factor * values[(top + Math.trunc(i / width)) * side + left + (i % width)],
  );
}

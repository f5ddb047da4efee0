// What the figure is painted with.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Surface } from "../../lenet/page/static/figure/painting.js";

test("a canvas without room has a pixel, since an empty one cannot be copied", () => {
  const canvas = { width: 300, height: 150, style: {}, getContext: () => ({}) };
  for (const [width, height] of [
    [390, 0],
    [0, 1],
    [-3, 40],
  ]) {
    new Surface(canvas).fit(width, height, 1);
    assert.deepEqual(
      [canvas.width, canvas.height],
      [width, height].map((length) => Math.max(1, length)),
    );
  }
});

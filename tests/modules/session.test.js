// What is kept of a drawing while the page is reloaded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "../../lenet/page/static/pad/code.js";
import { restoreDrawing } from "../../lenet/page/static/pad/session.js";
import { VARIANTS } from "./figures.js";

/** What is loaded onto a blank pad, with this in the browser's session storage. */
async function restored(kept) {
  const loaded = [];
  const pad = {
    blank: true,
    version: 0,
    load: (strokes) => loaded.push(strokes),
    loadImage: (image) => loaded.push(image),
  };
  globalThis.sessionStorage = { getItem: () => kept };
  await restoreDrawing(pad, { description: VARIANTS.textbook });
  return loaded;
}

test("a drawing is loaded again", async () => {
  const strokes = [
    {
      width: 20,
      points: [
        [10, 20],
        [30, 45.5],
      ],
    },
  ];
  assert.deepEqual(await restored(JSON.stringify({ strokes: encode(strokes) })), [strokes]);
  assert.deepEqual(await restored(null), []);
});

test("what something else has kept is no drawing", async () => {
  for (const kept of [
    "{",
    "null",
    "7",
    '[{"width": 20, "points": []}]',
    '{"strokes": 7}',
    '{"strokes": "FAAA"}',
    '{"image": "B", "picture": "https://elsewhere.example/"}',
    '{"image": 7, "picture": 7}',
  ]) {
    assert.deepEqual(await restored(kept), [], kept);
  }
});

// What is kept of a drawing while the page is reloaded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "../../lenet/page/static/pad/code.js";
import { restoreDrawing } from "../../lenet/page/static/pad/session.js";
import { VARIANTS } from "./figures.js";

/** What is loaded onto a blank pad, with this in the browser's session storage. */
async function restored(kept, search = "", name = "lenet-drawing") {
  const loaded = [];
  const pad = {
    blank: true,
    version: 0,
    load: (strokes) => loaded.push(strokes),
    loadImage: (image) => loaded.push(image),
  };
  globalThis.location = { search };
  globalThis.sessionStorage = { getItem: (key) => (key === name ? kept : null) };
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
  assert.deepEqual(await restored(JSON.stringify({ strokes: encode(strokes) }), "?utm_source=a"), [strokes]);
});

test("frames of one page do not get the drawings of others", async () => {
  const kept = JSON.stringify({ strokes: encode([{ width: 20, points: [[10, 20]] }]) });
  assert.equal((await restored(kept, "?embed=kernel")).length, 0);
  assert.equal((await restored(kept, "?embed=kernel", "lenet-drawing?embed=kernel")).length, 1);
  assert.equal((await restored(kept, "?embed=curve", "lenet-drawing?embed=kernel")).length, 0);
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

// Changes of a drawing: their sliders, where the answer changes, and that reading changes nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { breakingPoint, readChange } from "../../lenet/page/static/explore/breaking.js";
import { POSITIONS, positionOf, TRANSFORMS, valueAt } from "../../lenet/page/static/explore/transforms.js";
import { arrays, readerOf } from "./figures.js";

test("each slider goes from one end to the other, through its start", () => {
  for (const [name, { from, to, start }] of Object.entries(TRANSFORMS)) {
    assert.deepEqual([valueAt(name, 0), valueAt(name, POSITIONS - 1)], [from, to]);
    assert.equal(valueAt(name, positionOf(name, start)), start, name);
    for (let i = 0; i < POSITIONS; i++) assert.equal(positionOf(name, valueAt(name, i)), i, name);
  }
});

test("transformations are those of the plane", () => {
  const move = (name, value, [x, y]) => {
    const [a, b, c, d, e, f] = TRANSFORMS[name].matrix(value);
    return [a * x + c * y + e, b * x + d * y + f].map((at) => Number(at.toFixed(6)) + 0);
  };
  assert.deepEqual(move("rotation", 90, [1, 0]), [0, 1]); // clockwise: y goes down
  assert.deepEqual(move("scale", 0.5, [4, 2]), [2, 1]);
  assert.deepEqual(move("squeeze", 0.5, [4, 2]), [2, 2]);
  assert.deepEqual(move("slant", 45, [0, 1]), [-1, 1]);
  assert.deepEqual(move("shift", 30, [1, 2]), [31, 2]);
});

test("where the answer changes, in words", () => {
  const answers = Array(POSITIONS).fill("3");
  assert.equal(breakingPoint({ answers, name: "rotation" }), "Read as 3 over the whole range.");
  answers.fill("", 0, 10).fill("8", 51);
  assert.equal(
    breakingPoint({ answers, name: "rotation" }),
    "Read as 3 from \u221260\u00b0 to +60\u00b0; at \u221263\u00b0 it is rejected, at +63\u00b0 it is read as 8.",
  );
  answers[30] = "";
  assert.equal(breakingPoint({ answers, name: "rotation" }), "The unchanged drawing is rejected.");
  assert.equal(
    breakingPoint({ answers: Array(POSITIONS).fill("42"), name: "scale" }),
    "Read as 42 over the whole range. The curve is of the whole drawing, read as a single digit.",
  );
});

test("reading changes neither the pad nor the reader, and says the same twice", () => {
  const reader = Object.freeze(readerOf("textbook"));
  const [, , , opacity] = arrays("drawings.safetensors").opacity;
  const pad = Object.freeze({ side: 280, strokes: Object.freeze([]), opacity: () => opacity, penDown: false });
  const change = Object.freeze({ name: "rotation", value: 0, preprocessed: true });
  const reading = readChange(reader, pad, change);
  assert.deepEqual(reading, { ...reader.read(opacity, 280, 280), opacity });
  assert.deepEqual(readChange(reader, pad, change), reading);
  // The strokes of an image are not known, so that it is read as it is.
  const image = { ink: reading.outputs.input, placement: null, cropped: null };
  const width = { ...change, name: "width", value: 2 };
  assert.deepEqual(readChange(reader, { ...pad, image }, width), { ...reader.readInk(image.ink), placement: null });
});

// From the opacity of a drawing to the answer, and the parts of the preprocessing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { boundingBox, crop } from "../../lenet/page/static/network/image.js";
import { preprocess } from "../../lenet/page/static/network/preprocess.js";
import { resize } from "../../lenet/page/static/network/resize.js";
import { likeliestNumbers } from "../../lenet/page/static/network/row.js";
import { readSafetensors } from "../../lenet/page/static/network/safetensors.js";
import { arrays, bytes, difference, json, readerOf, VARIANTS } from "./figures.js";

const drawings = arrays("drawings.safetensors");
const answers = json("answers.json");
const reader = readerOf("textbook");
const readings = drawings.opacity.map((opacity) => reader.read(opacity, 280, 280));

test("drawings are preprocessed as on the server", () => {
  drawings.opacity.forEach((opacity, i) => {
    const { ink } = preprocess(opacity, 280, 280, VARIANTS.textbook.preprocessing);
    assert.ok(difference(ink, drawings.input[i]) < 1 / 255, `${i}`);
  });
});

test("drawings and rows of digits are read as by PyTorch", () => {
  readings.forEach(({ reason, number, digits, probabilities, top }, i) => {
    const expected = answers[i];
    assert.deepEqual([reason, number], [expected.reason, expected.number], `${i}`);
    assert.ok(difference(probabilities, drawings.probabilities[i]) < 1e-3, `${i}`);
    if (reason !== "blank")
      assert.deepEqual(
        top.map(([digit]) => digit),
        expected.top,
      );
    for (const [j, [digit, p]] of (expected.digits ?? []).entries()) {
      assert.equal(digits[j][0], digit);
      assert.ok(Math.abs(digits[j][1] - p) < 1e-3);
    }
  });
  const counted = (test) => answers.filter(test).length;
  assert.ok(counted(({ number }) => number !== null) > 20);
  assert.ok(counted(({ reason }) => reason === null) > 30);
  const reasons = new Set(answers.map(({ reason }) => reason));
  assert.deepEqual([...reasons].sort(), ["blank", "not a digit", "several digits", "too little ink", null].sort());
});

test("of several digits, each part is what the network reads, where it is on the pad", () => {
  for (const { number, digits, parts, numbers } of readings.filter(({ number }) => number)) {
    assert.equal(parts.length, number.length);
    assert.equal(numbers[0][0], number);
    assert.ok(Math.abs(numbers[0][1] - digits.reduce((product, [, p]) => product * p, 1)) < 1e-12);
    let left = -1;
    for (const [i, part] of parts.entries()) {
      const alone = reader.readInk(part.ink);
      assert.equal(alone.top[0][0], digits[i][0]);
      const { from } = part.placement;
      assert.ok(from.left > left && from.left + from.width <= 280 && from.top + from.height <= 280);
      left = from.left;
    }
  }
});

test("the layers can be those of one of several digits, while the answer is the number", () => {
  const row = readings.find(({ number }) => number?.length === 3);
  for (const [wanted, part] of [0, 1, 2, 2].entries()) {
    const shown = reader.showPart(row, wanted);
    assert.deepEqual([shown.number, shown.digits, shown.numbers], [row.number, row.digits, row.numbers]);
    assert.equal(shown.part, part);
    assert.equal(shown.top[0][0], Number(row.number[part]));
    assert.deepEqual(shown.outputs.input, row.parts[part].ink);
    assert.deepEqual(shown.placement, row.parts[part].placement);
  }
  const single = readings.find(({ digit }) => digit !== null);
  assert.equal(reader.showPart(single, 1), single);
});

test("the likeliest numbers are those with the largest products", () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const ten = () => Array.from({ length: 10 }, random);
  for (let round = 0; round < 20; round++) {
    const all = [ten(), ten(), ten()];
    const products = Array.from({ length: 1000 }, (_, i) => {
      const number = String(i).padStart(3, "0");
      return [number, [...number].reduce((product, digit, j) => product * all[j][digit], 1)];
    });
    const expected = products.sort(([, a], [, b]) => b - a).slice(0, 3);
    assert.deepEqual(likeliestNumbers(all), expected);
  }
});

test("images are scaled as by Pillow", () => {
  const { tensors } = readSafetensors(bytes("scaled.safetensors"));
  for (let i = 0; `${i}.from` in tensors; i++) {
    const [from, to] = [tensors[`${i}.from`], tensors[`${i}.to`]];
    const [height, width] = from.shape;
    const { data } = resize({ data: from.data, width, height }, to.shape[1], to.shape[0]);
    assert.ok(difference(data, to.data) < 1e-6, `${i}`);
  }
});

test("boxes and what is inside of them", () => {
  const data = Float32Array.of(0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 0, 0);
  const image = { data, width: 4, height: 3 };
  assert.deepEqual(boundingBox(image, 0), { top: 1, left: 1, bottom: 3, right: 3 });
  assert.deepEqual(boundingBox(image, 1), { top: 1, left: 1, bottom: 3, right: 3 });
  assert.deepEqual(boundingBox(image, 2), { top: 2, left: 1, bottom: 3, right: 2 });
  assert.deepEqual(boundingBox(image, 0, 2, 4), { top: 1, left: 2, bottom: 2, right: 3 });
  assert.equal(boundingBox(image, 3), null);
  const part = crop(image, { top: 1, left: 2, bottom: 3, right: 6 });
  assert.deepEqual(part, { data: Float32Array.of(2, 0, 0, 0, 0, 0, 0, 0), width: 4, height: 2 });
});

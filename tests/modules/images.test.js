// Images: each step of the preprocessing, beside Python's, and what is read in the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { grayAndOpacity } from "../../lenet/page/static/network/decode.js";
import { findInk } from "../../lenet/page/static/network/ink.js";
import { preprocessDecoded, preprocessImage } from "../../lenet/page/static/network/preprocess.js";
import { readSafetensors } from "../../lenet/page/static/network/safetensors.js";
import { decodeImage, encodeImage, rounded } from "../../lenet/page/static/pad/image_code.js";
import { bytes, difference, json, readerOf } from "./figures.js";

const STRIP = 10; // rows
const ROUNDING = 2.001 / 255; // Pillow reduces with bytes; 0.001 for 32-bit floats
const reader = readerOf("textbook");
const { preprocessing } = reader.description;
const answers = json("images.json");
const { tensors } = readSafetensors(bytes("images.safetensors"));

/** An image, a few rows at a time. */
function pixelsOf(name) {
  const { shape, data } = tensors[`${name}.pixels`];
  const [height, width] = shape;
  const count = STRIP * 4 * width;
  function* strips() {
    for (let start = 0; start < data.length; start += count) yield data.slice(start, start + count);
  }
  return { strips, width, height };
}

function answerOf({ reason, number, top }) {
  return { reason, number, top: top.map(([digit]) => digit) };
}

/** That a step has made the same, `most` apart at most. */
function isLike(found, name, step, most) {
  const { shape, data } = tensors[`${name}.${step}`] ?? { shape: [0, 0], data: [] };
  assert.deepEqual(found ? [found.height, found.width] : [0, 0], shape, step);
  if (found) assert.ok(difference(found.data, data) <= most, `${step}: ${difference(found.data, data)}`);
}

for (const [name, { opaque, ...answer }] of Object.entries(answers)) {
  const { gray, opacity } = grayAndOpacity(pixelsOf(name), preprocessing);
  const preprocessed = preprocessDecoded({ gray, opacity }, preprocessing);

  test(`${name}: every step is Python's`, () => {
    isLike(gray, name, "gray", ROUNDING);
    assert.equal(opacity === null, opaque);
    if (opaque) isLike(findInk(gray, preprocessing.paper, preprocessing.photo), name, "ink", 0.02);
    const { ink, placement, cropped } = preprocessed;
    isLike(cropped, name, "cropped", 0.02);
    isLike({ data: ink, width: 32, height: 32 }, name, "input", 2 / 255);
    assert.deepEqual(answerOf(reader.readPreprocessed({ ink, placement, cropped })), answer);
  });

  test(`${name}: a link of bearable length has the same answer`, () => {
    const image = { ...preprocessed, ink: rounded(preprocessed.ink) };
    const text = encodeImage(image, reader);
    assert.ok(text.length < 1_800, String(text.length));
    const [read, shown] = [decodeImage(text, preprocessing), image].map((made) => reader.readPreprocessed(made));
    assert.equal(read.number, answer.number);
    if (answer.number) return; // of which the link has fewer pixels
    assert.equal(shown.reason, answer.reason);
    assert.deepEqual(answerOf(read), answerOf(shown));
    assert.deepEqual(read.probabilities, shown.probabilities);
  });
}

test("an image goes all the way from its pixels", () => {
  for (const name of ["drawing", "sticker", "two colors on nothing"]) {
    const decoded = grayAndOpacity(pixelsOf(name), preprocessing);
    assert.deepEqual(preprocessImage(pixelsOf(name), preprocessing), preprocessDecoded(decoded, preprocessing), name);
  }
});

test("a digit of the test is one in a link, too", () => {
  const ink = rounded(tensors["drawing.input"].data);
  const text = encodeImage({ ink, placement: null, cropped: null, test: true }, reader);
  assert.deepEqual(decodeImage(text, preprocessing), { ink, placement: null, cropped: null, test: true });
});

test("a text that is no image is null", () => {
  const texts = [
    "",
    "!",
    "A",
    "AAA",
    "DAACC",
    "AAACB",
    "AAACCABAA",
    "AAACCAD",
    "AAACCAAB",
    "Agggg",
    "CAA__________",
    "CAACCAE",
  ];
  for (const text of texts) assert.equal(decodeImage(text, preprocessing), null, text);
  assert.equal(decodeImage("AAACCAE", preprocessing).ink.length, 32 * 32);
});

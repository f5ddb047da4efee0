// Teaching: steps beside PyTorch's, files of weights, and what is kept in the session.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Changes } from "../../lenet/page/static/explore/changes.js";
import { decodeChanged, encodeChanged, UnusableWeights, withLesson } from "../../lenet/page/static/explore/lessons.js";
import { kept, lossCurve } from "../../lenet/page/static/explore/progress.js";
import { likelyLabel } from "../../lenet/page/static/explore/teaching.js";
import { readSafetensors, writeSafetensors } from "../../lenet/page/static/network/safetensors.js";
import { descend, isLearned, meanLoss, ratesOf, replayed } from "../../lenet/page/static/network/teaching.js";
import { readWeights, writeWeights } from "../../lenet/page/static/network/weights.js";
import { arrays, difference, FOLDER, json, readerOf, relativeNorm, VARIANTS } from "./figures.js";

const { input } = arrays("textbook.gradients");
const lessons = [3, 1, 4, 1].map((label, i) => ({ ink: input[4 + 4 * i], label }));
const taught = (reader, steps, rate) => {
  for (let i = 0; i < steps; i++) reader = descend(reader, lessons, rate).reader;
  return reader;
};
const copy = ({ tensors }) => structuredClone(tensors);

for (const variant of Object.keys(VARIANTS)) {
  test(`${variant}: a network taught for five steps is PyTorch's, and the one before stays as it was`, () => {
    const before = readerOf(variant);
    const old = copy(before);
    const after = taught(before, 5, 0.01 / lessons.length); // the figures are of the mean of the losses
    const expected = arrays(`${variant}.steps`);
    for (const [name, { data }] of Object.entries(after.tensors)) {
      const from = old[name].data;
      const wanted = expected[`SGD.${name}`][0].map((weight, i) => weight - from[i]);
      const found = data.map((weight, i) => weight - from[i]);
      assert.ok(relativeNorm(found, wanted) < 1e-3, `${name}: ${relativeNorm(found, wanted)}`);
    }
    assert.deepEqual(before.tensors, old); // bit for bit, so that undoing is going back to it
  });

  test(`${variant}: the weights of a taught network as a file`, () => {
    const reader = taught(readerOf(variant), 3, 0.0001);
    const file = writeWeights(reader);
    const again = readWeights(file, readerOf(variant));
    assert.deepEqual(
      copy(again),
      Object.fromEntries(Object.entries(copy(reader)).map(([name, t]) => [name, { ...t, dtype: "F32" }])),
    );
    assert.deepEqual(again.description, reader.description);
    writeFileSync(join(FOLDER, `${variant}-taught.safetensors`), new Uint8Array(file)); // which `test_modules.py` loads
    const scores = lessons.map(({ ink }) => [...reader.readInk(ink).outputs.output]);
    writeFileSync(join(FOLDER, `${variant}-taught.json`), JSON.stringify(scores));
  });
}

test("distances, whose gradients are steep, have learning rates of their own", () => {
  const third = Object.keys(VARIANTS).map((variant) => [variant, ratesOf(readerOf(variant).network)[2]]);
  assert.deepEqual(Object.fromEntries(third), { original: 0.0001, textbook: 0.001, tutorial: 0.001 });
});

test("taught digits are read right, after a few steps", () => {
  const reader = readerOf("textbook");
  const before = reader.readInk(lessons[0].ink).digit;
  const lesson = [{ ink: lessons[0].ink, label: (before + 1) % 10 }];
  let now = reader;
  let steps = 0;
  for (; steps < 40 && !isLearned(now.network, lesson); steps++) now = descend(now, lesson, 0.001).reader;
  assert.ok(steps > 0 && steps < 40, `${steps}`);
  assert.equal(now.readInk(lesson[0].ink).digit, lesson[0].label);
  assert.ok(meanLoss(now.network, lesson) < meanLoss(reader.network, lesson));
  assert.deepEqual(descend(reader, lesson, 0.001).losses, [meanLoss(reader.network, lesson)]);
});

test("each step has other old digits, in turn", () => {
  const digits = { length: 5, ink: (i) => input[i], labels: Uint8Array.of(5, 6, 7, 8, 9) };
  const labels = (step) => replayed(digits, step, 3).map(({ label }) => label);
  assert.deepEqual(
    [labels(0), labels(1), labels(2)],
    [
      [5, 6, 7],
      [8, 9, 5],
      [6, 7, 8],
    ],
  );
  assert.equal(replayed(digits, 1, 1)[0].ink, input[1]);
});

test("a drawing is one lesson, with its latest label", () => {
  const [first, second] = lessons;
  const again = withLesson([first, second], { ink: first.ink.slice(), label: 9 });
  assert.deepEqual(
    again.map(({ label }) => label),
    [second.label, 9],
  );
});

test("what is taught is kept as text, for the same network only", () => {
  const reader = readerOf("tutorial");
  const kept = lessons.map((lesson, i) => ({ ...lesson, code: `d${i}` }));
  const rest = { file: "", losses: [0.5], edits: 2, steps: ["bBA"] };
  const state = { reader: taught(reader, 1, 0.001), lessons: kept, ...rest };
  const text = encodeChanged(state, "one");
  const again = decodeChanged(text, "one", reader);
  const { reader: decoded, ...others } = again;
  assert.deepEqual(others, { lessons: kept, ...rest });
  assert.equal(difference(decoded.tensors["c1.weight"].data, state.reader.tensors["c1.weight"].data), 0);
  assert.throws(() => decodeChanged(text, "two", reader), /another network/);
  const whole = JSON.parse(text);
  const [lesson] = whole.lessons;
  const faults = Object.keys(whole).flatMap((name) => [null, undefined, 7.5, {}].map((value) => ({ [name]: value })));
  const single = [{ steps: [7] }, { steps: ["w!"] }, { steps: ["bBA.bBA"] }, { losses: [null] }, { edits: -1 }];
  const ofLessons = [{ label: 10 }, { label: "1" }, { ink: "" }, { code: 7 }];
  faults.push(...single, ...ofLessons.map((fault) => ({ lessons: [{ ...lesson, ...fault }] })));
  for (const fault of faults) {
    assert.throws(() => decodeChanged(JSON.stringify({ ...whole, ...fault }), "one", reader), JSON.stringify(fault));
  }
  const { data, ...about } = reader.tensors["c1.weight"];
  const large = { ...reader.tensors, "c1.weight": { ...about, data: data.map(() => 1001) } };
  const weights = Buffer.from(writeSafetensors(large, {})).toString("base64");
  const tooLarge = JSON.stringify({ ...whole, weights });
  assert.throws(() => decodeChanged(tooLarge, "one", reader), UnusableWeights);
  const notices = [];
  const store = Object.assign(new EventTarget(), { notify: (notice) => notices.push(notice) });
  globalThis.sessionStorage = { getItem: () => tooLarge, removeItem() {} };
  const changes = new Changes({}, store, {}, reader, {}, "one", () => {});
  changes.restore();
  assert.equal(changes.any, false);
  assert.match(notices.join(), /cannot be loaded again: c1.weight has numbers/);
});

test("files that are no weights of this network are errors that say why", () => {
  const reader = readerOf("textbook");
  const { config } = readSafetensors(writeWeights(reader)).metadata;
  const file = (change, metadata = { config }) => {
    const tensors = { ...reader.tensors };
    change(tensors);
    return writeSafetensors(tensors, metadata);
  };
  const weight = reader.tensors["c1.weight"];
  const faults = [
    [new ArrayBuffer(3), /not a safetensors file/],
    [new ArrayBuffer(3_000_000), /larger than 2 MB/],
    [file((tensors) => delete tensors["f6.bias"]), /f6.bias is missing/],
    [file((tensors) => (tensors.more = weight)), /the network has no more/],
    [file((tensors) => (tensors["c1.weight"] = { ...weight, shape: [6, 25] })), /c1.weight is 6x25, not 6x1x5x5/],
    [
      file((tensors) => (tensors["c1.weight"] = { ...weight, data: weight.data.map(() => NaN) })),
      /c1.weight has numbers/,
    ],
    [
      file((tensors) => (tensors["c1.weight"] = { ...weight, data: weight.data.map(() => 1001) })),
      /c1.weight has numbers/,
    ],
    [writeWeights(readerOf("tutorial")), /another network/],
    [file(() => {}, { config: "{" }), /its metadata are damaged/],
    [file(() => {}, { config: "null" }), /another network/],
    [file(() => {}, { config: config.replace(/"std":[^,]+/, '"std":0') }), /its std/],
    [file(() => {}, { config: config.replace(/"mean":[^,]+/, '"mean":"x"') }), /its mean/],
  ];
  for (const [content, message] of faults) assert.throws(() => readWeights(content, reader), message);
  const { network } = readWeights(
    file(() => {}, {}),
    reader,
  ).description;
  assert.equal(network.temperature, reader.description.network.temperature); // without metadata, that of the page
  assert.ok(json("descriptions.json").textbook.network.temperature === network.temperature);
});

test("weights that no file may have are not written", () => {
  const { description, tensors } = readerOf("textbook");
  for (const value of [1001, -1001, NaN, Infinity]) {
    const data = tensors["f6.bias"].data.slice();
    data[3] = value;
    const grown = { description, tensors: { ...tensors, "f6.bias": { ...tensors["f6.bias"], data } } };
    assert.throws(() => writeWeights(grown), /f6.bias has numbers that are not between -1000 and 1000/);
  }
});

test("the curve of losses and the old digits that are forgotten", () => {
  const { points, last, highest } = lossCurve([4, 2, 0]);
  assert.equal(points, "34.0,10.0 114.0,49.0 194.0,88.0");
  assert.deepEqual(last, [194, 88]);
  assert.equal(highest, 4);
  assert.equal(lossCurve([0.04, 0.03]).highest, 0.1);
  const found = kept([1, 2, 3, 4], [1, 2, 3, 0], [1, 7, 3, 4]);
  assert.deepEqual(found, { before: 3, now: 3, forgotten: [1] });
});

test("at first a drawing is taught as what a visitor will most likely say", () => {
  const read = (digit, probability) => ({
    digit,
    digits: null,
    top: [
      [7, probability],
      [1, 1 - probability],
    ],
  });
  assert.equal(likelyLabel(read(7, 0.99)), 7); // which teaching confirms
  assert.equal(likelyLabel(read(7, 0.6)), 1);
  assert.equal(likelyLabel(read(null, 0.6)), 7); // the rejection is what is wrong
});

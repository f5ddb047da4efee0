// Changes by hand, and the steps of a link, which lead to the same network again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "../../lenet/page/static/explore/replay.js";
import { edited, read, stepsWithOthers, taught, withoutLesson, write } from "../../lenet/page/static/explore/steps.js";
import { EDITS, PRESETS, weightsOf } from "../../lenet/page/static/network/editing.js";
import { Reader } from "../../lenet/page/static/network/reader.js";
import { readWeights, writeWeights } from "../../lenet/page/static/network/weights.js";
import { encodeInput, rounded } from "../../lenet/page/static/pad/image_code.js";
import { arrays, difference, readerOf, VARIANTS } from "./figures.js";

const { input } = arrays("textbook.gradients");
const startOf = (reader) => ({ reader, file: "", losses: [], lessons: [], edits: 0, steps: [] });
const preset = (name) => Object.keys(PRESETS).indexOf(name);
const numberOf = ({ network }, name) => network.layers.findIndex((layer) => layer.name === name);
const lesson = (i, label) => {
  const ink = rounded(input[i]);
  return { ink, label, code: `i${encodeInput(ink)}` };
};

for (const variant of Object.keys(VARIANTS)) {
  test(`${variant}: the weights of a map or unit are those that its values are computed from`, () => {
    const { network } = readerOf(variant);
    for (const layer of network.layers) {
      const parts = weightsOf(layer, 3);
      if (layer.kernels) {
        assert.deepEqual(
          parts.map(({ tensor, from, length }) => layer.tensors[tensor].subarray(from, from + length)),
          layer.kernels(3).map(({ kernel }) => kernel),
        );
      } else {
        const sizes = parts.map(({ length, columns }) => [length, columns]);
        const expected = { f6: [[120, 12]], output: variant === "original" ? [] : [[84, 7]] };
        const none = variant === "original" ? [[1, 1]] : [];
        assert.deepEqual(sizes, expected[layer.name] ?? none, layer.name);
      }
    }
  });

  test(`${variant}: an edit changes what it says, and the network before stays as it was`, () => {
    const base = readerOf(variant);
    const old = structuredClone(base.tensors);
    const c3 = numberOf(base, "c3");
    const changed = EDITS.w(base, base, c3, 0, 7, -12345);
    assert.equal(changed.tensors["c3.weight"].data[7], Math.fround(-1.2345));
    assert.deepEqual(changed.network.layer("c3").tensors.weight, changed.tensors["c3.weight"].data);
    const zero = EDITS.p(changed, base, c3, 0, 0, preset("zero"));
    assert.ok(zero.tensors["c3.weight"].data.subarray(0, 25).every((weight) => weight === 0));
    assert.equal(
      difference(EDITS.p(zero, base, c3, 0, 0, preset("back")).tensors["c3.weight"].data, old["c3.weight"].data),
      0,
    );
    const copy = EDITS.p(base, base, c3, 0, 0, preset("copy"), 1).tensors["c3.weight"].data;
    const [{ from }] = weightsOf(base.network.layer("c3"), 1);
    assert.deepEqual(copy.subarray(0, 25), copy.subarray(from, from + 25));
    const blur = EDITS.p(base, base, c3, 0, 0, preset("blur")).tensors["c3.weight"].data.subarray(0, 25);
    const norm = (values) => Math.hypot(...values);
    assert.ok(Math.abs(norm(blur) - norm(old["c3.weight"].data.subarray(0, 25))) < 1e-5);
    assert.ok(blur[12] > blur[11] && blur[11] > blur[10] && blur[10] > 0);
    const off = EDITS.b(base, base, c3, 0);
    assert.ok(off.tensors["c3.bias"].data.every((bias) => bias === 0));
    assert.deepEqual(EDITS.b(off, base, c3, 1).tensors["c3.bias"].data, old["c3.bias"].data);
    const noisy = EDITS.n(base, base, c3, 30, 5).tensors["c3.weight"].data;
    assert.deepEqual(noisy, EDITS.n(base, base, c3, 30, 5).tensors["c3.weight"].data);
    const { data } = old["c3.weight"];
    const spread = (values) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    assert.ok(Math.abs(spread(noisy.map((weight, i) => weight - data[i])) / spread(data) - 0.3) < 0.03);
    assert.deepEqual(base.tensors, old);
  });

  test(`${variant}: the steps of a link lead to the same weights`, async () => {
    const base = readerOf(variant);
    let state = { ...startOf(base), lessons: [lesson(4, 3)] };
    for (let i = 0; i < 3; i++) state = taught(state, 1, null);
    state = edited(state, base, "w", [0, 0, 12, 5000]);
    state = edited(state, base, "w", [0, 0, 12, -2500]); // which replaces the one before
    state = edited(state, base, "n", [0, 30, 2]);
    state = taught({ ...state, lessons: [...state.lessons, lesson(8, 1)] }, 2, null);
    state = taught(withoutLesson(state, state.lessons[0].code), 2, null);
    state = edited(state, base, "b", [numberOf(base, "c5"), 0]);
    assert.deepEqual(state.steps.map((step) => step[0]).join(""), "itwnitltb");
    const text = state.steps.join(".");
    assert.equal(new URLSearchParams({ w: text }).toString(), `w=${text}`); // nothing is escaped
    const again = await repeat(text, base);
    for (const [name, { data }] of Object.entries(state.reader.tensors)) {
      assert.equal(difference(again.reader.tensors[name].data, data), 0, name);
    }
    assert.deepEqual([again.steps, again.losses], [state.steps, state.losses]);
    assert.equal(again.lessons.length, 1);
  });
}

/** The steps of a text, taken by a network that nothing has been done to. */
function repeat(text, base) {
  const ignore = () => {};
  return replay(text, startOf(base), ignore, new AbortController().signal, null, ignore);
}

test("the losses of a curve are all of the same lessons", () => {
  const t = (...numbers) => write("t", numbers);
  const [first, second] = ["dAA", "dBB"];
  assert.equal(stepsWithOthers([]), 0);
  assert.equal(stepsWithOthers([first, t(0, 3, 1, 6, 1), t(0, 3, 2, 2, 1)]), 0);
  assert.equal(stepsWithOthers([first, t(0, 3, 1, 6, 1), second, t(1, 5, 1, 4, 1), t(0, 3, 1, 1, 1)]), 6);
  assert.equal(stepsWithOthers([first, t(0, 3, 1, 6, 1), t(0, 4, 1, 1, 1)]), 6); // another label
  assert.equal(stepsWithOthers([first, t(0, 3, 1, 6, 1), second, t(1, 5, 1, 4, 1), write("l", [0])]), 10);
});

test("steps of a link that are not valid are errors", async () => {
  const base = readerOf("tutorial");
  const texts = [
    "",
    "w",
    "wA!",
    "wJAAA",
    "wAA_w",
    "wBAAA",
    "pAGAB",
    "pAAAG",
    "tAAAB",
    "iAAA",
    "d",
    "dU",
    "xAA",
    "bBA.",
    "nA__B",
  ];
  for (const text of [...texts, write("t", [0, 1, 1, 5000, 0])]) {
    await assert.rejects(repeat(text, base), /they are|it has/, text);
  }
  assert.deepEqual(read(write("w", [1, 0, 3, -7]))[0].numbers, [1, 0, 3, -7]);
});

test("a replay that is ended takes no more steps, and says no more", async () => {
  const base = readerOf("tutorial");
  const { steps } = taught({ ...startOf(base), lessons: [lesson(4, 3)] }, 1, null);
  const text = [steps[0], write("t", [0, 3, 1, 1000, 0])].join(".");
  const controller = new AbortController();
  const [states, said] = [[], []];
  const use = (state) => {
    states.push(state);
    controller.abort();
  };
  const { signal } = controller;
  await assert.rejects(
    replay(text, startOf(base), use, signal, null, (words) => said.push(words)),
    { name: "AbortError" },
  );
  assert.equal(states.length, 1);
  assert.match(said.join("|"), /^Repeating [^|]+\|$/);
});

test("a lesson that no step was taken with is left out without a step", () => {
  const state = { ...startOf(readerOf("tutorial")), lessons: [lesson(4, 3)] };
  const { lessons, steps } = withoutLesson(state, state.lessons[0].code);
  assert.deepEqual([lessons, steps], [[], []]);
});

/** A state of the network with the weights of the last layer multiplied. */
function strong(base, factor) {
  const { data, ...about } = base.tensors["output.weight"];
  const tensors = { ...base.tensors, "output.weight": { ...about, data: data.map((weight) => factor * weight) } };
  return { ...startOf(new Reader(base.description, tensors)), lessons: [lesson(4, 3)] };
}

test("no step is taken after which the weights are no numbers, or larger than a file may have", () => {
  const base = readerOf("tutorial");
  for (const factor of [1e37, 1e4]) {
    assert.throws(() => taught(strong(base, factor), 1, null), /not be between -1000 and 1000/);
  }
});

test("no edit makes a weight larger than a file may have", () => {
  const base = readerOf("tutorial");
  const c1 = numberOf(base, "c1");
  let large = base;
  for (let at = 0; at < 25; at++) large = EDITS.w(large, base, c1, 0, at, 1e9);
  for (const changed of [EDITS.n(large, base, c1, 1000, 1), EDITS.p(base, large, c1, 0, 0, preset("blur"))]) {
    const { data } = changed.tensors["c1.weight"];
    assert.equal(Math.max(...data.map(Math.abs)), 1000);
    readWeights(writeWeights(changed), base);
  }
});

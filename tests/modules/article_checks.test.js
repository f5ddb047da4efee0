// The checks of the article's exercises: what they find for a drawing is what PyTorch finds, and a wrong guess is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECKS, isRight, slid } from "../../lenet/page/static/article/checks.js";
import { FIGURES } from "../../lenet/page/static/article/figures.js";
import { MOUNTS } from "../../lenet/page/static/article/mounts.js";
import { arrays, json, readerOf, VARIANTS } from "./figures.js";
import { DIGITS } from "./page_digits.js";

const READERS = Object.fromEntries(Object.keys(VARIANTS).map((variant) => [variant, readerOf(variant)]));
const SLOW = ["errors-after", "fewer-errors"]; // with a training
const NEEDS_NO_DRAWING = ["parameters-with", "side-with", "maps-seen", "sees", "confused-with", "columns", ...SLOW];
const IN_A_BROWSER = ["answer-after", "averages-after"]; // which draw strokes
const EXACT = { tolerance: 0, within: 1e-3 };

/** What is asked about a drawing, for one of the networks. */
function asked(variant, more = {}) {
  const reader = READERS[variant];
  return {
    reader,
    reading: reader.readInk(arrays(`${variant}.figures`).ink[0]),
    drawing: { strokes: [] },
    readerOf: async (name = variant) => READERS[name],
    loadDigits: async () => DIGITS,
    confusion: json(`${variant}.checks.json`).confusion,
    train: () => assert.fail("nothing is to be trained"),
    breath: async () => {},
    ...more,
  };
}

/** A guess that is right, and one that is wrong. */
function guesses(check, answer) {
  if (Array.isArray(answer)) return [answer[0], [...Array(10).keys()].find((digit) => !answer.includes(digit))];
  if (typeof answer === "string") return [answer, "nothing"];
  return check === "pixels-to-fool" && answer < 0 ? [41, 3] : [answer, answer + 1];
}

test("answers are PyTorch's, in all three networks; the right guess is right, and another is wrong", async () => {
  for (const variant of Object.keys(VARIANTS)) {
    for (const [check, settings, expected] of json(`${variant}.checks.json`).answers) {
      const what = `${variant} ${check} ${JSON.stringify(settings)}`;
      const found = await CHECKS[check](settings, asked(variant));
      if (check === "kept-after") assert.ok(Math.abs(found - expected) <= 0.4, `${what}: ${found}, ${expected}`);
      else if (typeof expected === "number")
        assert.ok(Math.abs(found - expected) < 1e-3, `${what}: ${found}, ${expected}`);
      else assert.deepEqual(found, expected, what);
      const kind = { string: "choice", number: "number", object: "digit" }[typeof expected];
      const [right, wrong] = guesses(check, found);
      assert.equal(isRight({ check, answer: kind, ...EXACT }, right, found), true, what);
      assert.equal(isRight({ check, answer: kind, ...EXACT }, wrong, found), false, what);
    }
  }
});

test("each check is tried", () => {
  const tried = new Set(json("textbook.checks.json").answers.map(([check]) => check));
  assert.deepEqual(
    Object.keys(CHECKS)
      .filter((check) => !tried.has(check))
      .sort(),
    [...IN_A_BROWSER, "both-ways", ...SLOW].sort(),
  );
});

test("a number may be off by a share of it, or by some", () => {
  const number = (tolerance, within) => ({ check: "ink", answer: "number", tolerance, within });
  assert.deepEqual(
    [80, 120, 121].map((guess) => isRight(number(0.2, 0), guess, 100)),
    [true, true, false],
  );
  assert.deepEqual(
    [-2, 2, 3].map((guess) => isRight(number(0.2, 2), guess, 0)),
    [true, true, false],
  );
});

test("what is about a drawing asks for one", async () => {
  const question = asked("textbook", { reading: null, train: async () => [3, 4] });
  const settings = {
    layer: "c3",
    map: 0,
    kernel: 3,
    digit: 9,
    width: 50,
    times: 1,
    passes: 1,
    place: 1,
    amount: 1,
    shift: 1,
  };
  for (const [check, compute] of Object.entries(CHECKS)) {
    const found = await Promise.resolve()
      .then(() => compute(settings, question))
      .catch(({ message }) => message);
    if (NEEDS_NO_DRAWING.includes(check)) assert.notEqual(found, "Draw a digit first.", check);
    else assert.equal(found, "Draw a digit first.", check);
  }
  await assert.rejects(
    async () => CHECKS["confused-with"]({ digit: 9 }, asked("textbook", { confusion: null })),
    /counted/,
  );
});

test("a training begins as in the explorer, and two differ in the setting that is asked about", async () => {
  for (const [variant, activation, rate] of [
    ["textbook", "tanh", 0.1],
    ["original", "1.7159 tanh(2x/3)", 0.002],
  ]) {
    const train = async (runs, passes) => {
      const [{ settings, description }] = runs;
      assert.deepEqual(settings, { optimizer: "SGD", rate, batch: 8, seed: 1, averaged: true });
      assert.equal(description.activation.name, activation);
      return [passes === 2 ? 4.5 : 6];
    };
    assert.equal(await CHECKS["errors-after"]({ passes: 2 }, asked(variant, { train })), 4.5);
  }
  const settings = { differs: "activation", first: "scaled", second: "relu" };
  for (const [misread, answer] of [
    [[5, 4], "second"],
    [[4, 5], "first"],
    [[4, 4], "equal"],
  ]) {
    const train = async (runs) => {
      assert.deepEqual(
        runs.map(({ description }) => description.activation.name),
        ["1.7159 tanh(2x/3)", "ReLU"],
      );
      assert.deepEqual(runs[0].settings, runs[1].settings);
      return misread;
    };
    assert.equal(await CHECKS["fewer-errors"](settings, asked("textbook", { train })), answer);
  }
});

test("columns of scores are joined to a number", async () => {
  const column = (digit) => Array.from({ length: 10 }, (_, i) => (i === digit ? 0.9 : digit === null ? 0 : 0.01));
  assert.equal(slid([null, 4, 4, null, 4, 2, 2, null].map(column)), "442");
  assert.equal(slid([]), "");
  await assert.rejects(async () => CHECKS["both-ways"]({}, asked("textbook")), /side by side/);
  const { opacity } = arrays("drawings.safetensors");
  const answers = json("answers.json");
  const row = answers.findIndex(({ number }) => number?.length === 2);
  const { reader } = asked("textbook");
  const reading = reader.read(Uint8Array.from(opacity[row]), 280, 280);
  assert.equal(reading.number, answers[row].number);
  assert.match(await CHECKS["both-ways"]({}, asked("textbook", { reading })), /^(same|other)$/);
});

test("figures and checks are those that the sections can name; a figure has one way to be shown", () => {
  const { figures, checks } = json("article.json");
  assert.deepEqual(Object.keys(FIGURES), Object.keys(figures));
  assert.deepEqual(Object.keys(CHECKS).sort(), checks.sort());
  for (const [name, { mode, mount }] of Object.entries(FIGURES)) {
    if (mode) assert.equal(mode, figures[name], name);
    assert.notEqual(Boolean(mount), name in MOUNTS, name);
  }
});

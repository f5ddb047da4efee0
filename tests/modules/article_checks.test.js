// The checks of the article's exercises: what they find for a drawing is what PyTorch finds, and a wrong guess is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECKS, isRight, partsOf, slid } from "../../lenet/page/static/article/checks.js";
import { FIGURES } from "../../lenet/page/static/article/figures.js";
import { MOUNTS } from "../../lenet/page/static/article/mounts.js";
import { attackTowards } from "../../lenet/page/static/network/attack.js";
import { arrays, json, readerOf, VARIANTS } from "./figures.js";
import { DIGITS } from "./page_digits.js";

const READERS = Object.fromEntries(Object.keys(VARIANTS).map((variant) => [variant, readerOf(variant)]));
const SLOW = ["errors-after", "fewer-errors"]; // with a training
const IN_A_BROWSER = ["answer-after", "averages-after"]; // which draw strokes
const EXACT = { tolerance: 0, within: 1e-3 };

/** What is asked about a drawing, for one of the networks. */
function asked(variant, more = {}) {
  const reader = READERS[variant];
  return {
    reader,
    reading: reader.readInk(arrays(`${variant}.figures`).ink[0]),
    drawing: { strokes: [] },
    meant: "A",
    remark: "",
    readerOf: async (name = variant) => READERS[name],
    loadDigits: async () => DIGITS,
    confusion: json(`${variant}.checks.json`).confusion,
    train: () => assert.fail("nothing is to be trained"),
    breath: async () => {},
    ...more,
  };
}

/** A guess that is right, and one that is wrong. */
function guesses(answer) {
  if (Array.isArray(answer)) return [answer[0], [...Array(10).keys()].find((digit) => !answer.includes(digit))];
  if (typeof answer === "string") return [answer, "nothing"];
  return [answer, answer + 1];
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
      const [right, wrong] = guesses(found);
      assert.equal(isRight({ answer: kind, ...EXACT }, right, found), true, what);
      assert.equal(isRight({ answer: kind, ...EXACT }, wrong, found), false, what);
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
  const number = (tolerance, within) => ({ answer: "number", tolerance, within });
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
  const { checks } = json("article.json"); // whether they are of the drawing
  for (const [check, compute] of Object.entries(CHECKS)) {
    const found = await Promise.resolve()
      .then(() => compute(settings, question))
      .catch(({ message }) => message);
    if (!checks[check]) assert.notEqual(found, "Draw a digit first.", check);
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
  const bothWays = async (more) => CHECKS["both-ways"]({ digits: 2 }, asked("textbook", more));
  await assert.rejects(bothWays({ meant: "42" }), /does not see several digits/);
  const unsure = { ...asked("textbook").reading, digit: null, number: null, reason: "several digits" };
  await assert.rejects(bothWays({ reading: unsure, meant: "42" }), /sees several digits, but is not sure which/);
  const { opacity } = arrays("drawings.safetensors");
  const answers = json("answers.json");
  const row = answers.findIndex(({ number }) => number?.length === 2);
  const { reader } = asked("textbook");
  const reading = reader.read(Uint8Array.from(opacity[row]), 280, 280);
  assert.equal(reading.number, answers[row].number);
  for (const meant of ["", "A", "123"]) await assert.rejects(bothWays({ reading, meant }), /of 2 digits/);
  const { number, cropped } = reading;
  const isApart = partsOf(cropped) >= 2;
  const found = bothWays({ reading, meant: number });
  if (isApart) await assert.rejects(found, /touch/);
  const drop = { ...cropped, data: Float32Array.from(cropped.data, (value, i) => (i < cropped.width ? 1 : value)) };
  assert.match(await bothWays({ reading: { ...reading, cropped: drop }, meant: number }), /^(same|other)$/);
});

test("parts of the ink are counted, of which touching digits have fewer", () => {
  const ink = (row) => ({
    data: Float32Array.from(`${row}${"0".repeat(row.length)}`, Number),
    width: row.length,
    height: 2,
  });
  assert.deepEqual(
    ["101", "111", "0110", "000"].map((row) => partsOf(ink(row))),
    [2, 1, 1, 0],
  );
});

test("a digit is refused where something else is to be drawn; what is said of it is repeated", async () => {
  await assert.rejects(
    async () => CHECKS.answers({}, asked("textbook", { meant: "7" })),
    /drawings that are not digits/,
  );
  const question = asked("textbook");
  assert.equal(await CHECKS.answers({}, question), "digit");
  assert.match(question.remark, /A.*reads \d/);
});

test("as many pixels as the figure then needs make another digit", async () => {
  const question = asked("textbook");
  const count = await CHECKS["pixels-to-fool"]({}, question);
  const shown = attackTowards(question.reader, question.reading.outputs.input, "pixels", null);
  assert.equal(count, shown.answered);
  assert.ok(question.remark.includes(String(shown.digit)));
});

test("figures and checks are those that the sections can name; a figure has one way to be shown", () => {
  const { figures, checks } = json("article.json");
  assert.deepEqual(Object.keys(FIGURES), Object.keys(figures));
  assert.deepEqual(Object.keys(CHECKS).sort(), Object.keys(checks).sort());
  for (const [name, { mode, mount }] of Object.entries(FIGURES)) {
    if (mode) assert.equal(mode, figures[name], name);
    assert.notEqual(Boolean(mount), name in MOUNTS, name);
  }
});

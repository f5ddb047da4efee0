// The digits that a changed network still reads: what the worker is asked, and what is shown of its answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OldDigits } from "../../lenet/page/static/explore/old_digits.js";
import { DIGITS } from "./page_digits.js";

/** Old digits of a page, what has been asked of its worker, and how often there was something to show. */
async function page() {
  const asked = [];
  const seen = { shown: 0 };
  const background = { ask: (kind, { labels }, done, network) => asked.push({ kind, labels, done, network }) };
  const reader = { name: "before" };
  const changes = { reader, state: { reader } };
  const show = () => seen.shown++;
  const digits = new OldDigits({}, changes, background, async () => DIGITS, show);
  await digits.load();
  return { asked, seen, changes, digits };
}

/** Answers of which so many are right. */
function answers(labels, right) {
  return { answers: labels.map((label, i) => (i < right ? label : (label + 1) % 10)) };
}

test("a network is asked once, and the one that is not changed is both of them", async () => {
  const { asked, seen, changes, digits } = await page();
  digits.ask();
  assert.equal(digits.result, null);
  assert.deepEqual(
    asked.map(({ kind, labels, network }) => [kind, labels.length, network.name]),
    [["old", 500, "before"]],
  );
  asked[0].done(answers(asked[0].labels, 490));
  assert.deepEqual([digits.result.before, digits.result.now, seen.shown], [490, 490, 1]);
  digits.ask();
  assert.deepEqual([asked.length, seen.shown], [1, 2]);

  changes.state = { reader: { name: "after" } };
  digits.ask();
  assert.deepEqual([asked.length, asked[1].kind, asked[1].network.name], [2, "taught", "after"]);
  assert.equal(digits.result.now, 490); // until there is an answer
  asked[1].done(answers(asked[1].labels, 480));
  const { before, now, forgotten } = digits.result;
  assert.deepEqual([before, now, forgotten.length, forgotten[0]], [490, 480, 10, 480]);

  const after = changes.state;
  changes.state = { reader: changes.reader }; // undone
  digits.ask();
  assert.deepEqual([digits.result.now, seen.shown], [490, 4]);
  changes.state = after;
  digits.ask();
  assert.deepEqual([digits.result.now, asked.length], [480, 2]);
});

test("a late answer is of its own network", async () => {
  const { asked, changes, digits } = await page();
  digits.ask();
  changes.state = { reader: { name: "after" } };
  digits.ask();
  changes.state = { reader: changes.reader };
  const [old, taught] = [asked[0], asked.at(-1)];
  old.done(answers(old.labels, 490));
  taught.done(answers(taught.labels, 480));
  assert.deepEqual([digits.result.before, digits.result.now], [490, 490]);
});

// Numbers as readers of the article type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearness, numberIn } from "../../lenet/page/static/article/guess.js";

test("a number may have a comma or a point, thousands, and a percent sign", () => {
  const right = {
    0: ["0", "0,0", "0 %"],
    0.125: ["0.125", "0,125", ".125", ",125", " 0.125 "],
    122304: ["122304", "122,304", "122 304", "122'304", "122,304.0", "122.304,0"],
    1.234: ["1.234"], // a point with nothing after it is one before decimals
    1234.5: ["1,234.5", "1.234,5"],
    1: ["1,0000", "1.", "1%"],
    "-5": ["-5", "\u22125"],
  };
  for (const [value, texts] of Object.entries(right)) {
    for (const text of texts) assert.equal(numberIn(text), Number(value) + 0, text);
  }
  for (const text of [
    "",
    " ",
    "x",
    "1 or 2",
    "12,34,567",
    "1.2.3",
    "1e308",
    "--1",
    "NaN",
    "Infinity",
    "0x10",
    "9".repeat(20),
  ])
    assert.equal(numberIn(text), null, text);
});

test("how near a number has to be is said, in points where it is one of percent", () => {
  const said = (/** @type {number} */ tolerance, /** @type {number} */ within, unit = "") =>
    nearness({ tolerance, within, unit });
  assert.equal(said(0, 0), "");
  assert.equal(said(0.2, 0), "Right within 20 % of the answer.");
  assert.equal(said(0, 15, "%"), "Right within 15 points.");
  assert.equal(said(0.3, 3), "Right within 30 % of the answer, or 3.");
  assert.equal(said(0.1, 0.05), "Right within 10 % of the answer, or 0.05.");
});

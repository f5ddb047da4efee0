// Numbers as readers of the article type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { numberIn } from "../../lenet/page/static/article/guess.js";

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

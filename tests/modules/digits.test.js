// The digits that the page teaches and trains on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { readDigits } from "../../lenet/page/static/network/digits.js";

const FILE = new URL("../../lenet/page/static/digits.safetensors.gz", import.meta.url);

/** The bytes of a file as an ArrayBuffer of their own. */
function bufferOf(bytes) {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

test("the bundled digits, compressed, and as a server sends them that has the browser decompress them", async () => {
  const file = readFileSync(FILE);
  for (const content of [file, gunzipSync(file)]) {
    const { training, test } = await readDigits(bufferOf(content));
    assert.deepEqual([training.length, test.length], [10_000, 1_000]);
    for (let digit = 0; digit < 10; digit++) assert.ok(training.labels.filter((label) => label === digit).length > 850);
    const ink = test.ink(0); // a 7
    assert.equal(test.labels[0], 7);
    assert.equal(ink.length, 32 * 32);
    assert.equal(Math.max(...ink), 1);
    assert.ok(ink.slice(0, 64).every((x) => x === 0));
    const rows = Array.from({ length: 32 }, (_, y) => ink.slice(32 * y, 32 * y + 32).reduce((a, b) => a + b, 0));
    const middle = rows.reduce((sum, row, y) => sum + row * (y + 0.5), 0) / rows.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(middle - 16) < 1); // centered
  }
});

test("another file is refused", async () => {
  await assert.rejects(readDigits(bufferOf(Buffer.from("<html>not found</html>"))));
  await assert.rejects(readDigits(bufferOf(readFileSync(FILE)).slice(0, 1000)));
});

// What is sent to the server; that it accepts a PNG of this form is seen where the page shows "Checked".
import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { grayPng } from "../../lenet/page/static/pad/png.js";

test("a PNG of 8 bits with one channel, of three chunks", async () => {
  const data = Uint8Array.from({ length: 7 * 5 }, (_, i) => 7 * i);
  const png = Buffer.from(await (await grayPng({ data, width: 7, height: 5 })).arrayBuffer());
  assert.equal(png.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  const chunks = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const name = png.subarray(at + 4, at + 8).toString();
    chunks.push([name, png.subarray(at + 8, at + 8 + png.readUInt32BE(at))]);
  }
  assert.deepEqual(
    chunks.map(([name]) => name),
    ["IHDR", "IDAT", "IEND"],
  );
  assert.deepEqual([...chunks[0][1]], [0, 0, 0, 7, 0, 0, 0, 5, 8, 0, 0, 0, 0]);
  const rows = inflateSync(chunks[1][1]);
  for (let y = 0; y < 5; y++)
    assert.deepEqual([...rows.subarray(8 * y, 8 * y + 8)], [0, ...data.slice(7 * y, 7 * y + 7)]);
});

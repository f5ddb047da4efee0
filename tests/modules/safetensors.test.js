// Reading .safetensors, and writing .npz, which `test_modules.py` reads with NumPy.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { npz } from "../../lenet/page/static/explore/npz.js";
import { readSafetensors } from "../../lenet/page/static/network/safetensors.js";
import { bytes, FOLDER } from "./figures.js";

test("single and half precision, bytes, and metadata", () => {
  const { tensors, metadata } = readSafetensors(bytes("kinds.safetensors"));
  assert.deepEqual([...tensors.half.data], [...tensors.single.data]);
  assert.ok(tensors.half.data.length > 200);
  assert.deepEqual([...tensors.bytes.data], [...Array(256).keys()]);
  assert.deepEqual(tensors.bytes.shape, [16, 16]);
  assert.deepEqual(metadata, { steps: "[1, 2]" });
});

/** A file with this header and no numbers. */
function fileWith(header) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + 4);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file.buffer;
}

test("other files are errors", () => {
  const tensor = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  assert.equal(readSafetensors(fileWith({ x: tensor })).tensors.x.data.length, 1);
  assert.throws(() => readSafetensors(fileWith({ x: { ...tensor, dtype: "BF16" } })), /x has dtype BF16/);
  assert.throws(() => readSafetensors(fileWith({ x: { ...tensor, shape: [2] } })), /x has another size/);
});

test("an archive for NumPy", async () => {
  const archive = npz({
    about: { shape: [], data: JSON.stringify({ weights: "größer \u{1d54f}" }).replace(":", ": ") },
    matrix: { shape: [2, 3], data: Float32Array.of(1, 2.5, -3, 4, 5, 6) },
    vector: { shape: [1], data: Float32Array.of(0, 0.5).subarray(1) },
  });
  writeFileSync(join(FOLDER, "saved.npz"), Buffer.from(await archive.arrayBuffer()));
});

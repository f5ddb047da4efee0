// What `test_modules.py` has written for these tests: numbers of PyTorch, NumPy and Pillow.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Reader } from "../../lenet/page/static/network/reader.js";
import { readSafetensors } from "../../lenet/page/static/network/safetensors.js";

export const FOLDER = process.env.FIGURES;

/** The content of a file as an ArrayBuffer. */
export function bytes(name) {
  const content = readFileSync(join(FOLDER, name));
  return content.buffer.slice(content.byteOffset, content.byteOffset + content.length);
}

export function json(name) {
  return JSON.parse(readFileSync(join(FOLDER, name), "utf8"));
}

/** The arrays of a file, each as a list of rows: one for each index of the first axis. */
export function arrays(name) {
  const { tensors } = readSafetensors(bytes(name));
  const rows = ({ shape, data }) => {
    const size = data.length / shape[0];
    return Array.from({ length: shape[0] }, (_, i) => data.subarray(i * size, (i + 1) * size));
  };
  return Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, rows(tensor)]));
}

export const VARIANTS = json("descriptions.json");

/** The reader of a bundled network. */
export function readerOf(variant) {
  return Reader.of(VARIANTS[variant], bytes(`${variant}.safetensors`));
}

/** The largest absolute difference. */
export function difference(found, expected) {
  assert.equal(found.length, expected.length);
  let most = 0;
  for (let i = 0; i < found.length; i++) most = Math.max(most, Math.abs(found[i] - expected[i]));
  return most;
}

/** The norm of the difference, relative to that of what is expected. */
export function relativeNorm(found, expected) {
  const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  return norm(found.map((value, i) => value - expected[i])) / norm(expected);
}

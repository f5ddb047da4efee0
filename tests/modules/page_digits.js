// The digits that the page teaches and trains on.
import { readFileSync } from "node:fs";
import { Digits, readDigits } from "../../lenet/page/static/network/digits.js";

const file = readFileSync(new URL("../../lenet/page/static/digits.safetensors.gz", import.meta.url));

export const DIGITS = await readDigits(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));

/** The first ones. */
export function first({ images, labels }, count) {
  return new Digits(images.subarray(0, (images.length / labels.length) * count), labels.subarray(0, count));
}

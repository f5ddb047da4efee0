// Digits of MNIST to teach and train on, in a file that is loaded when somebody asks for it.
import { readSafetensors } from "./safetensors.js";

export const SIDE = 28; // of MNIST's images
/** @typedef {(say: (text: string) => void) => Promise<{ training: Digits, test: Digits }>} LoadDigits */

const INPUT = 32; // the side of the input, in whose middle they are

/** Images with their labels. */
export class Digits {
  /**
   * @param {Uint8Array} images one after the other
   * @param {Uint8Array} labels
   */
  constructor(images, labels) {
    this.images = images;
    this.labels = labels;
  }

  get length() {
    return this.labels.length;
  }

  /**
   * An image as the network's input: 32x32 numbers in [0, 1].
   *
   * @param {number} i
   */
  ink(i) {
    return inputOf(inkOf(this.images.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2)));
  }
}

/**
 * The ink, in [0, 1], of an image of bytes.
 *
 * @param {ArrayLike<number>} bytes
 */
export function inkOf(bytes) {
  const ink = new Float32Array(bytes.length); // not by "from", which takes twenty times as long
  for (let i = 0; i < ink.length; i++) ink[i] = bytes[i] / 255;
  return ink;
}

/**
 * The network's input for the ink of an image of MNIST.
 *
 * @param {Float32Array} ink
 */
export function inputOf(ink) {
  const input = new Float32Array(INPUT ** 2);
  const margin = (INPUT - SIDE) / 2;
  for (let y = 0; y < SIDE; y++) {
    input.set(ink.subarray(y * SIDE, (y + 1) * SIDE), (y + margin) * INPUT + margin);
  }
  return input;
}

/**
 * The digits of a file that `python -m train page-digits` has written, also if the browser has decompressed it, as some
 * servers ask for. Throws if it is another file.
 *
 * @param {ArrayBuffer} buffer
 */
export async function readDigits(buffer) {
  const [first, second] = new Uint8Array(buffer);
  const isCompressed = first === 0x1f && second === 0x8b;
  const { tensors } = readSafetensors(isCompressed ? await decompressed(buffer) : buffer);
  const part = (/** @type {string} */ name) => {
    const [images, labels] = ["images", "labels"].map((kind) => tensors[`${name}.${kind}`]?.data);
    if (!(images instanceof Uint8Array && labels instanceof Uint8Array)) throw new Error(`${name} is missing`);
    return new Digits(images, labels);
  };
  return { training: part("training"), test: part("test") };
}

/** @param {ArrayBuffer} buffer */
function decompressed(buffer) {
  const stream = new Blob([buffer]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// Digits of MNIST to teach and train on, in a file that is loaded when somebody asks for it.
import { readSafetensors } from "./safetensors.js";

const SIDE = 28; // of MNIST's images
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
    const ink = new Float32Array(INPUT * INPUT);
    const border = (INPUT - SIDE) / 2;
    for (let y = 0, from = i * SIDE * SIDE; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++, from++) ink[(y + border) * INPUT + x + border] = this.images[from] / 255;
    }
    return ink;
  }
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

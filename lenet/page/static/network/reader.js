// The reader in the browser: what `lenet.Recognizer` does, from the pad's ink or from a preprocessed image.
import { Network } from "./network.js";
import { preprocess } from "./preprocess.js";
import { rejectionReason } from "./rejection.js";
import { likeliestNumbers, readRow } from "./row.js";
import { readSafetensors } from "./safetensors.js";

/** @type {Set<string | null>} */
const ROWS = new Set(["several digits", "not a digit"]); // reasons for which a drawing may be a row of digits

export class Reader {
  /** @type {Reading | null} */
  #blank = null;

  /**
   * `description` as made by `lenet.page.browser`, `tensors` those of model.safetensors.
   *
   * @param {ReaderDescription} description
   * @param {Tensors} tensors
   */
  constructor(description, tensors) {
    this.description = description;
    this.tensors = tensors;
    this.network = new Network(description.network, tensors);
  }

  /** The reading of blank paper, computed when it is needed: not every reader shows its layers. */
  get blank() {
    this.#blank ??= this.readInk(new Float32Array(this.description.preprocessing.side ** 2));
    return this.#blank;
  }

  /**
   * A reader with the content of model.safetensors, an ArrayBuffer.
   *
   * @param {ReaderDescription} description
   * @param {ArrayBuffer} weights
   */
  static of(description, weights) {
    return new Reader(description, readSafetensors(weights).tensors);
  }

  /**
   * The reading of a drawing: its opacity, 0 to 255, row by row. It has the `placement` of the digit, too, and `digits`
   * and `number`: those of several digits side by side if they can be read, [[digit, probability], ...] and "37", with
   * the `parts` that were read, the likeliest `numbers` and the `cropped` ink. Without `rows` they are not looked for, which takes several passes.
   *
   * @param {Uint8Array} opacity
   * @param {number} width
   * @param {number} height
   * @param {{ rows?: boolean }} options
   * @returns {Reading}
   */
  read(opacity, width, height, options = {}) {
    return this.readPreprocessed(preprocess(opacity, width, height, this.description.preprocessing), options);
  }

  /**
   * The same for what the preprocessing has made of a drawing or an image.
   *
   * @param {Preprocessed} preprocessed
   * @param {{ rows?: boolean }} options
   * @returns {Reading}
   */
  readPreprocessed({ ink, placement, cropped }, { rows = true } = {}) {
    const reading = { ...this.readInk(ink), placement };
    if (!rows || !cropped || !ROWS.has(reading.reason)) return reading;
    const parts = readRow(this.network, cropped, this.description);
    if (!parts) return reading;
    const digits = parts.map(({ likeliest }) => likeliest);
    const numbers = likeliestNumbers(parts.map(({ probabilities }) => probabilities));
    return { ...reading, reason: "several digits", cropped, parts, digits, numbers, number: numbers[0][0] };
  }

  /**
   * The reading of several digits with the layers of one of them, whose number is in `part`, and the digits that are most
   * likely for it; another reading as it is.
   *
   * @param {Reading} reading
   * @param {number} wanted the last one if there are fewer
   * @returns {Reading}
   */
  showPart(reading, wanted) {
    if (!reading.parts) return reading;
    const part = Math.min(wanted, reading.parts.length - 1);
    const { ink, placement } = reading.parts[part];
    const { outputs, before, top } = this.readInk(ink);
    return { ...reading, outputs, before, top, placement, part };
  }

  /**
   * The reading of a preprocessed image: 32x32 numbers in [0, 1]. `muted`: see `Network.forward`.
   *
   * @param {Float32Array} ink
   * @param {Muted} [muted]
   */
  readInk(ink, muted) {
    const { outputs, before } = this.network.forward(ink, muted);
    const probabilities = this.network.probabilities(outputs.output);
    const { preprocessing, rejection } = this.description;
    const rejected = this.network.rejects(outputs.output) ? "not a digit" : null;
    return answer(probabilities, rejectionReason(ink, preprocessing.side, rejection) ?? rejected, { outputs, before });
  }
}

/**
 * A reading: the digit and the top 3 for these probabilities, unless there is a reason to reject the input.
 *
 * @template {Features & Partial<Reading>} T
 * @param {number[]} probabilities
 * @param {string | null} reason
 * @param {T} layers
 * @returns {Reading & T}
 */
export function answer(probabilities, reason, layers) {
  const ranked = probabilities
    .map((p, digit) => /** @type {DigitProbability} */ ([digit, p]))
    .sort(([, a], [, b]) => b - a);
  const top = ranked.slice(0, 3);
  return { digit: reason ? null : top[0][0], reason, probabilities, top, digits: null, number: null, ...layers };
}

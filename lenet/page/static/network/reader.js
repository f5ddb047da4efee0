// The reader in the browser: what `lenet.Recognizer` does, from the pad's ink or from a preprocessed image.
import { Network } from "./network.js";
import { preprocess } from "./preprocess.js";
import { rejectionReason } from "./rejection.js";
import { readRow } from "./row.js";
import { readSafetensors } from "./safetensors.js";

const ROWS = ["several digits", "not a digit"]; // reasons for which a drawing may be a row of digits

export class Reader {
  #blank = null;

  /** `description` as made by `lenet.page.browser`, `tensors` those of model.safetensors. */
  constructor(description, tensors) {
    this.description = description;
    this.network = new Network(description.network, tensors);
  }

  /** The reading of blank paper, computed when it is needed: not every reader shows its layers. */
  get blank() {
    this.#blank ??= this.readInk(new Float32Array(this.description.preprocessing.side ** 2));
    return this.#blank;
  }

  /** A reader with the content of model.safetensors, an ArrayBuffer. */
  static of(description, weights) {
    return new Reader(description, readSafetensors(weights).tensors);
  }

  /**
   * The reading of a drawing: its opacity, 0 to 255, row by row. It has the `placement` of the digit, too, and `digits`
   * and `number`: those of several digits side by side if they can be read, [[digit, probability], ...] and "37", with
   * the `drawing`, the cropped ink. Without `rows` they are not looked for, which takes several passes.
   */
  read(opacity, width, height, { rows = true } = {}) {
    const { ink, placement, drawing } = preprocess(opacity, width, height, this.description.preprocessing);
    const reading = { ...this.readInk(ink), placement };
    if (!rows || !ROWS.includes(reading.reason)) return reading;
    const digits = readRow(this.network, drawing, this.description);
    if (!digits) return reading;
    return { ...reading, reason: "several digits", drawing, digits, number: digits.map(([digit]) => digit).join("") };
  }

  /** The reading of a preprocessed image: 32x32 numbers in [0, 1]. `muted`: see `Network.forward`. */
  readInk(ink, muted) {
    const { outputs, before } = this.network.forward(ink, muted);
    const probabilities = this.network.probabilities(outputs.output);
    const { preprocessing, rejection } = this.description;
    const rejected = this.network.rejects(outputs.output) ? "not a digit" : null;
    return answer(probabilities, rejectionReason(ink, preprocessing.side, rejection) ?? rejected, { outputs, before });
  }
}

/** A reading: the digit and the top 3 for these probabilities, unless there is a reason to reject the input. */
export function answer(probabilities, reason, layers) {
  const top = probabilities
    .map((p, digit) => [digit, p])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3);
  return { digit: reason ? null : top[0][0], reason, probabilities, top, digits: null, number: null, ...layers };
}

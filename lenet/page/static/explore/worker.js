// The worker of explore/background.js. "why": the evidence for one digit against another, and the smallest change of the
// answer. "break": the probabilities over the range of a change of the drawing. "old" and "taught": what digits are read as.
// "fool": changes that make the drawing another digit. "wants": some steps towards what excites a unit most; "responses": how
// much some digits excite each of them.
import { attackTowards } from "../network/attack.js";
import { Digits } from "../network/digits.js";
import { occlude, smallestChange } from "../network/evidence.js";
import { ascend, responses } from "../network/maximize.js";
import { Reader } from "../network/reader.js";
import { sweep } from "./transforms.js";

/** @type {Reader} */
let reader;

/** @type {Record<string, (message: any) => object>} */
const tasks = {
  /** @param {{ ink: Float32Array, first: number, second: number, answer: number, muted: Muted }} message */
  why({ ink, first, second, answer, muted }) {
    const view = { forward: (/** @type {Float32Array} */ image) => reader.network.forward(image, muted) };
    const { evidence, tried } = occlude(view, ink, first, second);
    // The other one of the two. Erasing what speaks for the answer is promising, whichever of them comes first.
    const other = answer === first ? second : first;
    const erased = answer === second ? tried.map((square) => ({ ...square, effect: -square.effect })) : tried;
    const { change, tried: changes } = smallestChange(view, ink, other, erased);
    return { evidence, other, change, changes };
  },
  /** @param {{ drawing: Drawing, name: string, preprocessed: boolean }} message */
  break({ drawing, name, preprocessed }) {
    return sweep(reader, drawing, name, preprocessed);
  },
  /**
   * What old digits are read as, where nothing is rejected; the one before teaching and the one after it are two kinds.
   *
   * @param {{ images: Uint8Array, labels: Uint8Array }} message
   */
  old: answers,
  taught: answers,
  /** @param {{ ink: Float32Array, method: string, chosen: number | null }} message */
  fool: ({ ink, method, chosen }) => attackTowards(reader, ink, method, chosen),
  /** @param {{ unit: Unit, image: Float32Array, first: number, count: number }} message */
  wants({ unit, image, first, count }) {
    const after = ascend(reader.network, unit, image, first, count);
    const { before, digit, top } = reader.readInk(after);
    return { image: after, value: before[unit.layer][reader.network.indexOf(unit)], digit, top };
  },
  /** @param {{ images: Uint8Array, labels: Uint8Array }} message */
  responses: ({ images, labels }) => responses(reader.network, new Digits(images, labels)),
};

/** @param {{ images: Uint8Array, labels: Uint8Array }} digits */
function answers({ images, labels }) {
  const digits = new Digits(images, labels);
  return { answers: Uint8Array.from(labels, (_, i) => reader.readInk(digits.ink(i)).top[0][0]) };
}

self.addEventListener("message", ({ data }) => {
  if (data.network) {
    reader = new Reader(data.network.description, data.network.tensors);
    return;
  }
  const start = performance.now();
  const result = tasks[data.kind](data);
  self.postMessage({ ...result, milliseconds: performance.now() - start });
});

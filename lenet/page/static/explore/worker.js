// The worker of explore/background.js. "why": the evidence for one digit against another, and the smallest change of the
// answer. "break": the probabilities over the range of a change of the drawing.
import { occlude, smallestChange } from "../network/evidence.js";
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
};

self.addEventListener("message", ({ data }) => {
  if (data.description) {
    reader = Reader.of(data.description, data.weights);
    return;
  }
  const start = performance.now();
  const result = tasks[data.kind](data);
  self.postMessage({ ...result, milliseconds: performance.now() - start });
});

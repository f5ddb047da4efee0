// A worker with a network of its own: hundreds of passes that must not make the pen wait. It answers each
// {ink, first, second, answer, muted} with the evidence for `first` against `second`, and with the smallest change of the answer.
import { occlude, smallestChange } from "../network/evidence.js";
import { Network } from "../network/network.js";

let network = null;

self.addEventListener("message", ({ data }) => {
  if (data.description) {
    network = new Network(data.description, data.weights);
    return;
  }
  const { ink, first, second, answer, muted } = data;
  const start = performance.now();
  const view = { forward: (image) => network.forward(image, muted) };
  const { evidence, tried } = occlude(view, ink, first, second);
  // The other one of the two. Erasing what speaks for the answer is promising, whichever of them comes first.
  const other = answer === first ? second : first;
  const erased = answer === second ? tried.map((square) => ({ ...square, effect: -square.effect })) : tried;
  const { change, tried: changes } = smallestChange(view, ink, other, erased);
  self.postMessage({ evidence, other, change, changes, milliseconds: performance.now() - start });
});

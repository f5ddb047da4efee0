// Adversarial examples: small changes of an input, found by the gradient of the loss for a digit, that make the network read
// it as that digit.
import { forwardWithLoss } from "./loss.js";

/**
 * @import { Network } from "./network.js"
 * @import { Reader } from "./reader.js"
 */

export const BUDGETS = 41; // that are tried, from none on: so many hundredths of full ink, or so many pixels
const HUNDREDTHS = 100;
export const STEPS = 10; // of projected gradient descent
const REACH = 2.5; // budgets that all its steps together could go, as in Madry et al., 2018

/**
 * How the loss for a digit changes with the ink of each pixel.
 *
 * @param {Network} network
 * @param {Float32Array} ink
 * @param {number} digit
 */
function inkGradient(network, ink, digit) {
  const { features, gradient } = forwardWithLoss(network, ink, digit);
  return network.backward(features, gradient, { pixels: true }).outputs.input;
}

/**
 * The fast gradient sign method (Goodfellow et al., 2015): each pixel changed by the budget, up or down, whichever lowers
 * the loss for the digit. As everywhere here, ink stays between 0 and 1.
 *
 * @param {Network} network
 * @param {Float32Array} ink
 * @param {number} digit
 * @param {number} budget
 */
export function fastGradientSign(network, ink, digit, budget) {
  return projectedGradient(network, ink, digit, budget, 1, budget);
}

/**
 * Projected gradient descent (Madry et al., 2018), from the input itself: many small steps of the fast gradient sign method,
 * after each of which no pixel is further from the input than the budget.
 *
 * @param {Network} network
 * @param {Float32Array} ink
 * @param {number} digit
 * @param {number} budget
 * @param {number} steps
 * @param {number} size of a step
 */
export function projectedGradient(network, ink, digit, budget, steps = STEPS, size = (REACH * budget) / steps) {
  let changed = ink;
  for (let step = 0; step < steps; step++) {
    const gradient = inkGradient(network, changed, digit);
    changed = changed.map((x, i) => {
      const [low, high] = [Math.max(0, ink[i] - budget), Math.min(1, ink[i] + budget)];
      return Math.min(high, Math.max(low, x - size * Math.sign(gradient[i])));
    });
  }
  return changed;
}

/**
 * Few pixels, as the saliency maps of Papernot et al., 2016, choose them: one after the other, the pixel from which the
 * gradient promises most becomes full ink or none, and stays so. The input with one pixel more changed each time.
 *
 * @param {Network} network
 * @param {Float32Array} ink
 * @param {number} digit
 */
export function* pixelByPixel(network, ink, digit) {
  const changed = ink.slice();
  const isChanged = new Uint8Array(ink.length);
  while (true) {
    const gradient = inkGradient(network, changed, digit);
    const gains = gradient.map((g, i) => (isChanged[i] ? 0 : g * (changed[i] - Number(g < 0))));
    const best = gains.indexOf(Math.max(...gains));
    if (!(gains[best] > 0)) return;
    isChanged[best] = 1;
    changed[best] = Number(gradient[best] < 0);
    yield changed.slice();
  }
}

/**
 * @param {(network: Network, ink: Float32Array, digit: number, budget: number) => Float32Array} attack
 * @returns {Attack}
 */
function withEachBudget(attack) {
  return function* (network, ink, digit) {
    for (let budget = 1; budget < BUDGETS; budget++) yield attack(network, ink, digit, budget / HUNDREDTHS);
  };
}

/** @typedef {(network: Network, ink: Float32Array, digit: number) => Iterable<Float32Array>} Attack for budgets from 1 on */
/** @type {Record<string, Attack>} */
export const ATTACKS = {
  fgsm: withEachBudget(fastGradientSign),
  pgd: withEachBudget(projectedGradient),
  pixels: pixelByPixel,
};

/**
 * What a method makes of an input with each budget, none included: `images`, one after the other, and what the reader makes
 * of them: ten `probabilities` each, and `answers`, "" where it rejects.
 *
 * @param {Reader} reader
 * @param {Float32Array} ink
 * @param {string} method
 * @param {number} digit
 */
export function attackWithEachBudget(reader, ink, method, digit) {
  const images = new Float32Array(BUDGETS * ink.length);
  const probabilities = new Float32Array(BUDGETS * 10);
  /** @type {string[]} */
  const answers = [];
  const add = (/** @type {Float32Array} */ image) => {
    const reading = reader.readInk(image);
    images.set(image, answers.length * ink.length);
    probabilities.set(reading.probabilities, answers.length * 10);
    answers.push(String(reading.digit ?? ""));
  };
  let last = ink;
  add(ink);
  for (const image of ATTACKS[method](reader.network, ink, digit)) {
    add(image);
    last = image;
    if (answers.length === BUDGETS) break;
  }
  while (answers.length < BUDGETS) add(last); // no other pixel would help
  return { images, probabilities, answers };
}

/**
 * The smallest budget with which a digit is the answer, and with which it is the likeliest, whether or not it is rejected; -1
 * if none of those tried is enough.
 *
 * @param {{ answers: string[], probabilities: Float32Array }} attacked
 * @param {number} digit
 */
export function smallestBudgets({ answers, probabilities }, digit) {
  const likeliest = answers.findIndex((_, budget) => {
    const ten = probabilities.subarray(budget * 10, budget * 10 + 10);
    return ten.indexOf(Math.max(...ten)) === digit;
  });
  return { answered: answers.indexOf(String(digit)), likeliest };
}

/**
 * The digit that an input becomes the answer's with the smallest budget, by the cheapest method of its kind, and of several
 * the likeliest; null if no budget that is tried makes it another one.
 *
 * @param {Reader} reader
 * @param {Float32Array} ink
 * @param {string} method
 * @param {number[]} digits beginning with the likeliest
 */
function easiestDigit(reader, ink, method, digits) {
  const attack = ATTACKS[method === "pixels" ? method : "fgsm"];
  const attacks = digits.map((digit) => ({ digit, images: attack(reader.network, ink, digit)[Symbol.iterator]() }));
  for (let budget = 1; budget < BUDGETS; budget++) {
    for (const { digit, images } of attacks) {
      const { done, value } = images.next();
      if (!done && reader.readInk(value).digit === digit) return digit;
    }
  }
  return null;
}

/**
 * What a method makes of an input, towards a digit, or, if that is null, towards the one that it takes least to; with the
 * smallest budgets that do it, and, where none does, a digit to choose `instead`, if there is one.
 *
 * @param {Reader} reader
 * @param {Float32Array} ink
 * @param {string} method
 * @param {number | null} chosen
 */
export function attackTowards(reader, ink, method, chosen) {
  const { probabilities } = reader.readInk(ink);
  const [, ...others] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const easiest = () => easiestDigit(reader, ink, method, others);
  const digit = chosen ?? easiest() ?? others[0];
  const attacked = attackWithEachBudget(reader, ink, method, digit);
  const smallest = smallestBudgets(attacked, digit);
  const instead = smallest.answered < 0 && chosen !== null ? easiest() : null;
  return { ...attacked, ...smallest, digit, instead };
}

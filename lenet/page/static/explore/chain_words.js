// The chain rule in words: from the loss to one weight, a sentence with the numbers of this moment for each step.
import { usesOf, wayTo } from "../network/chain.js";
import { lossOf } from "../network/loss.js";
import { nameOf } from "../show/cells.js";
import { compact, percentage } from "../show/format.js";
import { sumOf } from "./figures.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Link } from "../network/chain.js"
 * @import { Part } from "../network/editing.js"
 */

const TIMES = "\u00d7";

/**
 * The steps from the loss for a digit to a weight of a unit: which unit each is about, and what there is to say.
 *
 * @param {Network} network
 * @param {Features} features
 * @param {Features} gradients
 * @param {number} digit
 * @param {Unit} unit
 * @param {{ part: Part, cell: number, name: string }} weight
 * @returns {{ unit: Unit, words: string }[]}
 */
export function chainOf(network, features, gradients, digit, unit, { part, cell, name }) {
  const scores = features.outputs.output;
  const { loss } = lossOf(scores, digit, network.description.outlier_score);
  const shares = [...gradients.outputs.output].map((g, i) => g + Number(i === digit));
  const way = wayTo(network, features, gradients, unit);
  const first = {
    unit: { layer: "output", map: digit, row: 0, column: 0 },
    words:
      `The loss for ${digit} is ${compact(loss)}. It is minus the logarithm of the share of ${digit}, ` +
      `${percentage(shares[digit])}, that softmax gives it among the ten scores and that of no digit; the answer's percentages leave that out, and ` +
      "divide the scores by a temperature. " +
      "How much does it change with one weight? The answer goes back layer by layer.",
  };
  const steps = way.map((link, i) => ({ unit: link.unit, words: wordsOf(network, link, way[i - 1], digit, shares) }));
  const uses = usesOf(network, features, gradients, unit, part, cell);
  const here = uses[unit.row * Math.round(Math.sqrt(uses.length)) + unit.column];
  const comes = cell < part.length ? `what comes in, ${compact(here.incoming)}, times ` : "1 times ";
  const gradient = compact(sumOf(uses.map(({ product }) => product)));
  const last = {
    unit,
    words:
      `Now the weight (${name}): here its part is ${comes}what flows back, ${compact(here.flowing)}: ${compact(here.product)}. ` +
      (uses.length > 1
        ? `It is used at all ${uses.length} positions of the map; their sum is its gradient, ${gradient}.`
        : `It is used only here, so that is its gradient, ${gradient}.`),
  };
  return [first, ...steps, last];
}

/**
 * @param {Network} network
 * @param {Link} link
 * @param {Link | undefined} after the one nearer to the loss
 * @param {number} digit
 * @param {number[]} shares
 */
function wordsOf(network, { unit, value, out, before, slope, part, others }, after, digit, shares) {
  const name = nameOf(unit);
  if (!part || !after) {
    const less = unit.map === digit ? " less 1, because it is the digit" : "";
    return `${name}: the gradient of the loss for a score is its share, ${percentage(shares[unit.map])}${less}: ${compact(out)}.`;
  }
  const { layer } = part.unit;
  const next = layer === "output" ? `the score of ${part.unit.map}` : nameOf(part.unit);
  const product = `${compact(part.flowing)} ${TIMES} ${compact(part.factor)} = ${compact(part.product)}`;
  const all = layer === "output" ? "scores" : `units of ${layer.toUpperCase()}`;
  const rest = others ? ` With ${others} other ${all} that it feeds, it is ${compact(out)}.` : "";
  const { activated } = network.layer(unit.layer);
  const bend = activated
    ? ` ${network.description.activation.kind === "relu" ? "ReLU" : "tanh"} has the slope ${compact(slope)} at its value, ${compact(value)}: ${compact(before)} goes on.`
    : "";
  return `${name} feeds ${next}, ${FACTORS[network.layer(layer).kind]} ${compact(part.factor)}: ${product} flows back.${rest}${bend}`;
}

/**
 * What a unit's output is multiplied by.
 *
 * @type {Record<Kind, string>}
 */
const FACTORS = {
  convolution: "with the weight",
  "sparse convolution": "with the weight",
  "average pooling": "one of four that are averaged,",
  "max pooling": "by 1 if it is the largest of its four, else by 0, here",
  subsampling: "with the coefficient of the map,",
  "fully connected": "with the weight",
  RBF: "by twice the difference of the bitmap and its value,",
};

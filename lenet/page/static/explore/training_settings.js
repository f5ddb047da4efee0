// What can be set for a training, and how a link has it.
import { OPTIMIZERS } from "../network/optimizers.js";
import { ACTIVATIONS, POOLING, variationOf, varied } from "../network/variations.js";

/** @import { Variation } from "../network/variations.js" */

/**
 * The settings of a run, as texts: each is one of its `CHOICES`.
 *
 * @typedef {{ activation: string, pooling: string, optimizer: string, rate: string, batch: string, weights: string,
 *   seed: string }} Run
 */

/** A run, and a second one that differs in one of its settings: `differs` is its name, or "". */
/** @typedef {{ first: Run, differs: keyof Run | "", other: string }} Chosen */

/** @type {Record<keyof Run, string[]>} */
export const CHOICES = {
  activation: Object.keys(ACTIVATIONS),
  pooling: Object.keys(POOLING),
  optimizer: Object.keys(OPTIMIZERS),
  rate: "0.0002 0.0005 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2 5".split(" "),
  batch: ["1", "4", "8", "16", "32", "64", "128"],
  weights: ["averaged", "latest"],
  seed: Array.from({ length: 10 }, (_, i) => String(i + 1)),
};
const MOST_WORKERS = 8;
const NAMES = /** @type {(keyof Run)[]} */ (Object.keys(CHOICES));

/** What a network has itself, and whether its loss is steep, as that of distances is. */
/** @typedef {Variation & { steep: boolean }} Own */

/**
 * The learning rate that suits each optimizer: with tanh, with ReLU, and where the loss is steep. Found on training digits
 * that were held out.
 */
const RATES = /** @type {Record<string, [string, string, string]>} */ ({
  SGD: ["0.1", "0.05", "0.002"],
  momentum: ["0.01", "0.005", "0.0002"],
  Adam: ["0.002", "0.002", "0.001"],
  Muon: ["0.005", "0.005", "0.002"],
});

/**
 * @param {string} optimizer
 * @param {Own} own
 */
function rateOf(optimizer, { activation, steep }) {
  return RATES[optimizer][steep ? 2 : Number(activation === "relu")];
}

/**
 * @param {NetworkDescription} network
 * @returns {Own}
 */
export function ownOf(network) {
  return { ...variationOf(network), steep: network.layers.some(({ kind }) => kind === "RBF") };
}

/**
 * A run of a network as a training is told of it; `table`: another one for C3, see network/variations.js.
 *
 * @param {NetworkDescription} network
 * @param {Run} run
 * @param {number[][]} [table]
 */
export function begun(network, { activation, pooling, optimizer, rate, batch, weights, seed }, table) {
  return {
    description: varied(network, { activation, pooling, table }),
    settings: {
      optimizer,
      rate: Number(rate),
      batch: Number(batch),
      seed: Number(seed),
      averaged: weights === "averaged",
    },
  };
}

/**
 * A run as it is set at first.
 *
 * @param {Own} own
 * @returns {Run}
 */
export function defaults(own) {
  const { activation, pooling } = own;
  return {
    activation,
    pooling,
    optimizer: "SGD",
    rate: rateOf("SGD", own),
    batch: "8",
    weights: "averaged",
    seed: "1",
  };
}

/**
 * A run with another value of a setting. Each optimizer has a learning rate of its own order of magnitude: with another one
 * comes its rate.
 *
 * @param {Run} run
 * @param {keyof Run} name
 * @param {string} value
 * @param {Own} own
 * @returns {Run}
 */
export function changed(run, name, value, own) {
  return { ...run, [name]: value, ...(name === "optimizer" && { rate: rateOf(value, own) }) };
}

/**
 * The one or two runs that are chosen.
 *
 * @param {Chosen} chosen
 * @param {Own} own
 */
export function runsOf({ first, differs, other }, own) {
  return differs ? [first, changed(first, differs, other, own)] : [first];
}

/**
 * As text: "" if nothing is changed.
 *
 * @param {Chosen} chosen
 * @param {Own} own
 */
export function encode({ first, differs, other }, own) {
  const usual = defaults(own);
  const values = NAMES.filter((name) => first[name] !== usual[name]).map((name) => `${name}.${first[name]}`);
  return [...values, ...(differs ? [`second-${differs}.${other}`] : [])].join();
}

/**
 * What a text says; what it does not, or not validly, is as it is at first.
 *
 * @param {string} text
 * @param {Own} own
 * @returns {Chosen}
 */
export function decode(text, own) {
  /** @type {Chosen} */
  const chosen = { first: defaults(own), differs: "", other: "" };
  for (const part of text.split(",")) {
    const [, second, key, value] = /^(second-)?([a-z]+)\.([\w.]+)$/i.exec(part) ?? [];
    const name = NAMES.find((one) => one === key);
    if (!name || !CHOICES[name].includes(value)) continue;
    if (second) [chosen.differs, chosen.other] = [name, value];
    else chosen.first[name] = value;
  }
  const { first, differs, other } = chosen;
  return differs && first[differs] === other ? { first, differs: "", other: "" } : chosen; // not a second run: the same
}

/**
 * How many workers there are for a number of cores: one is left for the pen, if there are several.
 *
 * @param {number} cores
 */
export function workersFor(cores) {
  return Math.max(1, Math.min(MOST_WORKERS, cores - 1));
}

// Training from random weights: the weights themselves, the order of the digits, and the steps, which several workers can
// share. The gradients of a batch are summed up in chunks, always the same and in the same order, so that the result does
// not depend on how many workers there are.
import { addScaled } from "./backward.js";
import { forwardWithLoss } from "./loss.js";
import { Network } from "./network.js";
import { OPTIMIZERS } from "./optimizers.js";

/** @import { Digits } from "./digits.js" */

const [SHARES, LARGEST_CHUNK] = [4, 4]; // chunks that a small batch has if it can, and digits that one has at most

const TANH_GAIN = 5 / 3; // as in PyTorch's calculate_gain
const AVERAGED = 9; // with which half of the average is of the last 7 % of the steps, whose noise cancels out

/**
 * @typedef {object} TrainingSettings
 * @property {string} optimizer
 * @property {number} rate
 * @property {number} batch
 * @property {number} seed
 * @property {boolean} [averaged] whether the average of the weights over the last steps is what is shown and counted
 */

/** @typedef {{ training: Digits, test: Digits }} Parts */

/**
 * What computes the gradients of chunks of a batch, in this thread or another, and counts the digits of a part of the test
 * that are misread.
 *
 * @typedef {object} Peer
 * @property {(weights: Float32Array, chunks: number[][]) => Promise<ChunkGradients>} compute
 * @property {(weights: Float32Array, from: number, to: number) => Promise<number>} misread
 */

/** @typedef {{ sums: Float32Array[], losses: number[] }} ChunkGradients for each chunk, the sums over its digits */

/** Numbers from 0 to 1, always the same for a seed. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  uniform() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * The numbers from 0 to count - 1 in random order.
   *
   * @param {number} count
   */
  order(count) {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(this.uniform() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/**
 * How many numbers a layer learns, by name, in the order of the file.
 *
 * @param {LayerDescription} layer
 * @param {number} inputs number of its input's maps, or of its input's units
 * @returns {Record<string, number>}
 */
function sizes({ kind, shape, size = 1, table }, inputs) {
  const [maps] = shape;
  switch (kind) {
    case "convolution":
    case "sparse convolution": {
      const kernels = table ? table.flat().length : maps * inputs;
      return { weight: kernels * size ** 2, bias: maps };
    }
    case "subsampling":
      return { coefficient: maps, bias: maps };
    case "fully connected":
      return { weight: maps * inputs, bias: maps };
    default:
      return {};
  }
}

/**
 * Zeros for all that a network of this description learns, by layer and name, and as the one array that they are parts of.
 *
 * @param {NetworkDescription} description
 */
export function emptyWeights(description) {
  const all = new Float32Array(
    Object.values(weightSizes(description))
      .flatMap(Object.values)
      .reduce((a, b) => a + b, 0),
  );
  return { all, learned: partsOf(description, all) };
}

/**
 * What a network of this description learns, by layer and name, as parts of one array.
 *
 * @param {NetworkDescription} description
 * @param {Float32Array} all
 */
export function partsOf(description, all) {
  let from = 0;
  /** @type {Learned} */
  const learned = {};
  for (const [layer, counts] of Object.entries(weightSizes(description))) {
    learned[layer] = {};
    for (const [name, length] of Object.entries(counts)) {
      learned[layer][name] = all.subarray(from, from + length);
      from += length;
    }
  }
  return learned;
}

/** @param {NetworkDescription} description */
function weightSizes({ layers }) {
  let inputs = 1;
  return Object.fromEntries(
    layers.map((layer) => {
      const count = sizes(layer, inputs);
      [inputs] = layer.shape;
      return [layer.name, count];
    }),
  );
}

/**
 * A network whose weights, zeros at first, are parts of one array.
 *
 * @param {NetworkDescription} description
 */
export function flatNetwork(description) {
  const { all } = emptyWeights(description);
  return { network: new Network(description, tensorsOf(description, all)), all };
}

/**
 * One array as the tensors of a file.
 *
 * @param {NetworkDescription} description
 * @param {Float32Array} all
 */
export function tensorsOf(description, all) {
  /** @type {Tensors} */
  const tensors = {};
  for (const [layer, named] of Object.entries(partsOf(description, all))) {
    for (const [name, data] of Object.entries(named)) tensors[`${layer}.${name}`] = { shape: [data.length], data };
  }
  return tensors;
}

/**
 * Random weights, as `train.engine.loop` begins with: normal, and as large as keeps the spread of activations from layer to
 * layer (Xavier), those of a linear output smaller, so that at first all digits are about as likely.
 *
 * @param {Network} network
 * @param {Random} random
 */
export function initialize({ layers }, random) {
  for (const { name, kind, shape, input, tensors } of layers) {
    tensors.bias?.fill(0);
    tensors.coefficient?.fill(0.25); // the average of four
    const { weight } = tensors;
    if (!weight) continue;
    const fanIn = weight.length / shape[0];
    const fanOut = kind === "fully connected" ? shape[0] : weight.length / input.maps;
    const spread = TANH_GAIN * Math.sqrt(2 / (fanIn + fanOut)) * (name === "output" ? 0.3 : 1);
    for (let i = 0; i < weight.length; i++) weight[i] = spread * random.normal();
  }
}

/**
 * Computes in this thread, with a network whose weights are parts of one array.
 *
 * @implements {Peer}
 */
export class Local {
  /**
   * @param {NetworkDescription} description
   * @param {Parts} digits
   */
  constructor(description, { training, test }) {
    this.description = description;
    this.digits = training;
    this.test = test;
    const { network, all } = flatNetwork(description);
    this.network = network;
    this.weights = all;
  }

  /**
   * @param {Float32Array} weights
   * @param {number[][]} chunks
   * @returns {Promise<ChunkGradients>}
   */
  async compute(weights, chunks) {
    if (weights !== this.weights) this.weights.set(weights);
    const sums = chunks.map(() => emptyWeights(this.description));
    const losses = chunks.map((chunk, i) => this.addGradients(chunk, sums[i].learned));
    return { sums: sums.map(({ all }) => all), losses };
  }

  /**
   * @param {Float32Array} weights
   * @param {number} from
   * @param {number} to
   */
  async misread(weights, from, to) {
    if (weights !== this.weights) this.weights.set(weights);
    const { network, test } = this;
    let count = 0;
    for (let i = from; i < to; i++) {
      const { output } = network.forward(test.ink(i)).outputs;
      if (output.indexOf(Math.max(...output)) !== test.labels[i]) count++;
    }
    return count;
  }

  /**
   * Add the gradients of a chunk, and return its loss.
   *
   * @param {number[]} chunk
   * @param {Learned} sums
   */
  addGradients(chunk, sums) {
    const { network, digits } = this;
    let total = 0;
    for (const i of chunk) {
      const { features, loss, gradient } = forwardWithLoss(network, digits.ink(i), digits.labels[i]);
      network.backward(features, gradient, { sums });
      total += loss;
    }
    return total;
  }
}

/**
 * How many digits of a batch are summed up together: few of a small batch, so that several workers can share it, and no
 * fewer than that, since each chunk costs as much as its weights.
 *
 * @param {number} batch
 */
export function chunkOf(batch) {
  return Math.max(1, Math.min(LARGEST_CHUNK, Math.floor(batch / SHARES)));
}

/** A training: each step takes the next digits, in an order that is random but the same for a seed. */
export class Training {
  /** The number of steps so far. */
  steps = 0;
  #random;
  #order = new Uint32Array(0);
  #next = 0;
  #optimize;
  #sums;
  #chunk;

  /**
   * `peers`: who computes besides this thread.
   *
   * @param {NetworkDescription} description
   * @param {TrainingSettings} settings
   * @param {Parts} digits
   * @param {Peer[]} peers
   */
  constructor(description, settings, digits, peers = []) {
    this.settings = settings;
    this.digits = digits.training;
    this.test = digits.test;
    this.own = new Local(description, digits);
    this.network = this.own.network;
    this.weights = this.own.weights;
    this.shown = settings.averaged ? new Local(description, digits) : this.own;
    this.peers = peers;
    this.#random = new Random(settings.seed);
    initialize(this.network, this.#random);
    this.shown.weights.set(this.weights);
    this.#sums = emptyWeights(description);
    this.#chunk = emptyWeights(description);
    this.#optimize = OPTIMIZERS[settings.optimizer](this.network, settings.rate);
  }

  /** How many times each digit has been seen. */
  get passes() {
    return (this.steps * this.settings.batch) / this.digits.length;
  }

  /** Take a step, and return the mean loss of its digits before it. */
  async step() {
    const batch = this.#batch();
    const size = chunkOf(batch.length);
    const chunks = Array.from({ length: Math.ceil(batch.length / size) }, (_, i) =>
      batch.slice(i * size, (i + 1) * size),
    );
    const { all, learned } = this.#sums;
    all.fill(0);
    const found = await this.#share(
      chunks.length,
      (from, to) => this.#addOwn(chunks.slice(from, to)),
      (peer, from, to) => peer.compute(this.weights, chunks.slice(from, to)),
    );
    let loss = 0;
    for (const part of found) {
      for (const sum of part.sums) addScaled(all, 0, 1, sum);
      for (const one of part.losses) loss += one;
    }
    for (let i = 0; i < all.length; i++) all[i] /= batch.length;
    this.#optimize(learned);
    if (this.shown !== this.own) this.#average();
    this.steps++;
    return loss / batch.length;
  }

  /**
   * Add the gradients of the first chunks of a batch, by an array that is kept for the next ones.
   *
   * @param {number[][]} chunks
   * @returns {Promise<ChunkGradients>} of which nothing is left to be added but the losses
   */
  async #addOwn(chunks) {
    const losses = chunks.map((chunk) => {
      this.#chunk.all.fill(0);
      const loss = this.own.addGradients(chunk, this.#chunk.learned);
      addScaled(this.#sums.all, 0, 1, this.#chunk.all);
      return loss;
    });
    return { sums: [], losses };
  }

  /** A weight of the average moves towards the new one: after the first step it is the new one, then by less and less. */
  #average() {
    const { weights, shown, steps } = this;
    const share = AVERAGED / (steps + AVERAGED);
    for (let i = 0; i < weights.length; i++) shown.weights[i] += share * (weights[i] - shown.weights[i]);
  }

  /** How many of the test digits are misread with the weights that are shown. */
  async misread() {
    const { shown } = this;
    const counts = await this.#share(
      this.test.length,
      (from, to) => shown.misread(shown.weights, from, to),
      (peer, from, to) => peer.misread(shown.weights, from, to),
    );
    return counts.reduce((a, b) => a + b, 0);
  }

  /**
   * Share `count` things between this thread, which does the first ones, and the peers, which are asked before: they work
   * meanwhile.
   *
   * @template T
   * @param {number} count
   * @param {(from: number, to: number) => Promise<T>} compute
   * @param {(peer: Peer, from: number, to: number) => Promise<T>} ask
   */
  #share(count, compute, ask) {
    const share = Math.ceil(count / (this.peers.length + 1));
    const answers = this.peers.map((peer, i) => {
      const from = (i + 1) * share;
      return from < count ? [ask(peer, from, Math.min(count, from + share))] : [];
    });
    return Promise.all([compute(0, Math.min(count, share)), ...answers.flat()]);
  }

  /** The numbers of the next digits. */
  #batch() {
    const batch = [];
    while (batch.length < this.settings.batch) {
      if (this.#next === this.#order.length) {
        this.#order = this.#random.order(this.digits.length);
        this.#next = 0;
      }
      batch.push(this.#order[this.#next++]);
    }
    return batch;
  }
}

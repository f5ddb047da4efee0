// One of the three networks, built from the description that `lenet.networks.description` makes, and its weights.
import { activationOf } from "./activations.js";
import { crop } from "./image.js";
import { KINDS } from "./kinds.js";

export class Network {
  /**
   * Throws if a tensor is missing, or the description has an unknown kind of layer or of activation function.
   *
   * @param {NetworkDescription} description
   * @param {Tensors} tensors
   */
  constructor(description, tensors) {
    this.description = description;
    this.activation = activationOf(description.activation);
    let [maps, side] = [1, 32 - 2 * description.border];
    /** @type {Layer[]} */
    this.layers = description.layers.map((layer) => {
      if (!Object.hasOwn(KINDS, layer.kind)) throw new Error(`unknown kind of layer: ${layer.kind}`);
      const input = { maps, side };
      const connected = KINDS[layer.kind](layer, input, (name) => {
        const tensor = tensors[`${layer.name}.${name}`];
        if (!(tensor?.data instanceof Float32Array)) throw new Error(`${layer.name}.${name} is missing`);
        return tensor.data;
      });
      [maps, side] = layer.shape.length === 3 ? [layer.shape[0], layer.shape[2]] : [layer.shape[0], 1];
      return { ...layer, input, ...connected };
    });
  }

  /**
   * Everything that the network computes for `ink`, 32x32 numbers in [0, 1].
   *
   * @param {Float32Array} ink
   * @param {Muted} muted
   * @returns {Features}
   */
  forward(ink, muted = {}) {
    const { mean, std } = this.description;
    const { apply } = this.activation;
    const normalized = ink.map((x) => (x - mean) / std);
    /** @type {[Layers, Layers]} */
    const [outputs, before] = [{ input: ink }, { input: normalized }];
    let x = this.input(normalized);
    for (const { name, activated, compute } of this.layers) {
      before[name] = compute(x);
      x = activated ? applied(apply, before[name]) : before[name];
      if (muted[name]?.size) x = this.#mute(name, x, muted[name]);
      outputs[name] = x;
    }
    return { outputs, before };
  }

  /**
   * The gradient of a loss for every unit, from that for the ten scores, or for the units of another `layer` before the
   * activation function: for the layers' outputs, and for the same before the activation function. That for what the
   * network learns is added to `sums`. That for the input, which training does not need, is found if `pixels` is set.
   *
   * @param {Features} features
   * @param {Float32Array} scores
   * @param {{ layer?: string, sums?: Learned, pixels?: boolean, muted?: Muted }} options
   * @returns {Features}
   */
  backward(features, scores, { layer: first, sums, pixels = false, muted = {} } = {}) {
    const { slope } = this.activation;
    /** @type {[Layers, Layers]} */
    const [outputs, before] = [{}, {}];
    let gradient = scores;
    const last = first ? this.layers.indexOf(this.layer(first)) : this.layers.length - 1;
    for (let i = last; i >= 0; i--) {
      const layer = this.layers[i];
      const { name, activated } = layer;
      const x = i ? features.outputs[this.layers[i - 1].name] : this.input(features.before.input);
      if (muted[name]?.size) gradient = this.#mute(name, gradient, muted[name]);
      outputs[name] = gradient;
      const values = features.outputs[name];
      before[name] = activated && i < last ? scaled(slope, values, gradient) : gradient;
      if (sums) layer.addGradients?.(before[name], x, sums[name]);
      if (i || pixels) gradient = layer.inputGradient(before[name], x);
    }
    if (pixels) {
      before.input = this.#framed(gradient);
      outputs.input = before.input.map((g) => g / this.description.std);
    }
    return { outputs, before };
  }

  /** What the network learns, by layer and name. */
  get parameters() {
    return Object.fromEntries(this.layers.map(({ name, tensors }) => [name, tensors]));
  }

  /**
   * What C1 is computed from: the normalized image, of which some networks crop the border.
   *
   * @param {Float32Array} normalized
   */
  input(normalized) {
    const { border } = this.description;
    if (!border) return normalized;
    const inner = { top: border, left: border, bottom: 32 - border, right: 32 - border };
    return crop({ data: normalized, width: 32, height: 32 }, inner).data;
  }

  /**
   * The opposite of `input`: zeros where the network sees nothing.
   *
   * @param {Float32Array} inner
   */
  #framed(inner) {
    const { border } = this.description;
    if (!border) return inner;
    const side = 32 - 2 * border;
    const whole = new Float32Array(32 * 32);
    for (let y = 0; y < side; y++) {
      whole.set(inner.subarray(y * side, (y + 1) * side), (y + border) * 32 + border);
    }
    return whole;
  }

  /**
   * The value of a unit in a reading.
   *
   * @param {Features} reading
   * @param {Unit} unit
   */
  value({ outputs }, unit) {
    return outputs[unit.layer][this.indexOf(unit)];
  }

  /**
   * Where the values of a unit's layer have its own.
   *
   * @param {Unit} unit
   */
  indexOf({ layer, map, row, column }) {
    const shape = this.shape(layer);
    return shape.length === 3 ? (map * shape[1] + row) * shape[2] + column : map;
  }

  /**
   * The shape of a layer's output, or of the input.
   *
   * @param {string} name
   */
  shape(name) {
    return name === "input" ? [1, 32, 32] : this.layer(name).shape;
  }

  /**
   * Throws if there is no such layer.
   *
   * @param {string} name
   */
  layer(name) {
    const found = this.layers.find((layer) => layer.name === name);
    if (!found) throw new Error(`the network has no layer ${name}`);
    return found;
  }

  /**
   * @param {string} name
   * @param {Float32Array} values
   * @param {Set<number>} maps
   */
  #mute(name, values, maps) {
    const size = values.length / this.layer(name).shape[0];
    const rest = values.slice(); // without an activation function, these are the values before it, too
    for (const map of maps) rest.fill(0, map * size, (map + 1) * size);
    return rest;
  }

  /**
   * Probabilities of the ten digits for the scores of the output layer.
   *
   * @param {ArrayLike<number>} scores
   */
  probabilities(scores) {
    const z = Array.from(scores, (score) => score / this.description.temperature);
    const highest = Math.max(...z);
    const exponentials = z.map((value) => Math.exp(value - highest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    return exponentials.map((value) => value / sum);
  }

  /**
   * Whether the scores are those of no digit: their energy, -log(sum(exp(scores))), is above the threshold.
   *
   * @param {Float32Array} scores
   */
  rejects(scores) {
    const highest = Math.max(...scores);
    const energy = -highest - Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
    return this.description.max_energy !== null && energy > this.description.max_energy;
  }
}

/**
 * A function of each value, in half the time of `map`.
 *
 * @param {(x: number) => number} apply
 * @param {Float32Array} values
 */
function applied(apply, values) {
  const results = new Float32Array(values.length);
  for (let i = 0; i < results.length; i++) results[i] = apply(values[i]);
  return results;
}

/**
 * Gradients times the slopes of a function where it has these values.
 *
 * @param {(value: number) => number} slope
 * @param {Float32Array} values
 * @param {Float32Array} gradient
 */
function scaled(slope, values, gradient) {
  const results = new Float32Array(gradient.length);
  for (let i = 0; i < results.length; i++) results[i] = gradient[i] * slope(values[i]);
  return results;
}

// One of the three networks, built from the description that `lenet.networks.description` makes, and its weights.
import * as layers from "./layers.js";

export class Network {
  /** `tensors`: {data, shape} by name, as `readSafetensors` returns them. Throws if one is missing. */
  constructor(description, tensors) {
    this.description = description;
    let [maps, side] = [1, 32 - 2 * description.border];
    this.layers = description.layers.map((layer) => {
      const built = build(layer, maps, side, (name) => {
        const tensor = tensors[`${layer.name}.${name}`];
        if (!tensor) throw new Error(`${layer.name}.${name} is missing`);
        return tensor.data;
      });
      const input = { maps, side };
      [maps, side] = layer.shape.length === 3 ? [layer.shape[0], layer.shape[2]] : [layer.shape[0], 1];
      return { ...layer, input, ...built };
    });
  }

  /**
   * Everything that the network computes for `ink`, 32x32 numbers in [0, 1], as Float32Arrays by layer: `outputs`, from
   * "input" to "output", and `before`, the same before the activation function; "input" is normalized there. `muted` has
   * a Set for a layer of which some feature maps, or units, are replaced by zeros.
   */
  forward(ink, muted = {}) {
    const { mean, std, activation } = this.description;
    const normalized = ink.map((x) => (x - mean) / std);
    const [outputs, before] = [{ input: ink }, { input: normalized }];
    let x = this.input(normalized);
    for (const { name, activated, compute } of this.layers) {
      before[name] = compute(x);
      outputs[name] = x = activated ? layers.activate(before[name], activation) : before[name];
      if (muted[name]?.size) outputs[name] = x = this.#mute(name, x, muted[name]);
    }
    return { outputs, before };
  }

  /** What C1 is computed from: the normalized image, of which some networks crop the border. */
  input(normalized) {
    return crop(normalized, 32, this.description.border);
  }

  /** The value of a unit, {layer, map, row, column}, in a reading. */
  value({ outputs }, unit) {
    return outputs[unit.layer][this.indexOf(unit)];
  }

  /** Where the values of a unit's layer have its own. */
  indexOf({ layer, map, row, column }) {
    const shape = layer === "input" ? [1, 32, 32] : this.layer(layer).shape;
    return shape.length === 3 ? (map * shape[1] + row) * shape[2] + column : map;
  }

  layer(name) {
    return this.layers.find((layer) => layer.name === name);
  }

  #mute(name, values, maps) {
    const size = values.length / this.layer(name).shape[0];
    const rest = values.slice(); // without an activation function, these are the values before it, too
    for (const map of maps) rest.fill(0, map * size, (map + 1) * size);
    return rest;
  }

  /** Probabilities of the ten digits for the scores of the output layer. */
  probabilities(scores) {
    const z = Array.from(scores, (score) => score / this.description.temperature);
    const highest = Math.max(...z);
    const exponentials = z.map((value) => Math.exp(value - highest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    return exponentials.map((value) => value / sum);
  }

  /** Whether the scores are those of no digit: their energy, -log(sum(exp(scores))), is above the threshold. */
  rejects(scores) {
    const highest = Math.max(...scores);
    const energy = -highest - Math.log(scores.reduce((sum, score) => sum + Math.exp(score - highest), 0));
    return this.description.max_energy !== null && energy > this.description.max_energy;
  }
}

/** What a layer is computed from, and `compute`, from its input to its output before the activation function. */
function build({ kind, shape, size, table, centers }, maps, side, tensor) {
  switch (kind) {
    case "convolution":
    case "sparse convolution": {
      const all = Array.from({ length: maps }, (_, i) => i);
      const sees = table ?? Array.from({ length: shape[0] }, () => all);
      const [weight, bias] = [tensor("weight"), tensor("bias")];
      return { sees, weight, bias, compute: (x) => layers.convolution(x, side, sees, weight, bias, size) };
    }
    case "average pooling":
      return { compute: (x) => layers.averagePooling(x, maps, side) };
    case "max pooling":
      return { compute: (x) => layers.maxPooling(x, maps, side) };
    case "subsampling": {
      const [coefficient, bias] = [tensor("coefficient"), tensor("bias")];
      return { coefficient, bias, compute: (x) => layers.subsampling(x, maps, side, coefficient, bias) };
    }
    case "fully connected": {
      const [weight, bias] = [tensor("weight"), tensor("bias")];
      return { weight, bias, compute: (x) => layers.fullyConnected(x, weight, bias) };
    }
    case "RBF":
      return { compute: (x) => layers.negativeDistances(x, centers) };
    default:
      throw new Error(`unknown kind of layer: ${kind}`);
  }
}

function crop(image, side, border) {
  if (!border) return image;
  const inner = side - 2 * border;
  return Float32Array.from({ length: inner * inner }, (_, i) => {
    return image[(Math.floor(i / inner) + border) * side + (i % inner) + border];
  });
}

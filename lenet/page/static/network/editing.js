// Changes of a network by hand: one weight, a kernel, noise, no biases. Each gives another reader; the one before stays.
import { Reader } from "./reader.js";
import { Random } from "./training.js";
import { LARGEST_WEIGHT } from "./weights.js";

const FINE = 10_000; // weights are set in steps of 1 / FINE, so that a link to them is short
const ACROSS = [1, 4, 6, 4, 1]; // of five pixels
const SLOPE = [-2, -1, 0, 1, 2];

/** @typedef {(row: number, column: number) => number} Pattern of a kernel of 5x5 weights */
/** @type {Record<string, { label: string, pattern?: Pattern, only?: "kernels" }>} */
export const PRESETS = {
  back: { label: "As it was" },
  zero: { label: "Zero", pattern: () => 0 },
  blur: { label: "Blur", only: "kernels", pattern: (row, column) => ACROSS[row] * ACROSS[column] },
  upright: { label: "Upright edge", only: "kernels", pattern: (row, column) => ACROSS[row] * SLOPE[column] },
  level: { label: "Level edge", only: "kernels", pattern: (row, column) => SLOPE[row] * ACROSS[column] },
  copy: { label: "Copy of" },
};

/**
 * Weights that are edited together: a kernel, all weights of a unit, or a coefficient. `source`: the map that a kernel
 * reads.
 *
 * @typedef {{ source: number | null, tensor: string, from: number, length: number, columns: number }} Part
 */

/**
 * The weights of a map or a unit, without its bias; none of a layer that learns nothing.
 *
 * @param {Layer} layer
 * @param {number} map
 * @returns {Part[]}
 */
export function weightsOf({ tensors, kernels, size = 1, shape }, map) {
  const { weight, coefficient } = tensors;
  if (coefficient) return [{ source: null, tensor: "coefficient", from: map, length: 1, columns: 1 }];
  if (!weight) return [];
  if (kernels) {
    return kernels(map).map(({ map: source, kernel: { byteOffset, length } }) => {
      const from = (byteOffset - weight.byteOffset) / weight.BYTES_PER_ELEMENT;
      return { source, tensor: "weight", from, length, columns: size };
    });
  }
  const length = weight.length / shape[0];
  return [
    { source: null, tensor: "weight", from: map * length, length, columns: length % 12 ? 1 : length % 7 ? 12 : 7 },
  ];
}

/** @param {number} value */
export function rounded(value) {
  return Math.round(bounded(value) * FINE) / FINE;
}

/** @param {number} value */
function bounded(value) {
  return Math.min(LARGEST_WEIGHT, Math.max(-LARGEST_WEIGHT, value));
}

/**
 * The kinds of edits, by letter: what each makes of a reader, given that before all changes. Of what is not in the network
 * they throw.
 *
 * @type {Record<string, (reader: Reader, base: Reader, ...numbers: number[]) => Reader>}
 */
export const EDITS = {
  /** The value is in units of 1 / FINE. */
  w: (reader, _, layer, tensor, at, value) => {
    const [name, data] = tensorOf(reader, layer, Object.keys(layerOf(reader, layer).tensors)[tensor]);
    data[known(at, data.length)] = rounded(value / FINE);
    return withTensors(reader, { [name]: data });
  },
  /** Part `part` of a map is as the preset with this number says; for a copy, `from` is another map. */
  p: (reader, base, layer, map, part, preset, from = 0) => {
    const found = layerOf(reader, layer);
    const { tensor, from: start, length } = weightsOf(found, known(map, found.shape[0]))[part] ?? missing();
    const [key, { pattern, only }] = Object.entries(PRESETS)[preset] ?? missing();
    const [name, data] = tensorOf(reader, layer, tensor);
    const old = tensorOf(base, layer, tensor)[1].subarray(start, start + length);
    if (key === "back") data.set(old, start);
    else if (key === "copy") {
      const other = weightsOf(found, known(from, found.shape[0]))[part] ?? missing();
      data.set(data.slice(other.from, other.from + length), start);
    } else if (pattern) {
      if (only && length !== 25) missing();
      const shape = old.map((_, i) => pattern(Math.floor(i / 5), i % 5));
      const size = norm(shape) && norm(old) / norm(shape); // as strong as what it replaces
      data.set(
        shape.map((value) => value * size),
        start,
      );
    }
    return withTensors(reader, { [name]: data });
  },
  /** To each weight of a layer, a normal number times `percent` of the standard deviation of its weights. */
  n: (reader, base, layer, percent, seed) => {
    const tensor = Object.keys(layerOf(reader, layer).tensors)[0] ?? missing();
    const [name, data] = tensorOf(reader, layer, tensor);
    const [, old] = tensorOf(base, layer, tensor);
    const spread = (known(percent, 1001) / 100) * deviation(old);
    const random = new Random(seed);
    return withTensors(reader, { [name]: data.map((value) => value + spread * random.normal()) });
  },
  /** Zero, or, if `on`, as they were. */
  b: (reader, base, layer, on) => {
    const [name, data] = tensorOf(on ? base : reader, layer, "bias");
    return withTensors(reader, { [name]: on ? data : data.fill(0) });
  },
};

/** @param {number} value */
export function inFineSteps(value) {
  return Math.round(rounded(value) * FINE);
}

/**
 * A reader whose other tensors are those of another one. Weights are no larger than a file may have.
 *
 * @param {Reader} reader
 * @param {Record<string, Float32Array>} changed
 */
function withTensors({ description, tensors }, changed) {
  const entries = Object.entries(changed).map(([name, data]) => [name, { ...tensors[name], data: data.map(bounded) }]);
  return new Reader(description, { ...tensors, ...Object.fromEntries(entries) });
}

/**
 * The name of a layer's tensor, and a copy of its numbers.
 *
 * @param {Reader} reader
 * @param {number} layer
 * @param {string} name
 * @returns {[name: string, data: Float32Array]}
 */
function tensorOf(reader, layer, name) {
  const { name: layerName, tensors } = layerOf(reader, layer);
  return [`${layerName}.${name}`, (tensors[name] ?? missing()).slice()];
}

/**
 * @param {Reader} reader
 * @param {number} number
 */
function layerOf({ network }, number) {
  return network.layers[number] ?? missing();
}

/**
 * @param {number} index
 * @param {number} count
 */
function known(index, count) {
  return index < count ? index : missing();
}

/** @returns {never} */
function missing() {
  throw new Error("they are not of this network.");
}

/** @param {Float32Array} values */
function norm(values) {
  return Math.hypot(...values);
}

/** @param {Float32Array} values */
function deviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

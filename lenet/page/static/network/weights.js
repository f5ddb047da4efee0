// The weights of a network as a file that `lenet.weights` loads, too, and what such a file must be.
import { Reader } from "./reader.js";
import { readSafetensors, writeSafetensors } from "./safetensors.js";

export const LARGEST_FILE = 2_000_000; // bytes, as in `lenet.weights.files`
export const LARGEST_WEIGHT = 1_000; // as in `lenet.weights.model`
const LARGEST_NUMBER = 1e6;
const SMALLEST_DIVISOR = 1e-3;
const ARCHITECTURE = "LeNet5";
const NUMBERS = /** @type {const} */ (["mean", "std", "temperature", "max_energy"]);

/**
 * The file: the tensors, and in its metadata what a folder of weights has in config.json. Throws if `readWeights` would not
 * read it.
 *
 * @param {Reader} reader
 */
export function writeWeights({ description: { network }, tensors }) {
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, network[name]]));
  const config = { architecture: ARCHITECTURE, variant: network.variant, ...numbers };
  for (const [name, { data }] of Object.entries(tensors)) checkRange(name, data);
  return writeSafetensors(tensors, { config: JSON.stringify(config) });
}

/**
 * A reader with the weights of a file, which must be of the same network as another reader's. Without metadata they are
 * used with the mean, the standard deviation and the calibration of that. Throws, saying what is wrong with it.
 *
 * @param {ArrayBuffer} buffer
 * @param {Reader} like
 */
export function readWeights(buffer, like) {
  if (buffer.byteLength > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE / 1e6} MB`);
  const { tensors, metadata } = contentOf(buffer);
  const { network } = like.description;
  const description = { ...like.description, network: { ...network, ...configOf(metadata, network.variant) } };
  const names = new Set([...Object.keys(like.tensors), ...Object.keys(tensors)]);
  for (const name of names) {
    if (!Object.hasOwn(tensors, name)) throw new Error(`${name} is missing`);
    if (!Object.hasOwn(like.tensors, name)) throw new Error(`the network has no ${name.slice(0, 40)}`);
    const { dtype, shape, data } = tensors[name];
    const expected = like.tensors[name].shape.join("x");
    if (dtype !== "F32") throw new Error(`${name} has dtype ${dtype}`);
    if (shape.join("x") !== expected) throw new Error(`${name} is ${shape.join("x")}, not ${expected}`);
    checkRange(name, data);
  }
  const reader = new Reader(description, tensors);
  const { output } = reader.readInk(new Float32Array(32 * 32).fill(1)).outputs;
  if (![...output, ...reader.blank.outputs.output].every(Number.isFinite)) {
    throw new Error("its scores are NaN or infinite");
  }
  return reader;
}

/**
 * @param {string} name
 * @param {Tensors[string]["data"]} data
 */
function checkRange(name, data) {
  if (data.every(isWeight)) return;
  throw new Error(`${name} has numbers that are not between -${LARGEST_WEIGHT} and ${LARGEST_WEIGHT}`);
}

/** @param {number} value */
export function isWeight(value) {
  return Math.abs(value) <= LARGEST_WEIGHT; // nor NaN
}

/** @param {ArrayBuffer} buffer */
function contentOf(buffer) {
  try {
    return readSafetensors(buffer);
  } catch {
    throw new Error("it is not a safetensors file, or damaged");
  }
}

/** @param {string} text */
function configIn(text) {
  try {
    return { ...JSON.parse(text) };
  } catch {
    throw new Error("its metadata are damaged");
  }
}

/**
 * @param {Record<string, string>} metadata
 * @param {string} wanted
 */
function configOf(metadata, wanted) {
  if (metadata?.config === undefined) return {};
  const { architecture, variant, ...numbers } = configIn(metadata.config);
  if (architecture !== ARCHITECTURE || variant !== wanted) throw new Error("it is of another network");
  return Object.fromEntries(
    NUMBERS.map((name) => {
      const value = numbers[name];
      const isNone = name === "max_energy" && value === null;
      const least = name === "std" || name === "temperature" ? SMALLEST_DIVISOR : -LARGEST_NUMBER;
      const isValid = typeof value === "number" && value >= least && value <= LARGEST_NUMBER;
      if (!isNone && !isValid) throw new Error(`its ${name} is not a number as expected`);
      return [name, value];
    }),
  );
}

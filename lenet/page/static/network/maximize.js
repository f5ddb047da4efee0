// Activation maximization: the input that excites a unit most, by gradient ascent, and the images of a collection that do.
import { shifted } from "./image.js";
import { Random } from "./training.js";

/** @import { Network } from "./network.js" */

export const STEPS = 120; // of an ascent
const NOISE = 0.1; // the most ink of a pixel, at the start
const RATE = [0.11, 0.01]; // change of ink of the pixel with the steepest gradient, in the first step and after the last one
const INK = 0.05; // of that: what the penalty on ink takes, so that what does not matter stays blank
const EDGES = 0.15; // and on differences between neighbors, so that what matters is drawn in strokes
const JITTER = 1; // pixels

/** Where an ascent begins that does not begin with a drawing. */
export function noise() {
  const random = new Random(0);
  return Float32Array.from({ length: 32 * 32 }, () => NOISE * random.uniform());
}

/**
 * The image after some steps of an ascent, of which `first` have been taken: towards a larger value of the unit before the
 * activation function, which does not saturate. In each step the image is moved by up to a pixel, if the unit sees all of
 * it, so that no single pixel counts.
 *
 * @param {Network} network
 * @param {Unit} unit
 * @param {Float32Array} image
 * @param {number} first
 * @param {number} count
 */
export function ascend(network, unit, image, first, count) {
  const { layer } = unit;
  const wanted = new Float32Array(network.shape(layer).reduce((a, b) => a * b));
  wanted[network.indexOf(unit)] = 1;
  const seesAll = network.shape(layer).length === 1;
  let ink = image;
  for (let step = first; step < first + count; step++) {
    const random = new Random(step);
    const [right, down] = [0, 0].map(() => (seesAll ? Math.floor((2 * JITTER + 1) * random.uniform()) - JITTER : 0));
    const features = network.forward(shifted(ink, right, down));
    const { outputs } = network.backward(features, wanted, { layer, pixels: true });
    const gradient = shifted(outputs.input, -right, -down);
    const steepest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    if (!steepest) {
      ink = blots(random); // others each time, until a ReLU lets something through
      continue;
    }
    const rate = RATE[0] + ((RATE[1] - RATE[0]) * step) / STEPS;
    ink = ink.map((x, i) => clip(x + rate * (gradient[i] / steepest - INK - EDGES * edges(ink, i))));
  }
  return ink;
}

/**
 * Squares of ink, 4x4 pixels each.
 *
 * @param {Random} random
 */
function blots(random) {
  const squares = Array.from({ length: 8 * 8 }, () => Math.round(random.uniform()));
  return Float32Array.from({ length: 32 * 32 }, (_, i) => squares[8 * (i >> 7) + ((i >> 2) & 7)]);
}

/** @param {number} x */
function clip(x) {
  return Math.min(1, Math.max(0, x));
}

/**
 * How much more ink a pixel has than its neighbors, summed up.
 *
 * @param {Float32Array} ink
 * @param {number} i
 */
function edges(ink, i) {
  const column = i % 32;
  return (
    (column > 0 ? ink[i] - ink[i - 1] : 0) +
    (column < 31 ? ink[i] - ink[i + 1] : 0) +
    (i >= 32 ? ink[i] - ink[i - 32] : 0) +
    (i < 31 * 32 ? ink[i] - ink[i + 32] : 0)
  );
}

/**
 * How much each image excites every map, where that is most excited, and every unit of the layers without maps: values
 * before the activation function, image by image and layer by layer, and their places in the maps.
 *
 * @param {Network} network
 * @param {Pick<import("./digits.js").Digits, "length" | "ink">} images
 */
export function responses(network, images) {
  const all = count(network) * images.length;
  const [values, places] = [new Float32Array(all), new Uint16Array(all)];
  for (let image = 0, to = 0; image < images.length; image++) {
    const { before } = network.forward(images.ink(image));
    for (const { name, shape } of network.layers) {
      const size = before[name].length / shape[0];
      for (let map = 0; map < shape[0]; map++, to++) {
        const units = before[name].subarray(map * size, (map + 1) * size);
        for (let i = 1; i < size; i++) if (units[i] > units[places[to]]) places[to] = i;
        values[to] = units[places[to]];
      }
    }
  }
  return { values, places };
}

/**
 * The number of `responses` of an image; with a unit, the number of those before its own.
 *
 * @param {Network} network
 * @param {Pick<Unit, "layer" | "map">} [unit]
 */
export function count(network, unit) {
  const last = unit ? network.layers.indexOf(network.layer(unit.layer)) : network.layers.length;
  return network.layers.slice(0, last).reduce((sum, { shape }) => sum + shape[0], unit?.map ?? 0);
}

/**
 * The numbers of the images that excite a unit, or the map that it is on, most: the first of them most of all.
 *
 * @param {Float32Array} values those of `responses`
 * @param {number} each how many an image has
 * @param {number} which the unit's
 * @param {number} most
 */
export function strongest(values, each, which, most) {
  const numbers = Array.from({ length: values.length / each }, (_, i) => i);
  const value = (/** @type {number} */ i) => values[i * each + which];
  return numbers.sort((a, b) => value(b) - value(a)).slice(0, most);
}

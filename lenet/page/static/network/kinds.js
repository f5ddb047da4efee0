// The kinds of layers, each described once: what it computes, forward and backward, what one of its units was computed
// from, and which part of its input that is. A kind is a function that connects a layer to its input and its weights.
import * as back from "./backward.js";
import { crop } from "./image.js";
import * as layers from "./layers.js";

/**
 * @callback Connect
 * @param {LayerDescription} layer
 * @param {LayerInput} input
 * @param {(name: string) => Float32Array} tensor the layer's weights, by name
 * @returns {Connected}
 */

/** @type {Connect} */
function convolution({ shape, size = 1, table }, { maps, side }, tensor) {
  const all = range(maps);
  const sees = table ?? Array.from({ length: shape[0] }, () => all);
  const [weight, bias] = [tensor("weight"), tensor("bias")];
  const kernels = (/** @type {number} */ map) => {
    const start = sees.slice(0, map).reduce((sum, seen) => sum + seen.length, 0) * size ** 2;
    return sees[map].map((seen, i) => {
      const from = start + i * size ** 2;
      return { map: seen, kernel: weight.subarray(from, from + size ** 2) };
    });
  };
  return {
    sees,
    weight,
    tensors: { weight, bias },
    kernels,
    compute: (x) => layers.convolution(x, side, sees, weight, bias, size),
    inputGradient: (gradient) => back.convolutionInput(gradient, maps, side, sees, weight, size),
    addGradients: (gradient, x, sums) => back.convolutionWeights(gradient, x, side, sees, size, sums.weight, sums.bias),
    explain: (x, { map, row, column }) => {
      const terms = kernels(map).map(({ map: seen, kernel }) => {
        const patch = square(x, side, seen, row, column, size);
        const products = patch.map((value, i) => value * kernel[i]);
        return { map: seen, patch, kernel, products, sum: products.reduce((a, b) => a + b, 0) };
      });
      return { terms, bias: bias[map] };
    },
    field: ({ maps: wanted, top, left, bottom, right }) => {
      const seen = all.filter((i) => wanted.some((map) => sees[map].includes(i)));
      return { maps: seen, top, left, bottom: bottom + size - 1, right: right + size - 1 };
    },
  };
}

/**
 * Pooling, and subsampling, which has weights: all of them make one value of each block of 2x2.
 *
 * @param {(maps: number, side: number, tensor: (name: string) => Float32Array) =>
 *   Pick<Connected, "compute" | "inputGradient" | "addGradients"> & {
 *     tensors?: { coefficient: Float32Array, bias: Float32Array },
 *   }} connect
 * @returns {Connect}
 */
function blocks(connect) {
  return (_, { maps, side }, tensor) => {
    const { tensors, ...computed } = connect(maps, side, tensor);
    return {
      ...computed,
      tensors: tensors ?? {},
      explain: (x, { map, row, column }) => ({
        inputs: square(x, side, map, 2 * row, 2 * column, 2),
        ...(tensors && { coefficient: tensors.coefficient[map], bias: tensors.bias[map] }),
      }),
      field: ({ maps: same, top, left, bottom, right }) => {
        return { maps: same, top: 2 * top, left: 2 * left, bottom: 2 * bottom, right: 2 * right };
      },
    };
  };
}

/** @type {Connect} */
function fullyConnected(_, { maps, side }, tensor) {
  const [weight, bias] = [tensor("weight"), tensor("bias")];
  return {
    weight,
    tensors: { weight, bias },
    compute: (x) => layers.fullyConnected(x, weight, bias),
    inputGradient: (gradient) => back.fullyConnectedInput(gradient, weight),
    addGradients: (gradient, x, sums) => back.fullyConnectedWeights(gradient, x, sums.weight, sums.bias),
    explain: (x, { map }) => ({
      bias: bias[map],
      contributions: x.map((value, i) => value * weight[map * x.length + i]),
    }),
    field: () => everything(maps, side),
    contrast: (x, first, second) => ({
      contributions: x.map((value, i) => (weight[first * x.length + i] - weight[second * x.length + i]) * value),
      bias: bias[first] - bias[second],
    }),
  };
}

/** @type {Connect} */
function radialBasis({ centers = [] }, { maps, side }) {
  return {
    weight: Float32Array.from(centers.flat()), // the part of the squared distance that tells digits apart: value times center
    tensors: {},
    compute: (x) => layers.negativeDistances(x, centers),
    inputGradient: (gradient, x) => back.negativeDistancesInput(gradient, x, centers),
    explain: (x, { map }) => ({
      inputs: x,
      center: centers[map],
      contributions: x.map((value, i) => -((value - centers[map][i]) ** 2)),
    }),
    field: () => everything(maps, side),
    // The difference of two squared distances, input by input.
    contrast: (x, first, second) => ({
      contributions: x.map((value, i) => (value - centers[second][i]) ** 2 - (value - centers[first][i]) ** 2),
      bias: 0,
    }),
  };
}

/** @type {Record<Kind, Connect>} */
export const KINDS = {
  convolution,
  "sparse convolution": convolution,
  "average pooling": blocks((maps, side) => ({
    compute: (x) => layers.averagePooling(x, maps, side),
    inputGradient: (gradient) => back.averagePoolingInput(gradient, maps, side),
  })),
  "max pooling": blocks((maps, side) => ({
    compute: (x) => layers.maxPooling(x, maps, side),
    inputGradient: (gradient, x) => back.maxPoolingInput(gradient, x, maps, side),
  })),
  subsampling: blocks((maps, side, tensor) => {
    const [coefficient, bias] = [tensor("coefficient"), tensor("bias")];
    return {
      tensors: { coefficient, bias },
      compute: (x) => layers.subsampling(x, maps, side, coefficient, bias),
      inputGradient: (gradient) => back.subsamplingInput(gradient, maps, side, coefficient),
      addGradients: (gradient, x, sums) =>
        back.subsamplingWeights(gradient, x, maps, side, sums.coefficient, sums.bias),
    };
  }),
  "fully connected": fullyConnected,
  RBF: radialBasis,
};

/** @param {number} count */
function range(count) {
  return Array.from({ length: count }, (_, i) => i);
}

/**
 * @param {number} maps
 * @param {number} side
 * @returns {Field}
 */
function everything(maps, side) {
  return { maps: range(maps), top: 0, left: 0, bottom: side, right: side };
}

/**
 * The square of side `size` of an input map, as a Float64Array: products should not be rounded.
 *
 * @param {Float32Array} input
 * @param {number} side
 * @param {number} map
 * @param {number} top
 * @param {number} left
 * @param {number} size
 */
function square(input, side, map, top, left, size) {
  const data = input.subarray(map * side * side, (map + 1) * side * side);
  return Float64Array.from(
    crop({ data, width: side, height: side }, { top, left, bottom: top + size, right: left + size }).data,
  );
}

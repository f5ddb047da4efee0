// Parameters and connections of a network, counted layer by layer from its description alone.

/**
 * A layer: `weights` of one kernel or unit, `each` parameters of a map or unit, `parameters` and `connections` of all, and
 * the `places` where each of its maps has a value. `inputs` connections go into one value, the bias among them.
 *
 * @typedef {object} Counted
 * @property {string} name
 * @property {Kind} kind
 * @property {number} maps
 * @property {number} side of a map; 1 of a unit
 * @property {number} before the side of the maps before it
 * @property {number} size of a kernel or a block
 * @property {number} places
 * @property {number} kernels
 * @property {number} weights
 * @property {number} biases
 * @property {number} parameters
 * @property {number} connections
 */

/**
 * @param {Pick<NetworkDescription, "border" | "layers">} description
 * @returns {Counted[]}
 */
export function count({ border, layers }) {
  let [from, before] = [1, 32 - 2 * border]; // maps, or units, and their side
  return layers.map((layer) => {
    const { name, kind, shape, size = 1, table } = layer;
    const [maps, side = 1] = shape;
    const places = side ** 2;
    const counted = { name, kind, maps, side, before, size, places };
    const found = COUNTS[kind]({ ...counted, from: from * (kind === "fully connected" ? before ** 2 : 1), table });
    [from, before] = [maps, side];
    return { ...counted, ...found };
  });
}

/** @typedef {Pick<Counted, "maps" | "size" | "places"> & { from: number, table?: number[][] }} Known */
/** @typedef {Pick<Counted, "kernels" | "weights" | "biases" | "parameters" | "connections">} Found */

/** @type {Record<Kind, (known: Known) => Found>} */
const COUNTS = {
  convolution,
  "sparse convolution": convolution,
  "average pooling": pooling,
  "max pooling": pooling,
  subsampling: ({ maps, size, places }) => {
    const connections = maps * places * (size ** 2 + 1);
    return { kernels: maps, weights: 1, biases: maps, parameters: 2 * maps, connections };
  },
  "fully connected": ({ maps, from }) => {
    const parameters = maps * (from + 1);
    return { kernels: maps, weights: from, biases: maps, parameters, connections: parameters };
  },
  RBF: ({ maps, from }) => ({ kernels: maps, weights: from, biases: 0, parameters: 0, connections: maps * from }),
};

/** @type {(known: Known) => Found} */
function convolution({ maps, size, places, from, table }) {
  const kernels = table ? table.flat().length : maps * from;
  const parameters = kernels * size ** 2 + maps;
  return { kernels, weights: size ** 2, biases: maps, parameters, connections: parameters * places };
}

/** @type {(known: Known) => Found} */
function pooling({ maps, size, places }) {
  return { kernels: 0, weights: 0, biases: 0, parameters: 0, connections: maps * places * size ** 2 };
}

// A network to train from random weights: one of the three, with another activation function, another kind of pooling, or
// another table of the maps that those of C3 see.

/** @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  tanh: { kind: "tanh", amplitude: 1, slope: 1, name: "tanh" },
  scaled: { kind: "tanh", amplitude: 1.7159, slope: 2 / 3, name: "1.7159 tanh(2x/3)" },
  relu: { kind: "relu", name: "ReLU" },
};

/** @type {Record<string, Kind>} */
export const POOLING = { average: "average pooling", max: "max pooling", trainable: "subsampling" };

/**
 * A key of each of the two above, and, for each map of C3, the maps of S2 that it sees, unless these are the network's own.
 *
 * @typedef {{ activation: string, pooling: string, table?: number[][] }} Variation
 */

/**
 * What a network has itself.
 *
 * @param {NetworkDescription} description
 * @returns {Variation}
 */
export function variationOf({ activation, layers }) {
  const key = (/** @type {[string, unknown][]} */ entries, /** @type {(value: any) => unknown} */ is) =>
    entries.find(([, value]) => is(value))?.[0] ?? entries[0][0];
  return {
    activation: key(Object.entries(ACTIVATIONS), ({ name }) => name === activation.name),
    pooling: key(Object.entries(POOLING), (kind) => layers.some((layer) => layer.kind === kind)),
  };
}

/**
 * The description of a network with these in place of its own. It rejects nothing, and its probabilities are those that
 * training makes small: both are calibrated when a training has ended.
 *
 * @param {NetworkDescription} description
 * @param {Variation} variation
 * @returns {NetworkDescription}
 */
export function varied(description, { activation, pooling, table }) {
  const kind = POOLING[pooling];
  const kinds = Object.values(POOLING);
  const { layers: own } = table ? withTable(description, table) : description;
  const layers = own.map((layer) =>
    kinds.includes(layer.kind) ? { ...layer, kind, activated: kind === "subsampling" } : layer,
  );
  return { ...description, activation: ACTIVATIONS[activation], layers, temperature: 1, max_energy: null };
}

/**
 * The description of a network whose maps of C3 see these maps of S2.
 *
 * @param {NetworkDescription} description
 * @param {number[][]} table
 * @returns {NetworkDescription}
 */
export function withTable(description, table) {
  const layers = description.layers.map((layer) =>
    layer.name === "c3" ? { ...layer, kind: /** @type {Kind} */ ("sparse convolution"), table } : layer,
  );
  return { ...description, layers };
}

// A network to train from random weights: one of the three, with another activation function or another kind of pooling.

/** @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  tanh: { kind: "tanh", amplitude: 1, slope: 1, name: "tanh" },
  scaled: { kind: "tanh", amplitude: 1.7159, slope: 2 / 3, name: "1.7159 tanh(2x/3)" },
  relu: { kind: "relu", name: "ReLU" },
};

/** @type {Record<string, Kind>} */
export const POOLING = { average: "average pooling", max: "max pooling", trainable: "subsampling" };

/** @typedef {{ activation: string, pooling: string }} Variation a key of each of the two above */

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
export function varied(description, { activation, pooling }) {
  const kind = POOLING[pooling];
  const kinds = Object.values(POOLING);
  const layers = description.layers.map((layer) =>
    kinds.includes(layer.kind) ? { ...layer, kind, activated: kind === "subsampling" } : layer,
  );
  return { ...description, activation: ACTIVATIONS[activation], layers, temperature: 1, max_energy: null };
}

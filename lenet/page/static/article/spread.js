// Where the values of a layer are on the activation function.

const FLAT = 0.9; // of the amplitude: above it, in size, the curve is nearly level

/**
 * How many values are in each of so many equal parts of the range; those beyond are counted in the outermost ones.
 *
 * @param {ArrayLike<number>} values
 * @param {number} low
 * @param {number} high
 * @param {number} bins
 */
export function histogram(values, low, high, bins) {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor(((values[i] - low) / (high - low)) * bins);
    counts[Math.max(0, Math.min(bins - 1, bin))]++;
  }
  return counts;
}

/**
 * The share of a layer's values that are on the flat parts of its activation function: near the ends of a tanh, 0 of a ReLU;
 * none if there is no such function.
 *
 * @param {Activation} activation
 * @param {Float32Array} values
 */
export function flatShare(activation, values) {
  return values.filter((value) => isFlat(activation, value)).length / values.length;
}

/**
 * @param {Activation} activation
 * @param {number} value
 */
function isFlat(activation, value) {
  if (activation.kind === "tanh") return Math.abs(value) > FLAT * activation.amplitude;
  return activation.kind === "relu" && value === 0;
}

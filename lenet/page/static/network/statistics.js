// Order statistics as NumPy computes them.

/**
 * The median, in single precision.
 *
 * @param {Float32Array} values
 */
export function median(values) {
  return Math.fround(quantile(values, 0.5));
}

/**
 * The value below which a share of the values lies, interpolated between two of them.
 *
 * @template {Float32Array | Float64Array} T
 * @param {T} values
 * @param {number} share
 */
export function quantile(values, share) {
  const sorted = values.slice().sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [below, above] = [sorted[low], sorted[Math.min(low + 1, sorted.length - 1)]];
  return below + (above - below) * (at - low);
}

// A map of vectors: each as a point, by its two principal components, and which point is next to another.

const STEPS = 500; // of the power iteration: two axes may be nearly as long

/**
 * The mean, two directions at right angles, and their share of the vectors' variance.
 *
 * @typedef {{ mean: Float64Array, axes: Float64Array[], share: number }} Projection
 */

/**
 * The mean of `count` vectors, one after the other, and the two directions along which they differ most.
 *
 * @param {ArrayLike<number>} vectors
 * @param {number} count
 * @returns {Projection}
 */
export function principalAxes(vectors, count) {
  const size = vectors.length / count;
  const mean = new Float64Array(size);
  for (let i = 0; i < vectors.length; i++) mean[i % size] += vectors[i] / count;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  for (let from = 0; from < vectors.length; from += size) {
    const centered = mean.map((value, i) => vectors[from + i] - value);
    for (const [i, row] of covariance.entries()) {
      for (let j = 0; j < size; j++) row[j] += centered[i] * centered[j];
    }
  }
  /** @type {Float64Array[]} */
  const axes = [];
  for (let axis = 0; axis < 2; axis++) {
    let direction = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7)); // any that is not at right angles to it
    for (let step = 0; step < STEPS; step++) {
      for (const found of axes) subtract(direction, found);
      const next = Float64Array.from(covariance, (row) => dot(row, direction));
      const length = Math.hypot(...next);
      direction = next.map((value) => value / length);
    }
    axes.push(direction);
  }
  const along = (/** @type {Float64Array} */ axis) =>
    dot(
      Float64Array.from(covariance, (row) => dot(row, axis)),
      axis,
    );
  const all = covariance.reduce((sum, row, i) => sum + row[i], 0);
  return { mean, axes, share: (along(axes[0]) + along(axes[1])) / all };
}

/**
 * @param {Projection} projection
 * @param {ArrayLike<number>} vector
 * @returns {Point}
 */
export function project({ mean, axes: [across, down] }, vector) {
  const centered = Float64Array.from(mean, (value, i) => vector[i] - value);
  return [dot(across, centered), dot(down, centered)];
}

/**
 * The number of the nearest point in a direction: within 45 degrees of it; the same point if there is none.
 *
 * @param {Point[]} points
 * @param {number} from
 * @param {[down: number, right: number]} direction
 */
export function nextPoint(points, from, [down, right]) {
  const [x, y] = points[from];
  let [best, nearest] = [from, Infinity];
  for (const [i, [toX, toY]] of points.entries()) {
    const [along, beside] = right ? [(toX - x) * right, toY - y] : [(toY - y) * down, toX - x];
    const distance = Math.hypot(along, beside);
    if (along > 0 && Math.abs(beside) <= along && distance < nearest) [best, nearest] = [i, distance];
  }
  return best;
}

/**
 * @param {Float64Array} values
 * @param {Float64Array} other
 */
function dot(values, other) {
  let sum = 0;
  for (let i = 0; i < other.length; i++) sum += values[i] * other[i];
  return sum;
}

/**
 * Leave nothing of a vector along a direction.
 *
 * @param {Float64Array} vector
 * @param {Float64Array} direction
 */
function subtract(vector, direction) {
  const along = dot(vector, direction);
  for (let i = 0; i < vector.length; i++) vector[i] -= along * direction[i];
}

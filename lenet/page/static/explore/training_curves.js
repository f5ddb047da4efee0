// The curves of a training: loss and test error over the passes, on a logarithmic scale, a line for each run.

/** @typedef {[passes: number, value: number]} CurvePoint */
/** @typedef {{ lines: string[], ticks: { value: number, y: number }[], last: (Point | null)[], passes: number }} Curves */

const MOST = 240; // points of a line

/** The size of the picture and the part of it that has the lines. */
export const FRAME = { width: 230, height: 96, left: 42, right: 224, top: 8, bottom: 74 };

/**
 * Points with another one. If there are many, every two become one.
 *
 * @param {CurvePoint[]} points
 * @param {CurvePoint} point
 */
export function withPoint(points, point) {
  const all = [...points, point];
  if (all.length <= MOST) return all;
  return Array.from({ length: Math.floor(all.length / 2) }, (_, i) => {
    const [[, a], [passes, b]] = [all[2 * i], all[2 * i + 1]];
    return /** @type {CurvePoint} */ ([passes, (a + b) / 2]);
  }).concat(all.length % 2 ? [all[all.length - 1]] : []);
}

/**
 * The lines as the points of SVG polylines, the powers of ten between the ends, where each line ends, and the passes that
 * the right edge stands for.
 *
 * @param {CurvePoint[][]} runs
 * @param {number} highest
 * @returns {Curves}
 */
export function curvesOf(runs, highest) {
  const values = runs.flat().map(([, value]) => value);
  const positive = values.filter((value) => value > 0);
  const top = Math.max(highest, ...positive);
  const bottom = Math.min(top / 20, ...positive) / 1.2;
  const passes = Math.max(0.01, ...runs.flat().map(([x]) => x));
  const { left, right } = FRAME;
  const y = (/** @type {number} */ value) => heightOf(Math.max(bottom, value), bottom, top);
  const places = runs.map((run) =>
    run.map(([x, value]) => /** @type {Point} */ ([left + (x / passes) * (right - left), y(value)])),
  );
  const powers = [10, 1, 0.1, 0.01, 0.001, 0.0001].filter((value) => value >= bottom && value <= top);
  return {
    lines: places.map((run) => run.map((point) => point.map((at) => at.toFixed(1)).join()).join(" ")),
    ticks: powers.map((value) => ({ value, y: y(value) })),
    last: places.map((run) => run.at(-1) ?? null),
    passes,
  };
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function heightOf(value, low, high) {
  return FRAME.bottom - (Math.log(value / low) / Math.log(high / low)) * (FRAME.bottom - FRAME.top);
}

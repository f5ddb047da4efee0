// The curves of a training: loss and test error over the passes, on a logarithmic scale, a line for each run.

/** @typedef {[passes: number, value: number]} CurvePoint */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Frame */
/** @typedef {{ lines: string[], ticks: { value: number, y: number }[], last: (Point | null)[] }} Curves */

const MOST = 240; // points of a line
const MEAN = 0.05; // passes over which losses are averaged: 500 digits
const TOLD = 0.1; // passes after which a learning rate is judged
const GUESSED = Math.log(10); // the loss where all ten digits are equally probable

/**
 * Points with another one. Each stands for the same share of a pass, or else the newest part of a line would look less
 * steady than the rest: if there are many, every two become one.
 *
 * @param {CurvePoint[]} points
 * @param {CurvePoint} point
 */
export function withPoint(points, point) {
  const share = 2 ** Math.ceil(Math.log2(point[0] / MOST));
  /** @type {CurvePoint[]} */
  const found = [];
  for (const [passes, value] of [...points, point]) {
    const [end, mean] = found.at(-1) ?? [0, 0];
    const begin = found.at(-2)?.[0] ?? 0;
    const isSame = found.length && Math.ceil(passes / share) === Math.ceil(end / share);
    if (isSame) found.pop();
    const sum = (end - begin) * mean + (passes - end) * value;
    found.push([passes, isSame ? sum / (passes - begin) : value]);
  }
  return found;
}

/**
 * The exponential moving average of the points, which each stand for the passes since the one before.
 *
 * @param {CurvePoint[]} points
 * @returns {CurvePoint[]}
 */
export function smoothed(points) {
  let [sum, weight, before] = [0, 0, 0];
  return points.map(([passes, value]) => {
    const kept = Math.exp((before - passes) / MEAN);
    sum = kept * sum + (1 - kept) * value;
    weight = kept * weight + 1 - kept; // less than 1 at first, when there is little to average
    before = passes;
    return [passes, weight ? sum / weight : value];
  });
}

/**
 * What the losses tell of a learning rate that does not work, with the first loss, that of the random weights, and how far
 * the weights have moved, relative to these: "high" where the network has become worse than it was, "low" where it is as it
 * was. Else nothing: weights that have moved far may be about to learn.
 *
 * @param {CurvePoint[]} losses averaged
 * @param {number} first
 * @param {number} moved
 * @returns {"high" | "low" | ""}
 */
export function rateThatIs(losses, first, moved) {
  const [passes, loss] = losses.at(-1) ?? [0, 0];
  if (passes < TOLD || loss < 0.95 * first) return "";
  if (moved > 0.5 && loss > 1.2 * Math.max(GUESSED, 0.8 * first)) return "high";
  return moved < 0.02 ? "low" : "";
}

/**
 * The part of a chart of this size that has the lines: numbers are left of it and below it.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} letter the size of the type
 * @returns {Frame}
 */
export function frameOf(width, height, letter) {
  return { left: 3.6 * letter, right: width - 0.6 * letter, top: 0.6 * letter, bottom: height - 1.6 * letter };
}

/**
 * The lines as the points of SVG polylines, the powers of ten between the ends, and where each line ends. The right edge of
 * the frame stands for `most` passes.
 *
 * @param {CurvePoint[][]} runs
 * @param {number} highest
 * @param {number} most
 * @param {Frame} frame
 * @returns {Curves}
 */
export function curvesOf(runs, highest, most, frame) {
  const values = runs.flat().map(([, value]) => value);
  const positive = values.filter((value) => value > 0);
  const high = Math.max(highest, ...positive);
  const low = Math.min(high / 20, ...positive) / 1.2;
  const { left, right, top, bottom } = frame;
  const y = (/** @type {number} */ value) =>
    bottom - (Math.log(Math.max(low, value) / low) / Math.log(high / low)) * (bottom - top);
  const places = runs.map((run) =>
    run.map(([x, value]) => /** @type {Point} */ ([left + (x / (most || 1)) * (right - left), y(value)])),
  );
  const powers = [100, 10, 1, 0.1, 0.01, 0.001, 0.0001].filter((value) => value >= low && value <= high);
  return {
    lines: places.map((run) => run.map((point) => point.map((at) => at.toFixed(1)).join()).join(" ")),
    ticks: powers.map((value) => ({ value, y: y(value) })),
    last: places.map((run) => run.at(-1) ?? null),
  };
}

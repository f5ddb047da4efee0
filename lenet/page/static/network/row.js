// Several digits side by side, as in `lenet.row`, which explains how they are found and has the numbers.
import { findPieces, join } from "./pieces.js";
import { clean, scaleAndCenter } from "./preprocess.js";

/**
 * The digits of a row with their probabilities, [[digit, probability], ...] from left to right, two or more; null if it
 * cannot be read. `drawing` is the ink, cropped, {data, width, height}, which has been rejected as a single digit;
 * `preprocessing` and `row` are settings.
 */
export function readRow(network, drawing, { preprocessing, row }) {
  const pieces = findPieces(drawing, row, Math.fround(preprocessing.crop_threshold));
  if (pieces.length < 2) return null;
  const candidates = spans(pieces, row.widest * drawing.height).map(([first, last]) => {
    const { ink } = scaleAndCenter(clean(join(pieces.slice(first, last)), preprocessing), preprocessing);
    const scores = network.forward(ink).outputs.output;
    return { first, last, scores, certainty: logCertainty(scores, network.description) };
  });
  const sure = (path, least) => path.every(({ certainty }) => certainty >= Math.log(least));
  const isCut = (i) => i < pieces.length && pieces[i].cut;
  let path = bestPath(pieces, candidates, Math.log(row.cut));
  let least = path.some(({ first }) => isCut(first)) ? row.least_cut : row.least;
  if (least === row.least_cut && !sure(path, least)) {
    // perhaps no digits touch
    const apart = candidates.map((one) =>
      isCut(one.first) || isCut(one.last) ? { ...one, certainty: -Infinity } : one,
    );
    [path, least] = [bestPath(pieces, apart, Math.log(row.cut)), row.least];
  }
  if (!sure(path, least)) return null;
  return path.map(({ scores }) => {
    const probabilities = network.probabilities(scores);
    const highest = Math.max(...probabilities);
    return [probabilities.indexOf(highest), highest];
  });
}

/** Log-probability of the most probable digit, where "not a digit" is an eleventh class. */
function logCertainty(scores, { temperature, max_energy }) {
  const other = max_energy === null ? [] : [-max_energy];
  const z = [...scores, ...other].map((score) => score / temperature);
  const highest = Math.max(...z);
  return Math.max(...z.slice(0, 10)) - highest - Math.log(z.reduce((sum, x) => sum + Math.exp(x - highest), 0));
}

/** The candidates, [first piece, one past the last], in the order of their last pieces; not the whole drawing. */
function spans(pieces, widest) {
  const found = [];
  pieces.forEach(({ left, width }, i) => {
    for (let first = 0; first <= i; first++) {
      const whole = first === 0 && i === pieces.length - 1;
      if (!whole && (first === i || left + width - pieces[first].left <= widest)) found.push([first, i + 1]);
    }
  });
  return found;
}

/** The candidates that together hold each piece once, and whose certainty is the highest. */
function bestPath(pieces, candidates, cut) {
  const best = [{ total: 0, path: [] }]; // for the first n pieces
  for (const candidate of candidates) {
    const { first, last, certainty } = candidate;
    const total = best[first].total + certainty + (pieces[first].cut ? cut : 0);
    if (!best[last] || total > best[last].total) best[last] = { total, path: [...best[first].path, candidate] };
  }
  return best[pieces.length].path;
}

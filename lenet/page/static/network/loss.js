// What training makes small.

/**
 * The loss of an image, equation (9) of the paper, and its gradient for the ten scores. It is the cross-entropy over the
 * scores and a constant, that of the paper's "rubbish" class. `label` is a digit, or -1 for what is no digit.
 *
 * @param {Float32Array} scores
 * @param {number} label
 * @param {number} rubbish
 */
export function lossOf(scores, label, rubbish) {
  const all = [...scores, rubbish];
  const highest = Math.max(...all);
  const exponentials = all.map((score) => Math.exp(score - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  const wanted = label < 0 ? scores.length : label;
  return {
    loss: Math.log(sum) + highest - all[wanted],
    gradient: scores.map((_, i) => exponentials[i] / sum - Number(i === wanted)),
  };
}

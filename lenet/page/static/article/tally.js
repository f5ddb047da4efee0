// How often the network has been right on one's own digits: kept in this browser, and with the error that may follow.

const KEY = "lenet.tally";
const Z = 1.96; // standard deviations, for 95 %

/** @typedef {{ right: number, wrong: number }} Tally */

/**
 * The Wilson interval of a share: where the true one is, for 95 % of such counts.
 *
 * @param {number} count
 * @param {number} all
 * @returns {[low: number, high: number]}
 */
export function wilson(count, all) {
  if (!all) return [0, 1];
  const share = count / all;
  const [middle, half] = [share + Z ** 2 / (2 * all), Z * Math.sqrt((share * (1 - share) + Z ** 2 / (4 * all)) / all)];
  const within = (/** @type {number} */ value) => Math.max(0, Math.min(1, value / (1 + Z ** 2 / all)));
  return [within(middle - half), within(middle + half)];
}

/** @returns {Tally} */
export function kept() {
  try {
    const { right, wrong } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const isCount = (/** @type {unknown} */ value) => Number.isInteger(value) && Number(value) >= 0;
    if (isCount(right) && isCount(wrong)) return { right, wrong };
  } catch {
    // no storage, or not a tally: it starts again
  }
  return { right: 0, wrong: 0 };
}

/** @param {Tally} tally */
export function keep(tally) {
  try {
    localStorage.setItem(KEY, JSON.stringify(tally));
  } catch {
    // it counts until the page is left
  }
}

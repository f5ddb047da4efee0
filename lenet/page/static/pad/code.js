// Strokes as text for a link: for each stroke its width, the number of its points, and the steps from point to point.
// Numbers are written in digits of base 32 with a flag for "more follows", so small ones take a single character.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MOST = 100_000; // numbers in a text: more than anybody draws, and not enough to make the browser wait

/**
 * The text for strokes whose points are on the grid of half units.
 *
 * @param {Stroke[]} strokes
 */
export function encode(strokes) {
  let text = "";
  const write = (/** @type {number} */ value) => {
    let rest = value;
    do {
      text += DIGITS[(rest % 32) + (rest >= 32 ? 32 : 0)];
      rest = Math.trunc(rest / 32);
    } while (rest);
  };
  const writeSigned = (/** @type {number} */ value) => write(value < 0 ? -2 * value - 1 : 2 * value);
  for (const { width, points } of strokes) {
    write(width);
    write(points.length);
    let [x, y] = [0, 0];
    for (const point of points) {
      const [newX, newY] = point.map((coordinate) => Math.round(2 * coordinate));
      writeSigned(newX - x);
      writeSigned(newY - y);
      [x, y] = [newX, newY];
    }
  }
  return text;
}

/**
 * The strokes of a text; null if it is not one that `encode` makes.
 *
 * @param {string} text
 * @returns {Stroke[] | null}
 */
export function decode(text) {
  /** @type {number[]} */
  const numbers = [];
  let [value, weight] = [0, 1];
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0 || weight > 2 ** 25 || numbers.length > MOST) return null;
    value += (digit % 32) * weight;
    weight *= 32;
    if (digit >= 32) continue;
    numbers.push(value);
    [value, weight] = [0, 1];
  }
  if (weight !== 1) return null;
  const signed = (/** @type {number} */ number) => (number % 2 ? -(number + 1) / 2 : number / 2);
  /** @type {Stroke[]} */
  const strokes = [];
  for (let at = 0; at < numbers.length; ) {
    const [width, count] = [numbers[at], numbers[at + 1]];
    const steps = numbers.slice(at + 2, at + 2 + 2 * count);
    if (!(width >= 1 && width <= 100) || !(count >= 1) || steps.length !== 2 * count) return null;
    let [x, y] = [0, 0];
    /** @type {Point[]} */
    const points = Array.from({ length: count }, (_, i) => {
      x += signed(steps[2 * i]);
      y += signed(steps[2 * i + 1]);
      return [x / 2, y / 2];
    });
    strokes.push({ width, points });
    at += 2 + 2 * count;
  }
  return strokes;
}

// Drawings as text for a link. Numbers are written in digits of base 32 with a flag for "more follows", so small ones take
// a single character. Of strokes: for each its width, the number of its points, and the steps from point to point.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MOST = 100_000; // numbers in a text: more than anybody draws, and not enough to make the browser wait

/**
 * The text for whole numbers from 0 on.
 *
 * @param {number[]} numbers
 */
export function writeNumbers(numbers) {
  let text = "";
  for (const value of numbers) {
    let rest = value;
    do {
      text += DIGITS[(rest % 32) + (rest >= 32 ? 32 : 0)];
      rest = Math.trunc(rest / 32);
    } while (rest);
  }
  return text;
}

/**
 * The numbers of a text; null if it is not one that `writeNumbers` makes.
 *
 * @param {string} text
 * @returns {number[] | null}
 */
export function readNumbers(text) {
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
  return weight === 1 ? numbers : null;
}

/**
 * The text for strokes whose points are on the grid of half units.
 *
 * @param {Stroke[]} strokes
 */
export function encode(strokes) {
  const signed = (/** @type {number} */ value) => (value < 0 ? -2 * value - 1 : 2 * value);
  /** @type {number[]} */
  const numbers = [];
  for (const { width, points } of strokes) {
    numbers.push(width, points.length);
    let [x, y] = [0, 0];
    for (const point of points) {
      const [newX, newY] = point.map((coordinate) => Math.round(2 * coordinate));
      numbers.push(signed(newX - x), signed(newY - y));
      [x, y] = [newX, newY];
    }
  }
  return writeNumbers(numbers);
}

/**
 * The strokes of a text; null if it is not one that `encode` makes.
 *
 * @param {string} text
 * @returns {Stroke[] | null}
 */
export function decode(text) {
  const numbers = readNumbers(text);
  if (!numbers) return null;
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

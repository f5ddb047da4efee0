// A number as a reader types it.
const LARGEST = 1e9;

/**
 * With a point or a comma before the decimals, spaces, apostrophes, commas or points between thousands, and a percent sign.
 * null if it is no number, or a larger one than any answer.
 *
 * @param {string} text
 */
export function numberIn(text) {
  let digits = text.replace(/\u2212/g, "-").replace(/[\s'\u2019]|%$/g, "");
  if (/^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(digits)) digits = digits.replaceAll(",", "");
  if (/^-?[1-9]\d{0,2}(\.\d{3})+,\d*$/.test(digits)) digits = digits.replaceAll(".", "");
  digits = digits.replace(",", ".");
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(digits) || Math.abs(Number(digits)) > LARGEST) return null;
  return Number(digits);
}

// A number as a reader types it, and how near it has to be.
import { decimal } from "../show/format.js";

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

/**
 * How near to the answer a number has to be, in words; "" if it has to be the same.
 *
 * @param {{ tolerance: number, within: number, unit: string }} asked `within` is a number, `tolerance` a share of the answer
 */
export function nearness({ tolerance, within, unit }) {
  const points = unit === "%" ? " points" : "";
  const by = within ? `${decimal(within, Number.isInteger(within) ? 0 : 2)}${points}` : "";
  const share = tolerance ? `${Math.round(100 * tolerance)} % of the answer` : "";
  const most = [share, by].filter(Boolean).join(", or ");
  return most && `Right within ${most}.`;
}

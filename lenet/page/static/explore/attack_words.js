// Attacks in words.
import { BUDGETS } from "../network/attack.js";
import { article } from "../show/format.js";

/**
 * The smallest change that does it, in words; where none does, what to try.
 *
 * @param {{ method: string, digit: number, answered: number, likeliest: number, instead: number | null }} attacked by a method
 */
export function smallestInWords({ method, digit, answered, likeliest, instead }) {
  const advice = instead === null ? " Try another method." : ` Try ${article(instead)} ${instead}.`;
  const wanted = `${article(digit)} ${digit}`;
  const each = isInk(method) ? " in each pixel" : "";
  if (likeliest < 0)
    return `No change tried, of up to ${amount(method, BUDGETS - 1)}${each}, makes it ${wanted}.${advice}`;
  const change = (/** @type {number} */ budget) => `a change of ${amount(method, budget)}${each}`;
  if (answered < 0)
    return `With ${change(likeliest)} it would be ${wanted}, but is rejected; no change tried makes the answer ${wanted}.${advice}`;
  const earlier =
    answered > likeliest ? ` With ${amount(method, likeliest)} it would be one already, but is rejected.` : "";
  return `It takes ${change(answered)} to make it ${wanted}, the smallest that was found.${earlier}`;
}

/**
 * Whether the budget of a method is ink, not pixels.
 *
 * @param {string} method
 */
export function isInk(method) {
  return method !== "pixels";
}

/**
 * @param {string} method
 * @param {number} budget
 */
export function amount(method, budget) {
  if (isInk(method)) return `${budget} % of full ink`;
  return budget === 1 ? "1 pixel" : `${budget} pixels`;
}

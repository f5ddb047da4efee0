// What can be set for an attack, and how a link has it.
import { ATTACKS, BUDGETS } from "../network/attack.js";

/** @typedef {{ method: string, digit: number | null, budget: number | null }} AttackSettings null: found by the page */

const FIRST = "pgd";

/**
 * As text: "" if nothing is chosen.
 *
 * @param {AttackSettings} settings
 */
export function encode({ method, digit, budget }) {
  return method === FIRST && digit === null && budget === null ? "" : [method, digit, budget].join();
}

/**
 * What a text says; what it does not, or not validly, is not chosen.
 *
 * @param {string} text
 * @returns {AttackSettings}
 */
export function decode(text) {
  const [method, digit = "", budget = ""] = text.split(",");
  return {
    method: Object.hasOwn(ATTACKS, method) ? method : FIRST,
    digit: /^\d$/.test(digit) ? Number(digit) : null,
    budget: /^\d{1,2}$/.test(budget) && Number(budget) < BUDGETS ? Number(budget) : null,
  };
}

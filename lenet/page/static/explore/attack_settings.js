// What can be set for an attack, and how it is read from a link.
import { ATTACKS, BUDGETS } from "../network/attack.js";
import { FIRST } from "./attack_text.js";

/** @import { AttackSettings } from "./attack_text.js" */

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

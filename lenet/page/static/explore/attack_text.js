// What is set for an attack, as a link has it. It stands apart from what reads it, which knows all attacks.

/** @typedef {{ method: string, digit: number | null, budget: number | null }} AttackSettings null: found by the page */

export const FIRST = "pgd";

/**
 * As text: "" if nothing is chosen.
 *
 * @param {AttackSettings} settings
 */
export function encode({ method, digit, budget }) {
  return method === FIRST && digit === null && budget === null ? "" : [method, digit, budget].join();
}

// A group of buttons, of which a panel shows one as pressed.
import { element } from "../dom.js";

/**
 * Add a button for each name; `choose` is given its number.
 *
 * @param {HTMLElement} group
 * @param {string[]} names
 * @param {(i: number) => void} choose
 */
export function addChoices(group, names, choose) {
  const buttons = names.map((name) => element("button", { type: "button" }, name));
  for (const [i, button] of buttons.entries()) button.addEventListener("click", () => choose(i));
  group.append(...buttons);
  return buttons;
}

/**
 * @param {HTMLElement[]} buttons
 * @param {number} chosen
 */
export function press(buttons, chosen) {
  for (const [i, button] of buttons.entries()) button.setAttribute("aria-pressed", String(i === chosen));
}

// The buttons, and Undo and Redo by keyboard from anywhere on the page.
import { find, isTyped, listenOutside } from "../dom.js";
import { isFor } from "./embedding.js";

/**
 * @import { Pad } from "./pad.js"
 * @import { Store } from "../store.js"
 */

/**
 * @param {HTMLElement} root
 * @param {Pad} pad
 * @param {Store} store
 */
export function addControls(root, pad, store) {
  /** @type {Record<string, () => void>} */
  const actions = {
    undo: () => {
      pad.undo();
      store.announce(pad.blank ? "Undone. The pad is blank." : "Undone.");
    },
    redo: () => {
      pad.redo();
      store.announce(pad.blank ? "Redone. The pad is blank." : "Redone.");
    },
    clear: () => {
      pad.clear();
      store.announce(`The pad is blank.${store.mutedMaps.length ? " What is switched off stays so." : ""}`);
    },
  };
  const buttons = Object.fromEntries(Object.keys(actions).map((name) => [name, find(root, `button.${name}`)]));
  for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", actions[name]);

  const update = () => {
    // Only dimmed: a button that is disabled while it has the focus would lose it.
    buttons.undo.toggleAttribute("data-idle", !pad.canUndo);
    buttons.redo.toggleAttribute("data-idle", !pad.canRedo);
  };
  pad.addEventListener("change", update);
  pad.addEventListener("rest", update);
  update();

  const width = find(root, ".width", HTMLInputElement);
  width.addEventListener("input", () => {
    pad.brush = Number(width.value);
  });

  listenOutside(root, document, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
    if (!isFor(root)) return;
    if (isTyped(event)) return;
    const key = event.key.toLowerCase();
    if (key !== "y" && key !== "z") return;
    const action = key === "y" || event.shiftKey ? "redo" : "undo";
    event.preventDefault();
    actions[action]();
  });
}

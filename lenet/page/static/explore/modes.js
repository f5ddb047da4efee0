// The strip of modes: a button each, of which one is pressed. What is drawn stays. Save opens a panel below it.
import { find, findAll } from "../dom.js";

/** @import { Store } from "../store.js" */

const ENOUGH = 120; // pixels of an opened part that must be in the window, or it is scrolled to

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function addModes(root, store) {
  const buttons = findAll(root, ".modes [data-mode]");
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === store.mode));
    root.dataset.mode = store.mode;
  };
  const reveal = () => {
    const panel = find(root, `.panel.${store.mode}`);
    const { top } = panel.getBoundingClientRect();
    if (top > innerHeight - ENOUGH) panel.scrollIntoView({ block: "nearest" });
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      store.setMode(button.dataset.mode ?? "");
      reveal();
    });
  }
  const opener = find(root, ".open-save");
  opener.addEventListener("click", () => {
    const panel = find(root, ".save");
    panel.hidden = !panel.hidden;
    opener.setAttribute("aria-expanded", String(!panel.hidden));
  });
  store.addEventListener("mode", show);
  show();
}

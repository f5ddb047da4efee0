// The buttons, and Undo and Redo by keyboard from anywhere on the page.
import { find, isTyped, listenOutside } from "../dom.js";
import { isFor } from "./embedding.js";

/**
 * @import { Pad } from "./pad.js"
 * @import { Store } from "../store.js"
 */

/** @type {[name: string, most: number, brush: number][]} the widths called that, and the one that the button chooses */
const BRUSHES = [
  ["thin", 14, 10],
  ["medium", 25, 20],
  ["thick", Number.POSITIVE_INFINITY, 32],
];

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
  const step = find(root, ".brush-step"); // where there is no room for the slider
  const setBrush = () => {
    pad.brush = Number(width.value);
    const [name] = BRUSHES.find(([, most]) => pad.brush <= most) ?? BRUSHES[0];
    step.title = step.ariaLabel = `Width of the brush: ${name}`;
    step.style.setProperty("--brush", String(pad.brush));
  };
  width.addEventListener("input", setBrush);
  step.addEventListener("click", () => {
    const next = BRUSHES.find(([, , brush]) => brush > pad.brush) ?? BRUSHES[0];
    width.value = String(next[2]);
    setBrush();
    store.announce(`Brush: ${next[0]}.`);
  });
  setBrush();

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

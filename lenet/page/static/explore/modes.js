// The strip of modes: a button each, of which one is pressed. What is drawn stays. Save opens a panel below it.
import { find, findAll } from "../dom.js";

/** @import { Store } from "../store.js" */

const LOW = 0.72; // of the window's height: a panel that begins below is brought up, with the modes above it

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function addModes(root, store) {
  const buttons = findAll(root, ".modes [data-mode]");
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === store.mode));
    root.dataset.mode = store.mode;
    reach();
  };
  let frame = 0;
  /** On a phone the strip scrolls sideways: in the next frame, for which the browser lays the page out anyway. */
  const reach = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const strip = find(root, ".strip");
      const chosen = buttons.find((button) => button.dataset.mode === store.mode);
      if (!chosen) return;
      strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - (strip.clientWidth - chosen.offsetWidth) / 2;
    });
  };
  // Whether they have room side by side; the style sheet shows that there are more, which takes room, too.
  new ResizeObserver(() => {
    const strip = find(root, ".strip");
    const [first, last] = [buttons[0], buttons[buttons.length - 1]];
    const wide = last.offsetLeft + last.offsetWidth - first.offsetLeft;
    strip.toggleAttribute("data-cut", wide > strip.clientWidth + 1);
  }).observe(find(root, ".strip"));
  const reveal = () => {
    const { top } = find(root, `.panel.${store.mode}`).getBoundingClientRect();
    if (top > LOW * innerHeight) find(root, ".modes").scrollIntoView({ block: "start", behavior: "instant" });
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

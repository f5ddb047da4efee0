// Dark mode: Gradio's, which is a class of the body, or, in a notebook, what that is found to be.
import { listenOutside } from "./dom.js";

/** @typedef {{ ink: string, paper: string, mark: string, edge: string, positive: string, negative: string, dark: boolean }} Colors */

const NAMES = ["ink", "paper", "mark", "edge", "positive", "negative"];

const changes = new EventTarget();
let isObserved = false;
/** @type {boolean | null} */
let isNotebookDark = null;

export function isDark() {
  return isNotebookDark ?? document.body.classList.contains("dark");
}

/**
 * Say whether the notebook is dark. With `again`, all is shown again even if that is no news.
 *
 * @param {boolean} dark
 */
export function setDark(dark, again = false) {
  if (dark === isNotebookDark && !again) return;
  isNotebookDark = dark;
  changes.dispatchEvent(new Event("change"));
}

/** @type {Record<"dark" | "light", Colors | null>} */
const known = { dark: null, light: null };

/**
 * The page's colors, for canvases. They are read once: to ask for a style makes the browser compute all that have changed.
 *
 * @param {Element} inside
 * @returns {Colors}
 */
export function colors(inside) {
  const theme = isDark() ? "dark" : "light";
  if (known[theme]) return known[theme];
  const style = getComputedStyle(inside);
  const color = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const [ink, paper, mark, edge, positive, negative] = NAMES.map(color);
  known[theme] = { ink, paper, mark, edge, positive, negative, dark: isDark() };
  return known[theme];
}

/**
 * Call `show` whenever the page becomes dark or light, for as long as an element is in the document.
 *
 * @param {Element} inside
 * @param {() => void} show
 */
export function onThemeChange(inside, show) {
  listenOutside(inside, changes, "change", show);
  if (isObserved) return;
  isObserved = true;
  const observer = new MutationObserver(() => {
    if (isNotebookDark === null) changes.dispatchEvent(new Event("change"));
  });
  observer.observe(document.body, { attributeFilter: ["class"] });
}

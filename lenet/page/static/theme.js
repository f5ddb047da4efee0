// Gradio's dark mode, which is a class of the body.

/** @typedef {{ ink: string, paper: string, mark: string, edge: string, positive: string, negative: string, dark: boolean }} Colors */

const NAMES = ["ink", "paper", "mark", "edge", "positive", "negative"];

export function isDark() {
  return document.body.classList.contains("dark");
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
  const observer = new MutationObserver(() => {
    if (inside.isConnected) show();
    else observer.disconnect();
  });
  observer.observe(document.body, { attributeFilter: ["class"] });
}

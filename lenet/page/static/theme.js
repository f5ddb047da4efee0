// Gradio's dark mode, which is a class of the body.

export function isDark() {
  return document.body.classList.contains("dark");
}

/**
 * Call `show` whenever the page becomes dark or light.
 *
 * @param {() => void} show
 */
export function onThemeChange(show) {
  new MutationObserver(() => show()).observe(document.body, { attributeFilter: ["class"] });
}

// Gradio's dark mode, which is a class of the body.

export function isDark() {
  return document.body.classList.contains("dark");
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

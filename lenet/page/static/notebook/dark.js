// Whether a notebook is dark. Each kind says so in another way; of others, the color behind the pad tells.
import { contextOf, element } from "../dom.js";
import { isDark, onThemeChange, setDark } from "../theme.js";

/**
 * Follow the notebook that an element is in: whether it is dark, which the element's class says, and whether the element is
 * seen, for which `seen` is called. A cell that is out of sight may be taken out of the document, and put back.
 *
 * @param {HTMLElement} host
 * @param {AbortSignal} signal
 * @param {() => void} seen
 */
export function followNotebook(host, signal, seen) {
  onThemeChange(host, () => host.classList.toggle("dark", isDark())); // before all that is in it is shown again
  const update = (again = false) => {
    if (host.isConnected) setDark(isDarkAround(host), again);
  };
  let width = 0;
  const sizes = new ResizeObserver(() => {
    const appears = !width && host.clientWidth > 0;
    width = host.clientWidth;
    if (!appears) return;
    update(true);
    seen();
  });
  sizes.observe(host);
  const attributes = new MutationObserver(() => update());
  for (const one of [document.documentElement, document.body]) attributes.observe(one, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => update(), { signal });
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    attributes.disconnect();
  });
}

/** @param {Element} host */
function isDarkAround(host) {
  const { body, documentElement } = document;
  const { jpThemeLight, vscodeThemeKind } = body.dataset; // JupyterLab and Notebook; VS Code
  if (jpThemeLight) return jpThemeLight === "false";
  if (vscodeThemeKind) return !vscodeThemeKind.endsWith("light");
  const theme = documentElement.getAttribute("theme"); // Colab
  if (theme) return theme === "dark";
  return isDarkBehind(host) ?? matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * Whether the nearest color behind an element is a dark one; null if there is none.
 *
 * @param {Element} inside
 */
function isDarkBehind(inside) {
  const context = contextOf(element("canvas", { width: 1, height: 1 }), { willReadFrequently: true });
  for (let around = parentOf(inside); around; around = parentOf(around)) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(around).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, opacity] = context.getImageData(0, 0, 1, 1).data;
    if (opacity > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return null;
}

/**
 * The element around one, also around a shadow tree, in which marimo shows what cells return.
 *
 * @param {Element} inside
 */
function parentOf(inside) {
  const root = inside.getRootNode();
  return inside.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

// How the values of the layers are shown: before or after the activation function, as they are or as the difference from
// blank paper; or how the loss changes with each of them; and the scale of their colors.
import { element, find } from "../dom.js";
import { onThemeChange } from "../theme.js";
import { number } from "./format.js";
import { paint } from "./palette.js";

/** @import { Store } from "../store.js" */

const WIDE = 3; // the end of the scale where values have no bound

/**
 * The end of the color scale of a layer: the amplitude of tanh, or a fixed one, so that colors compare between layers and
 * drawings.
 *
 * @param {NetworkDescription} description
 * @param {boolean} before the activation function
 * @param {string} [layer] without, of those that have an activation function
 */
export function scaleOf({ activation, layers }, before, layer) {
  const bound = activation.kind === "tanh" ? activation.amplitude : WIDE;
  const activated = !layer || layers.find(({ name }) => name === layer)?.activated;
  return before && activated ? WIDE : bound;
}

/**
 * "after tanh" with the name of another activation function.
 *
 * @param {string} words
 * @param {NetworkDescription["activation"]} activation
 */
function withName(words, { kind }) {
  return words.replace(/tanh|ReLU/, kind === "relu" ? "ReLU" : kind);
}

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {NetworkDescription} description
 */
export function addView(root, store, description) {
  const select = find(root, ".view .values", HTMLSelectElement);
  const digit = find(root, ".view .of-digit select", HTMLSelectElement);
  digit.append(...Array.from({ length: 10 }, (_, i) => element("option", {}, String(i))));
  const scale = find(root, ".view .scale", HTMLCanvasElement);
  const words = [...select.options].map(({ text }) => text);
  const show = () => {
    const present = store.network?.description ?? description; // another one, with another activation function, may be trained
    for (const [i, option] of [...select.options].entries()) option.text = withName(words[i], present.activation);
    const { before, difference, gradient } = store.view;
    select.value = gradient ? "gradient" : `${before ? "before" : "after"}${difference ? " difference" : ""}`;
    find(root, ".view .of-digit").hidden = !gradient;
    const isTaught = store.mode === "teach" && store.lesson !== null;
    digit.value = isTaught ? String(store.lesson) : String(store.view.digit ?? "");
    digit.disabled = isTaught; // as there
    const end = number(scaleOf(present, before)).replace(/\.?0+$/, "");
    find(root, ".view .low").textContent = gradient ? "\u2212max" : `\u2212${end}`;
    find(root, ".view .high").textContent = gradient ? "+max" : `+${end}`;
    paint(
      scale,
      Float32Array.from({ length: scale.width }, (_, i) => (2 * i) / (scale.width - 1) - 1),
      1,
    );
  };
  select.addEventListener("change", () => {
    const [kind, difference] = select.value.split(" ");
    store.setView({ before: kind === "before", difference: Boolean(difference), gradient: kind === "gradient" });
  });
  digit.addEventListener("change", () => store.setView({ digit: digit.value === "" ? null : Number(digit.value) }));
  for (const event of ["view", "lesson", "mode", "network"]) store.addEventListener(event, show);
  onThemeChange(root, show);
  show();
}

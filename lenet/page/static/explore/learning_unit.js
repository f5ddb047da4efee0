// How the pinned unit learns, in Inspect: the view of the gradients, and below the card one weight worked out, whose module
// is loaded then.
import { find } from "../dom.js";
import { PartOnDemand } from "./panel_on_demand.js";

/** @import { Store } from "../store.js" */

/**
 * `open` loads the module and starts it in the section.
 *
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {(section: HTMLElement) => Promise<object>} open
 */
export function addOneWeight(root, store, open) {
  const section = find(root, ".one-weight");
  const button = find(root, ".how-it-learns");
  const module = new PartOnDemand(find(section, ".loading"), () => open(section));
  const show = () => {
    const { unit, pinned, network, view, mode } = store;
    const layer = unit && network?.layers.find(({ name }) => name === unit.layer);
    const learns = pinned && Object.keys(layer?.tensors ?? {}).length > 0;
    button.hidden = !learns || mode !== "inspect";
    button.setAttribute("aria-pressed", String(view.gradient));
    // While the way to a weight is followed, it leads through other layers.
    section.hidden = mode !== "inspect" || !pinned || !view.gradient || (!learns && !module.value);
    if (!section.hidden) module.load();
  };
  button.addEventListener("click", async () => {
    const gradient = !store.view.gradient;
    // Of what it is read as already there is nothing to learn: all numbers would be close to zero.
    const digit = gradient ? (store.view.digit ?? store.reading?.top[1][0] ?? null) : null;
    store.setView({ gradient, digit });
    await module.load();
    if (gradient) section.scrollIntoView({ block: "nearest" });
  });
  for (const event of ["selection", "view", "mode", "network"]) store.addEventListener(event, show);
}

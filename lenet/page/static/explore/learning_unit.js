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
  /** @type {Store["view"] | null} how the layers were shown before; null if the visitor himself has chosen what is shown */
  let before = null;
  let own = false; // whether it is this button that changes the view
  const setView = (/** @type {Partial<Store["view"]>} */ view) => {
    own = true;
    store.setView(view);
    own = false;
  };
  const giveBack = () => {
    if (!before) return;
    const view = before;
    before = null;
    setView(view);
  };
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
    if (before) {
      giveBack();
      return;
    }
    const gradient = !store.view.gradient;
    if (gradient) before = store.view;
    // Of what it is read as already there is nothing to learn: all numbers would be close to zero.
    const digit = gradient ? (store.view.digit ?? store.reading?.top[1][0] ?? null) : null;
    setView({ gradient, digit });
    await module.load();
    if (gradient) section.scrollIntoView({ block: "nearest" });
  });
  store.addEventListener("view", () => {
    if (!own && (!store.view.gradient || store.restoring)) before = null;
  });
  const leave = () => {
    if (store.mode !== "inspect" || !store.pinned) giveBack();
  };
  for (const event of ["selection", "mode"]) store.addEventListener(event, leave);
  for (const event of ["selection", "view", "mode", "network"]) store.addEventListener(event, show);
}

// Inspect: the card of the selected unit.
import { find } from "../dom.js";
import { onThemeChange } from "../theme.js";
import { card } from "./card.js";
import { patch } from "./tree.js";

/** @import { Store } from "../store.js" */

export class Inspect {
  /**
   * @param {HTMLElement} root
   * @param {Store} store
   */
  constructor(root, store) {
    this.store = store;
    this.panel = find(root, ".panel.inspect");
    this.hint = find(this.panel, ".hint");
    this.card = find(this.panel, ".card");
    this.actions = find(this.panel, ".actions");
    this.mute = find(this.panel, ".mute");
    this.numbers = find(this.panel, ".with-numbers", HTMLInputElement);
    this.all = find(this.panel, ".all-terms", HTMLInputElement);
    find(this.panel, ".unpin").addEventListener("click", () => store.free());
    this.mute.addEventListener("click", () => {
      if (store.unit) store.toggleMuted(store.unit.layer, store.unit.map);
    });
    for (const box of [this.numbers, this.all]) box.addEventListener("change", () => this.#show());
    for (const event of ["selection", "reading", "network", "muted", "mode"])
      store.addEventListener(event, () => this.#show());
    onThemeChange(() => this.#show());
    this.#show();
  }

  #show() {
    const { store } = this;
    const { unit, pinned, network } = store;
    this.panel.hidden = !store.inspecting;
    if (this.panel.hidden) return;
    const shown = network ? unit : null;
    this.hint.hidden = Boolean(shown);
    this.actions.hidden = !(shown && pinned);
    const open = (/** @type {Unit} */ other) => store.pin(other);
    const options = { numbers: this.numbers.checked, all: this.all.checked, open };
    patch(this.card, shown ? card(store, shown, options) : []);
    if (!network || !shown) return;
    const isMap = shown.layer !== "input" && network.shape(shown.layer).length === 3;
    find(this.panel, ".all").hidden = !["c5", "f6", "output"].includes(shown.layer);
    this.mute.hidden = shown.layer === "input" || shown.layer === "output";
    const isMuted = store.muted[shown.layer]?.has(shown.map);
    this.mute.textContent = `${isMuted ? "Unmute" : "Mute"} this ${isMap ? "map" : "unit"}`;
  }
}

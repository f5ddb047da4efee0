// Inspect: the card of the selected unit, and its place among the maps of its layer.
import { find } from "../dom.js";
import { isInNotebook } from "../pad/embedding.js";
import { patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { card } from "./card.js";
import { Maps } from "./maps.js";

/** @import { Store } from "../store.js" */

const BEGUN = 120; // pixels of a sum that are seen once its unit has been tapped
const DIGEST = 36; // pixels of the answer in one line, at the top of the window
const LEGIBLE = 100; // milliseconds that a number stands while the pen moves: nobody reads one that changes in each frame

export class Inspect {
  #shown = 0; // when the card was made
  #timer = 0;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Record<string, number>} sides of the layers that have maps
   */
  constructor(root, store, sides) {
    this.root = root;
    this.store = store;
    this.panel = find(root, ".panel.inspect");
    this.hint = find(this.panel, ".hint");
    this.card = find(this.panel, ".card");
    this.actions = find(this.panel, ".actions");
    this.mute = find(this.panel, ".mute");
    this.numbers = find(this.panel, ".with-numbers", HTMLInputElement);
    this.all = find(this.panel, ".all-terms", HTMLInputElement);
    this.wants = find(this.panel, ".wants");
    this.maps = new Maps(root, store, sides);
    find(this.panel, ".unpin").addEventListener("click", () => store.free());
    this.mute.addEventListener("click", () => {
      if (store.unit) store.toggleMuted(store.unit.layer, store.unit.map);
    });
    for (const box of [this.numbers, this.all]) box.addEventListener("change", () => this.#show());
    for (const event of ["network", "muted", "mode", "view", "lesson"])
      store.addEventListener(event, () => this.#show());
    store.addEventListener("selection", () => {
      this.#show();
      this.#reveal();
    });
    // The answer's score is worked out once the pen rests: nobody has asked for it, and it would slow the pen.
    store.addEventListener("reading", () => {
      if (store.source || store.state !== "live" || !store.reading) this.#show();
      else if (store.unit && !this.#timer) {
        this.#timer = setTimeout(() => this.#show(), LEGIBLE - (performance.now() - this.#shown));
      }
    });
    store.addEventListener("state", () => {
      if (store.state !== "live") this.#show();
    });
    onThemeChange(root, () => this.#show());
    this.#show();
  }

  #show() {
    const { store } = this;
    clearTimeout(this.#timer);
    [this.#timer, this.#shown] = [0, performance.now()];
    const { unit, pinned, network } = store;
    this.panel.hidden = !store.inspecting || store.mode === "hand"; // which shows the weights of the unit itself
    this.root.toggleAttribute("data-pinned", pinned && store.inspecting);
    if (this.panel.hidden) return;
    this.hint.hidden = Boolean(unit);
    const shown = network && (unit ?? answerOf(store.reading));
    this.actions.hidden = !(shown && pinned);
    this.wants.hidden = !unit || !pinned || unit.layer === "input" || store.mode !== "inspect";
    const open = (/** @type {Unit} */ other) => store.pin(other);
    const options = { numbers: this.numbers.checked, all: this.all.checked, open };
    patch(this.card, shown ? card(store, shown, options) : []);
    this.maps.show(shown);
    if (!network || !shown) return;
    const isMap = shown.layer !== "input" && network.shape(shown.layer).length === 3;
    find(this.panel, ".all").hidden = !["c5", "f6", "output"].includes(shown.layer);
    this.mute.hidden = shown.layer === "input" || shown.layer === "output";
    const isMuted = store.muted[shown.layer]?.has(shown.map);
    this.mute.textContent = isMuted ? "Switch on" : "Switch off";
    this.mute.title = `${this.mute.textContent} this ${isMap ? "map" : "unit"}`;
  }

  /** Where the panel is below the window, as on a phone, what has been pinned is scrolled to; a notebook stays where it is. */
  #reveal() {
    const { pinned, restoring } = this.store;
    const { kind = "" } = this.root.dataset;
    if (!pinned || restoring || this.panel.hidden || isInNotebook(this.root) || !["phone", "short"].includes(kind))
      return;
    const { element } = this.maps;
    const maps = kind === "short" ? find(element, ".cards") : element; // there is no room for what is below them
    const first = element.hidden ? this.card.firstElementChild : maps;
    first?.scrollIntoView({ block: "nearest", behavior: "instant" });
    if (kind === "phone") this.#revealSum();
  }

  /** On a phone the sum is below the map: its beginning is seen, and all of it if the figure has room, too. */
  #revealSum() {
    const sum = this.card.querySelector(".equation")?.getBoundingClientRect();
    if (!sum) return;
    const above = (/** @type {string} */ name) => find(this.root, name).getBoundingClientRect().top - DIGEST;
    const begun = Math.min(sum.top + BEGUN, sum.bottom) - innerHeight;
    const half = above(".net") + find(this.root, ".net").offsetHeight / 2; // of the figure stays, where not all of it can
    const top = Math.max(Math.min(begun, half), Math.min(sum.bottom - innerHeight, above(".net")));
    if (top > 0) scrollBy({ top, behavior: "instant" });
  }
}

/**
 * The unit of the answer, which is explained while nothing is pointed at.
 *
 * @param {Reading | null} reading
 * @returns {Unit | null}
 */
function answerOf(reading) {
  return reading && { layer: "output", map: reading.top[0][0], row: 0, column: 0 };
}

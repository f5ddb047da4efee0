// Inspect: the card of the selected unit, and its place in its map, enlarged.
import { element, find } from "../dom.js";
import { canvasesOf, cellOf, cellUnder, isVector, unitAt, within } from "../show/cells.js";
import { cellBox, overlay } from "../show/overlay.js";
import { paint } from "../show/palette.js";
import { onThemeChange } from "../theme.js";
import { card } from "./card.js";
import { peak } from "./figures.js";
import { patch } from "./tree.js";

/** @import { Store } from "../store.js" */

const STEPS = { left: [0, -1], right: [0, 1], up: [-1, 0], down: [1, 0] };

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
    this.enlarged = find(this.panel, ".enlarged");
    this.marker = find(this.enlarged, ".outline");
    this.caption = find(this.enlarged, "figcaption");
    find(this.panel, ".unpin").addEventListener("click", () => store.free());
    this.mute.addEventListener("click", () => {
      if (store.unit) store.toggleMuted(store.unit.layer, store.unit.map);
    });
    for (const box of [this.numbers, this.all]) box.addEventListener("change", () => this.#show());
    for (const event of ["selection", "reading", "network", "muted", "mode"])
      store.addEventListener(event, () => this.#show());
    onThemeChange(() => this.#show());
    this.#listen();
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
    this.#enlarge(shown);
    if (!network || !shown) return;
    const isMap = shown.layer !== "input" && network.shape(shown.layer).length === 3;
    find(this.panel, ".all").hidden = !["c5", "f6", "output"].includes(shown.layer);
    this.mute.hidden = shown.layer === "input" || shown.layer === "output";
    const isMuted = store.muted[shown.layer]?.has(shown.map);
    this.mute.textContent = `${isMuted ? "Unmute" : "Mute"} this ${isMap ? "map" : "unit"}`;
  }

  /** @param {Unit | null} unit */
  #enlarge(unit) {
    const { network, reading, blank } = this.store;
    const { outputs } = reading ?? blank ?? {};
    this.enlarged.hidden = !unit || unit.layer === "output";
    if (!network || !outputs || !unit || unit.layer === "output") return;
    const { count, width, height } = canvasesOf(unit.layer, network.shape(unit.layer));
    const at = cellOf(unit);
    let canvas = find(this.enlarged, "canvas", HTMLCanvasElement);
    if (canvas.width !== width || canvas.height !== height) {
      const other = element("canvas", { width, height, attributes: { "aria-hidden": "true" } });
      canvas.replaceWith(other);
      canvas = other;
    }
    const values = outputs[unit.layer];
    const size = values.length / count;
    paint(canvas, values.subarray(at.index * size, (at.index + 1) * size), Math.max(1, peak(values)));
    overlay(this.marker, cellBox(at), width, height);
    this.caption.textContent = isVector(unit.layer)
      ? `among all of ${unit.layer.toUpperCase()}`
      : "its place in the map";
  }

  /** The crosshair on the enlarged map follows a finger, and the buttons move it by a unit. */
  #listen() {
    const { store } = this;
    const map = () => find(this.enlarged, "canvas", HTMLCanvasElement);
    const move = (/** @type {number} */ row, /** @type {number} */ column) => {
      if (!store.unit) return;
      const [onRow, onColumn] = within(map(), row, column);
      store.pin(unitAt(store.unit.layer, cellOf(store.unit).index, onRow, onColumn));
    };
    const follow = (/** @type {PointerEvent} */ event) => move(...cellUnder(map(), event));
    const frame = find(this.enlarged, ".frame");
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      follow(event);
    });
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) follow(event);
    });
    for (const [name, [down, right]] of Object.entries(STEPS)) {
      find(this.enlarged, `[data-step="${name}"]`).addEventListener("click", () => {
        if (!store.unit) return;
        const { row, column } = cellOf(store.unit);
        move(row + down, column + right);
      });
    }
  }
}

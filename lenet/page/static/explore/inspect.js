// Inspect: the card of the selected unit, and its place in its map, enlarged.
import { element, find } from "../dom.js";
import { overlay } from "../show/overlay.js";
import { paint } from "../show/palette.js";
import { patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { card } from "./card.js";
import { peak } from "./figures.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Store } from "../store.js"
 */

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
    for (const event of ["selection", "network", "muted", "mode", "view", "lesson"])
      store.addEventListener(event, () => this.#show());
    // The answer's score is worked out once the pen rests: nobody has asked for it, and it would slow the pen.
    store.addEventListener("reading", () => {
      if (store.unit || store.source || store.state !== "live" || !store.reading) this.#show();
    });
    store.addEventListener("state", () => {
      if (!store.unit && store.state !== "live") this.#show();
    });
    onThemeChange(root, () => this.#show());
    this.#listen();
    this.#show();
  }

  #show() {
    const { store } = this;
    const { unit, pinned, network } = store;
    this.panel.hidden = !store.inspecting;
    if (this.panel.hidden) return;
    this.hint.hidden = Boolean(unit);
    const shown = network && (unit ?? answerOf(store.reading));
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
    const values = unit && (reading ?? blank)?.outputs[unit.layer];
    const side = unit && network ? sideOf(network, unit) : 1;
    this.enlarged.hidden = !values || side === 1;
    if (!unit || !values || side === 1) return;
    let canvas = find(this.enlarged, "canvas", HTMLCanvasElement);
    if (canvas.width !== side) {
      const other = element("canvas", { width: side, height: side, attributes: { "aria-hidden": "true" } });
      canvas.replaceWith(other);
      canvas = other;
    }
    const ofMap = values.subarray(unit.map * side ** 2, (unit.map + 1) * side ** 2);
    if (unit.layer === "input") paint(canvas, ofMap, 1, "gray");
    else paint(canvas, ofMap, Math.max(1, peak(values)));
    const { row, column } = unit;
    overlay(this.marker, { top: row, left: column, bottom: row + 1, right: column + 1 }, side);
    this.caption.textContent = unit.layer === "input" ? "its place in the input" : `its place in map ${unit.map}`;
  }

  /** The crosshair on the enlarged map follows a finger, and the buttons move it by a unit. */
  #listen() {
    const { store } = this;
    const move = (/** @type {number} */ row, /** @type {number} */ column) => {
      if (!store.unit || !store.network) return;
      const last = sideOf(store.network, store.unit) - 1;
      const within = (/** @type {number} */ at) => Math.min(last, Math.max(0, at));
      store.pin({ ...store.unit, row: within(row), column: within(column) });
    };
    const frame = find(this.enlarged, ".frame");
    const follow = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const canvas = find(frame, "canvas", HTMLCanvasElement);
      const { left, top, width, height } = canvas.getBoundingClientRect();
      move(
        Math.floor(((clientY - top) / height) * canvas.height),
        Math.floor(((clientX - left) / width) * canvas.width),
      );
    };
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      follow(event);
    });
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) follow(event);
    });
    for (const [name, [down, right]] of Object.entries(STEPS)) {
      find(this.enlarged, `[data-step="${name}"]`).addEventListener("click", () => {
        if (store.unit) move(store.unit.row + down, store.unit.column + right);
      });
    }
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

/**
 * The side of the unit's map; 1 if its layer has none.
 *
 * @param {Network} network
 * @param {Unit} unit
 */
function sideOf(network, { layer }) {
  return layer === "input" ? 32 : (network.shape(layer)[1] ?? 1);
}

// Inspect: the card of the selected unit, and, on narrow screens, its map enlarged, below the row that it is in.
import { canvasesOf, cellOf, cellUnder, unitAt, within } from "../show/cells.js";
import { element } from "../show/element.js";
import { paint } from "../show/palette.js";
import { cell, place } from "../show/place.js";
import { onThemeChange } from "../theme.js";
import { card } from "./card.js";
import { peak } from "./figures.js";
import { patch } from "./tree.js";

const STEPS = { left: [0, -1], right: [0, 1], up: [-1, 0], down: [1, 0] };

export class Inspect {
  constructor(root, store) {
    Object.assign(this, { root, store });
    this.panel = root.querySelector(".panel.inspect");
    this.home = this.panel.parentElement;
    this.hint = this.panel.querySelector(".hint");
    this.card = this.panel.querySelector(".card");
    this.actions = this.panel.querySelector(".actions");
    this.mute = this.panel.querySelector(".mute");
    this.numbers = this.panel.querySelector(".with-numbers");
    this.all = this.panel.querySelector(".all-terms");
    this.enlarged = this.panel.querySelector(".enlarged");
    this.marker = this.enlarged.querySelector(".outline");
    this.panel.querySelector(".unpin").addEventListener("click", () => store.free());
    this.mute.addEventListener("click", () => store.toggleMuted(store.unit.layer, store.unit.map));
    for (const box of [this.numbers, this.all]) box.addEventListener("change", () => this.#show());
    store.addEventListener("selection", () => this.#scrollToCard());
    for (const event of ["selection", "reading", "network", "muted", "mode"])
      store.addEventListener(event, () => this.#show());
    onThemeChange(() => this.#show());
    store.addEventListener("mode", () => {
      this.home.scrollTop = 0;
    });
    this.muting = root.querySelector(".muting");
    new ResizeObserver(() => this.#place()).observe(root);
    this.#listen();
    this.#show();
  }

  /** Whether the column of the pad has no room for the card: it has one column with all else, or is hardly higher. */
  get narrow() {
    return this.root.clientWidth < 680 || matchMedia("(orientation: landscape) and (max-height: 480px)").matches;
  }

  #show() {
    const { store } = this;
    const { unit, pinned, network } = store;
    this.panel.hidden = !store.inspecting;
    if (this.panel.hidden) return;
    // On a narrow screen, a preview would move what is pointed at.
    const shown = network && unit && (pinned || !this.narrow);
    this.hint.hidden = shown;
    this.actions.hidden = !(shown && pinned);
    const options = { numbers: this.numbers.checked, all: this.all.checked, open: (other) => store.pin(other) };
    patch(this.card, shown ? card(store, unit, options) : []);
    this.#place();
    this.#enlarge(shown && unit.layer !== "output");
    if (!shown) return;
    const isMap = unit.layer !== "input" && network.layer(unit.layer).shape.length === 3;
    this.panel.querySelector(".all").hidden = !["c5", "f6", "output"].includes(unit.layer);
    this.mute.hidden = unit.layer === "input" || unit.layer === "output";
    this.mute.textContent = `${store.muted[unit.layer]?.has(unit.map) ? "Unmute" : "Mute"} this ${isMap ? "map" : "unit"}`;
  }

  /** In the column of the pad, or, on a narrow screen, below the maps that are explained. */
  #place() {
    const { panel } = this;
    const { unit, pinned } = this.store;
    if (!(this.narrow && pinned && unit)) {
      if (panel.parentElement !== this.home) this.home.prepend(panel);
      if (this.muting.parentElement !== this.home) this.home.append(this.muting);
      panel.style.order = this.muting.style.order = "";
      return;
    }
    const above = this.root.querySelector(unit.layer === "input" ? ".answer" : `.stage[data-stage="${unit.layer}"]`);
    if (above.nextElementSibling !== panel) above.after(panel, this.muting);
    panel.style.order = this.muting.style.order = getComputedStyle(above).order;
  }

  /** The card of another layer or map begins at its heading, in view. */
  #scrollToCard() {
    const { unit, pinned } = this.store;
    const key = pinned && unit ? `${unit.layer}.${unit.map}` : "";
    if (key === this.shown) return;
    this.shown = key;
    this.home.scrollTop = 0;
    if (!key || !this.narrow) return;
    requestAnimationFrame(() => {
      const { bottom } = this.panel.getBoundingClientRect();
      if (bottom > innerHeight) this.panel.previousElementSibling.scrollIntoView({ block: "start" }); // the row of the map
    });
  }

  #enlarge(shown) {
    this.enlarged.hidden = !shown;
    if (!shown) return;
    const { unit, network, reading, blank } = this.store;
    const shape = unit.layer === "input" ? [1, 32, 32] : network.layer(unit.layer).shape;
    const { count, width, height } = canvasesOf(unit.layer, shape);
    const at = cellOf(unit);
    let canvas = this.enlarged.querySelector("canvas");
    if (canvas.width !== width || canvas.height !== height) {
      const other = element("canvas", { width, height, attributes: { "aria-hidden": "true" } });
      canvas.replaceWith(other);
      canvas = other;
    }
    const values = (reading ?? blank).outputs[unit.layer];
    const size = values.length / count;
    paint(canvas, values.subarray(at.index * size, (at.index + 1) * size), Math.max(1, peak(values)));
    place(this.marker, cell(at), width, height);
  }

  /** The crosshair on the enlarged map follows a finger, and the buttons move it by a unit. */
  #listen() {
    const { store } = this;
    const move = (row, column) => {
      const [onRow, onColumn] = within(this.enlarged.querySelector("canvas"), row, column);
      store.pin(unitAt(store.unit.layer, cellOf(store.unit).index, onRow, onColumn));
    };
    const follow = (event) => move(...cellUnder(this.enlarged.querySelector("canvas"), event));
    const frame = this.enlarged.querySelector(".frame");
    frame.addEventListener("pointerdown", (event) => {
      frame.setPointerCapture(event.pointerId);
      follow(event);
    });
    frame.addEventListener("pointermove", (event) => {
      if (frame.hasPointerCapture(event.pointerId)) follow(event);
    });
    for (const [name, [down, right]] of Object.entries(STEPS)) {
      this.enlarged.querySelector(`[data-step="${name}"]`).addEventListener("click", () => {
        const { row, column } = cellOf(store.unit);
        move(row + down, column + right);
      });
    }
  }
}

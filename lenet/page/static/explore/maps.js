// The maps of the selected unit's layer, enlarged: on a phone a card each, which one swipes through, else the one that the
// unit is on. A place on a map pins its unit.
import { closest, find, findAll } from "../dom.js";
import { compact, decimal, range } from "../show/format.js";
import { gradientOf } from "../show/gradient.js";
import { overlay } from "../show/overlay.js";
import { KERNEL, paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { grid, peak } from "./figures.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Store } from "../store.js"
 */

const STEPS = { left: [0, -1], right: [0, 1], up: [-1, 0], down: [1, 0] };
const NEAR = 8; // pixels from its place that a card may be
const REST = 120; // milliseconds without scrolling after which a swipe has ended, where the browser does not say so

export class Maps {
  #key = ""; // what the cards are of
  /** @type {Network | null} */
  #network = null;
  #current = -1;
  #kind = ""; // of the layout
  #timer = 0;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Record<string, number>} sides of the layers that have maps
   */
  constructor(root, store, sides) {
    this.root = root;
    this.store = store;
    this.sides = sides;
    this.element = find(root, ".enlarged");
    this.list = find(this.element, ".cards");
    this.which = find(this.element, ".which");
    this.#listenToPlaces();
    this.#listenToSwipes();
    for (const [name, [down, right]] of Object.entries(STEPS)) {
      find(this.element, `[data-step="${name}"]`).addEventListener("click", () => {
        if (store.unit) this.#pin({ row: store.unit.row + down, column: store.unit.column + right });
      });
    }
    for (const button of findAll(this.element, "[data-map]")) {
      button.addEventListener("click", () => this.#step(Number(button.dataset.map)));
    }
    // A phone that is turned has all cards side by side, or one.
    new ResizeObserver(() => {
      if (this.root.dataset.kind !== this.#kind) this.show(this.store.unit);
      if (!this.element.hidden) this.#align();
    }).observe(this.list);
  }

  /** @param {Unit | null} unit */
  show(unit) {
    const { reading, blank, network } = this.store;
    const gradient = this.store.view.gradient && unit ? gradientOf(this.store)?.[unit.layer] : null;
    const values = gradient ?? (unit && (reading ?? blank)?.outputs[unit.layer]);
    const side = unit ? (this.sides[unit.layer] ?? 0) : 0;
    this.element.hidden = !values || !side;
    if (!unit || !values || !side || !network) return;
    const { layer, map, row, column } = unit;
    const count = values.length / side ** 2;
    if (this.#key !== layer || this.#network !== network) this.#make(network, layer, count, side);
    const cards = [...this.list.children];
    const isOther = map !== this.#current;
    this.#current = map;
    this.#kind = this.root.dataset.kind ?? "";
    // While the pen moves, only what is in view changes, and no text.
    const moves = this.store.state === "live" && !isOther;
    const shown = this.#kind === "phone" && !moves ? cards.keys() : [map];
    const isInk = layer === "input" && !gradient;
    const scale = gradient ? peak(values) : isInk ? 1 : Math.max(1, peak(values));
    for (const i of shown) {
      const ofMap = values.subarray(i * side ** 2, (i + 1) * side ** 2);
      const canvas = find(cards[i], ".frame canvas", HTMLCanvasElement);
      paint(canvas, ofMap, scale, isInk ? "gray" : "diverging");
      if (moves) continue;
      const [low, high] = range(ofMap);
      find(cards[i], ".range").textContent = gradient
        ? `${compact(low)} to ${compact(high)}`
        : `${decimal(low, 2)} to ${decimal(high, 2)}`;
    }
    for (const [i, card] of cards.entries()) card.ariaCurrent = String(i === map);
    overlay(find(cards[map], ".outline"), { top: row, left: column, bottom: row + 1, right: column + 1 }, side);
    this.which.textContent = layer === "input" ? "in the input" : `in map ${map}`;
    // What is only pointed at has gone before one reaches the buttons.
    find(this.element, ".beside").dataset.maps = String(this.store.pinned ? count : 1);
    if (isOther) this.#align();
  }

  /**
   * @param {Network} network
   * @param {string} layer
   * @param {number} count
   * @param {number} side
   */
  #make(network, layer, count, side) {
    [this.#key, this.#network, this.#current] = [layer, network, -1];
    this.list.ariaLabel = layer === "input" ? "Input" : `Maps of ${layer.toUpperCase()}`;
    const kernels = layer === "input" ? undefined : network.layer(layer).kernels;
    const cards = Array.from({ length: count }, (_, map) => {
      const seen = kernels?.(map) ?? [];
      const pictures = seen.map(({ map: from, kernel }) =>
        node("span", {}, grid(kernel, KERNEL, false), seen.length > 1 ? String(from) : null),
      );
      return node(
        "li",
        {},
        node(
          "div",
          { className: "frame" },
          node("canvas", { width: side, height: side, attributes: { "aria-hidden": "true" } }),
          node("div", { className: "outline unit pinned" }),
        ),
        node(
          "div",
          { className: "about-map" },
          node("b", {}, layer === "input" ? "Input" : `Map ${map}`),
          node("span", { className: "range" }),
          seen.length ? node("span", {}, seen.length > 1 ? "kernels, by map" : "kernel") : null,
          seen.length ? node("div", { className: "kernels" }, ...pictures) : null,
        ),
      );
    });
    patch(this.list, cards);
  }

  /**
   * Pin another unit of the layer, as far as there is one.
   *
   * @param {{ map?: number, row?: number, column?: number }} to
   */
  #pin(to) {
    const { unit } = this.store;
    if (!unit) return;
    const last = (this.sides[unit.layer] ?? 1) - 1;
    const { map, row, column } = { ...unit, ...to };
    const within = (/** @type {number} */ at, /** @type {number} */ most) => Math.min(most, Math.max(0, at));
    const maps = this.list.childElementCount - 1;
    this.store.pin({ ...unit, map: within(map, maps), row: within(row, last), column: within(column, last) });
  }

  /** @param {number} step */
  #step(step) {
    if (this.store.unit) this.#pin({ map: this.store.unit.map + step });
  }

  /** A mouse, or a finger where there is nothing to swipe, takes the unit along; a tap pins one. */
  #listenToPlaces() {
    const follow = (/** @type {MouseEvent} */ event) => {
      const frame = closest(event.target, ".frame");
      const card = frame?.closest("li");
      if (!frame || !card) return;
      const { clientX, clientY } = event;
      const { left, top, width, height } = frame.getBoundingClientRect();
      const side = find(frame, "canvas", HTMLCanvasElement).width;
      this.#pin({
        map: [...this.list.children].indexOf(card),
        row: Math.floor(((clientY - top) / height) * side),
        column: Math.floor(((clientX - left) / width) * side),
      });
    };
    this.list.addEventListener("pointerdown", (event) => {
      const frame = closest(event.target, ".frame");
      if (!frame || (event.pointerType === "touch" && getComputedStyle(frame).touchAction !== "none")) return;
      frame.setPointerCapture(event.pointerId);
      follow(event);
    });
    this.list.addEventListener("pointermove", (event) => {
      if (closest(event.target, ".frame")?.hasPointerCapture(event.pointerId)) follow(event);
    });
    this.list.addEventListener("click", follow);
  }

  #listenToSwipes() {
    const { list } = this;
    const ended = () => {
      clearTimeout(this.#timer);
      const { pinned, unit } = this.store;
      if (!pinned || !unit || this.element.hidden || list.scrollWidth <= list.clientWidth) return;
      const distance = (/** @type {Element} */ card) => Math.abs(leftOf(card, list));
      const cards = [...list.children];
      const map = cards.reduce((best, card, i) => (distance(card) < distance(cards[best]) - 1 ? i : best), 0);
      const atEnd = list.scrollLeft >= list.scrollWidth - list.clientWidth - 1;
      if (atEnd && unit.map > map) return; // the last cards cannot all be at the edge
      if (map !== unit.map) this.#pin({ map });
    };
    list.addEventListener("scrollend", ended);
    list.addEventListener("scroll", () => {
      clearTimeout(this.#timer);
      if (!("onscrollend" in window)) this.#timer = setTimeout(ended, REST);
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.#step(step);
    });
  }

  /** The card of the unit's map is the one in view. */
  #align() {
    const { list } = this;
    const card = list.children[this.#current];
    if (!card) return;
    const left = leftOf(card, list);
    if (list.scrollWidth <= list.clientWidth || Math.abs(left) < NEAR) return; // it is where a swipe has brought it
    list.scrollTo({ left: list.scrollLeft + left, behavior: "instant" });
  }
}

/**
 * How far a card is from the left edge of its list.
 *
 * @param {Element} card
 * @param {HTMLElement} list
 */
function leftOf(card, list) {
  return card.getBoundingClientRect().left - list.getBoundingClientRect().left;
}

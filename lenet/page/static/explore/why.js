// Why this digit and not that: what F6 contributes to the difference of two scores, traced back to C5; which ink speaks
// for which digit; and the smallest change that would make it the other one.
import { element, find, findAll } from "../dom.js";
import { compare } from "../network/evidence.js";
import { explain, onDrawing } from "../network/explain.js";
import { saliency } from "../network/saliency.js";
import { article, decimal, ordinalDigit, percentage, reasonText, sizeText } from "../show/format.js";
import { overlay } from "../show/overlay.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { bars, grid, largest, ledger, peak, sumOf } from "./figures.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Background } from "./background.js"
 * @import { Store } from "../store.js"
 */

const UNITS = 8;
const INPUTS = 4;
const CONTRAST = 2.5; // one square often counts several times as much as all others

/** What can be shown of the pixels, the keys of its colors, and what it tells and does not. */
const SALIENCIES = /** @type {const} */ ({
  erasing: {
    label: "Erasing",
    speaks: "speaks for",
    words:
      "Squares of 4\u00d74 pixels of the input were erased, one after the other; the rest is not centered again. It tells what " +
      "ink is worth, a square at a time, but not where ink is missing.",
  },
  gradient: {
    label: "Gradient",
    speaks: "more ink speaks for",
    words:
      "How the difference of the two scores changes if a pixel gets a little more ink, also where there is none. It tells which " +
      "small changes matter, but not what a whole stroke is worth.",
  },
  product: {
    label: "Gradient \u00d7 ink",
    speaks: "speaks for",
    words:
      "The gradient times the ink: what the ink would add if the network were linear. As it is not, this is finer than erasing, but " +
      "only a hint, and nothing about blank paper.",
  },
});
const show = (/** @type {number} */ value) => decimal(value, 3);

/**
 * What the worker is given, and what it answers.
 *
 * @typedef {{ ink: Float32Array, first: number, second: number, answer: number, muted: Muted, key: string }} Asked
 * @typedef {{ evidence: Float32Array, other: number, change: Change | null, changes: number }} Answered
 */

export class Why {
  /** @type {number | null} */
  #traced = null; // the unit of F6 whose inputs are shown
  /** @type {Asked | null} */
  #asked = null; // what the worker has been given last
  /** @type {(Asked & Answered) | null} */
  #result = null;
  /** @type {keyof typeof SALIENCIES} */
  #saliency = "erasing";

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {number} side
   * @param {Background} background
   */
  constructor(root, store, side, background) {
    this.store = store;
    this.side = side;
    this.background = background;
    this.panel = find(root, ".panel.why");
    this.selects = [...this.panel.querySelectorAll("select")];
    this.shown = [0, 1];
    for (const [i, select] of this.selects.entries()) {
      select.append(...Array.from({ length: 10 }, (_, digit) => element("option", {}, String(digit))));
      select.addEventListener("change", () => {
        const other = this.selects[1 - i];
        if (other.value === select.value) other.value = String(this.shown[i]); // two different digits
        const [first, second] = this.selects.map(({ value }) => Number(value));
        store.setPair([first, second]);
      });
    }
    find(this.panel, ".likeliest").addEventListener("click", () => store.setPair(null));
    this.ghost = element("div", { className: "ghost", hidden: true, attributes: { "aria-hidden": "true" } });
    this.pad = find(root, ".pad");
    this.tint = element("canvas", { width: 32, height: 32, attributes: { "aria-hidden": "true" } });
    this.pad.append(element("div", { className: "tint" }, this.tint), this.ghost);
    for (const key of /** @type {(keyof typeof SALIENCIES)[]} */ (Object.keys(SALIENCIES))) {
      const button = element("button", { type: "button", dataset: { saliency: key } }, SALIENCIES[key].label);
      button.addEventListener("click", () => {
        this.#saliency = key;
        this.#showTrials();
      });
      find(this.panel, ".saliencies").append(button);
    }
    for (const event of ["mode", "reading", "network", "pair"]) store.addEventListener(event, () => this.#show());
    onThemeChange(root, () => this.#show());
    this.#show();
  }

  #show() {
    const { store, panel } = this;
    panel.hidden = store.mode !== "why";
    this.#mark(null);
    if (panel.hidden) return;
    const { reading, network } = store;
    const body = find(panel, ".comparison");
    find(panel, ".hint").hidden = Boolean(reading);
    body.hidden = !reading;
    if (!reading || !network) return;
    /** @type {[number, number]} */
    const pair = store.pair ?? [reading.top[0][0], reading.top[1][0]];
    this.selects.forEach((select, i) => {
      select.value = String(pair[i]);
    });
    this.shown = pair;
    find(panel, ".likeliest").hidden = !store.pair;
    const rejected = find(panel, ".rejected");
    rejected.hidden = !reading.reason;
    const [[likeliest, probability]] = reading.top;
    const single = `${article(likeliest)} ${likeliest} (${percentage(probability)})`; // or one of several digits
    rejected.textContent = reading.number
      ? `The drawing is read as ${reading.number}, digit by digit. This is about ${ordinalDigit(reading)}, ${single}.`
      : `The drawing is rejected: ${reasonText(reading.reason ?? "")}. If it had to be a digit, it would be ${single}.`;
    this.#showContributions(network, reading, pair);
    this.#ask(reading, pair);
    this.#showTrials();
  }

  /**
   * @param {Network} network
   * @param {Reading} reading
   * @param {[number, number]} pair
   */
  #showContributions(network, reading, [first, second]) {
    const { contributions, bias, difference } = compare(network, reading, first, second);
    const items = [...contributions].map((value, i) => ({
      name: `F6, unit ${i}`,
      value,
      points: `f6.${i}`,
      open: () => this.#trace(i),
      expanded: i === this.#traced,
      more: i === this.#traced ? [this.#inputsOf(network, reading, i)] : [],
    }));
    const [shown, rest] = largest(items, ({ value }) => value, UNITS);
    const words = `What each unit of F6 adds to the score of ${first} minus the score of ${second}`;
    /** @type {LedgerLine[]} */
    const sum = [[`the other ${rest.length} units`, show(sumOf(rest.map(({ value }) => value)))]];
    if (bias) sum.push(["difference of the biases", show(bias)]);
    sum.push([`score of ${first} minus score of ${second}`, show(difference), "result"]);
    const nodes = [node("p", {}, `${words}; the largest of ${items.length}:`), bars(shown, show), ledger(sum)];
    if (network.layer("output").centers) {
      const bitmap = grid(contributions, peak(contributions), false, 7);
      const caption = node("figcaption", {}, `The contributions as F6's ${sizeText(7, 12)} bitmap.`);
      nodes.push(node("figure", { className: "bitmap" }, bitmap, caption));
    }
    patch(find(this.panel, ".contributions"), nodes);
  }

  /** @param {number} unit */
  #trace(unit) {
    this.#traced = unit === this.#traced ? null : unit;
    this.#show();
  }

  /**
   * The units of C5 that contribute most to a unit of F6; a click shows one in Inspect, with the maps it reads.
   *
   * @param {Network} network
   * @param {Reading} reading
   * @param {number} unit
   */
  #inputsOf(network, reading, unit) {
    const { contributions, bias, before } = explain(network, reading, {
      layer: "f6",
      map: unit,
      row: 0,
      column: 0,
    });
    const items = [...contributions].map((value, i) => ({
      name: `C5, unit ${i}`,
      value,
      points: `c5.${i}`,
      open: () => this.store.inspect({ layer: "c5", map: i, row: 0, column: 0 }),
    }));
    const [shown, rest] = largest(items, ({ value }) => value, INPUTS);
    return node(
      "div",
      { className: "traced" },
      node("p", {}, `What raises and lowers F6, unit ${unit}; a click opens a unit in Inspect:`),
      bars(shown, show, ["raises", "lowers"]),
      ledger([
        [`the other ${rest.length} units`, show(sumOf(rest.map(({ value }) => value)))],
        ["bias", show(bias)],
        ["sum, before the activation", show(before), "result"],
      ]),
    );
  }

  /**
   * Have the worker try changes of this drawing.
   *
   * @param {Reading} reading
   * @param {[number, number]} pair
   */
  #ask({ outputs: { input }, top }, [first, second]) {
    const { muted, mutedMaps } = this.store;
    const key = [first, second, ...mutedMaps].join();
    if (this.#asked?.ink === input && this.#asked.key === key) return;
    const asked = { ink: input, first, second, answer: top[0][0], muted, key };
    this.#asked = asked;
    this.background.ask("why", asked, (/** @type {Answered} */ result) => {
      this.#result = { ...result, ...asked };
      if (this.store.mode === "why") this.#showTrials();
    });
  }

  /** Until the worker has answered about this drawing, what it has said of another one is not shown. */
  #showTrials() {
    const { reading, network, muted } = this.store;
    const trials = find(this.panel, ".trials");
    const isCurrent = this.#result?.key === this.#asked?.key && this.#result?.ink === reading?.outputs.input;
    const result = isCurrent ? this.#result : null;
    const [first, second] = this.shown;
    const which = this.#saliency;
    const { speaks, words } = SALIENCIES[which];
    const found = which !== "erasing" && reading && network && saliency(network, reading, first, second, muted);
    const values = found ? found[which] : (result?.evidence ?? null);
    find(trials, ".frame").style.visibility = values ? "" : "hidden"; // it has its place before, so that nothing moves
    for (const button of findAll(trials, "[data-saliency]")) {
      button.setAttribute("aria-pressed", String(button.dataset.saliency === which));
    }
    if (values) paint(find(trials, ".frame canvas", HTMLCanvasElement), values, peak(values) / (found ? 1 : CONTRAST));
    find(trials, ".for-first").textContent = `${speaks} ${first}`;
    find(trials, ".for-second").textContent = `${speaks} ${second}`;
    find(trials, ".about-saliency").textContent = words;
    this.#mark(values);
    this.#showChange(result);
  }

  /**
   * Tint the drawing on the pad, unless it is not known where in it the input is, as of images.
   *
   * @param {Float32Array | null} values
   */
  #mark(values) {
    const placement = this.store.reading?.placement;
    const shown = values && placement;
    this.ghost.hidden = true;
    this.tint.hidden = !shown;
    this.pad.classList.toggle("tinted", Boolean(shown));
    if (!shown) return;
    paint(this.tint, values, peak(values), "tint");
    overlay(this.tint, onDrawing(placement, { top: 0, left: 0, bottom: 32, right: 32 }), this.side);
  }

  /** @param {(Asked & Answered) | null} result */
  #showChange(result) {
    const sentence = find(this.panel, ".change");
    const box = find(this.panel, ".trials .ghost");
    sentence.style.visibility = result ? "" : "hidden";
    box.hidden = !result?.change;
    if (!result) return;
    const { other, change, changes } = result;
    sentence.textContent = change
      ? `${change.kind === "erase" ? "Erasing" : "Adding"} ${sizeText(change.size)} pixels of the input at the dashed square makes it ${article(other)} ${other}. Of ${changes} changes tried, it is the smallest that does.`
      : `None of the ${changes} changes tried makes it ${article(other)} ${other}: squares of up to ${sizeText(10)} pixels were erased, and dots of up to ${sizeText(6)} added.`;
    if (!change) return;
    const { top, left, size } = change;
    const square = { top, left, bottom: top + size, right: left + size };
    box.className = this.ghost.className = `ghost ${change.kind}`;
    overlay(box, square, 32);
    const placement = this.store.reading?.placement;
    if (!placement) return;
    this.ghost.hidden = false;
    overlay(this.ghost, onDrawing(placement, square), this.side);
  }
}

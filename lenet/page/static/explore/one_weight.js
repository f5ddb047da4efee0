// How one weight of the pinned unit learns: its gradient, summed up from what comes in times what flows back, and what a
// step of gradient descent does to it; and the way there from the loss, step by step.
import { element, find } from "../dom.js";
import { usesOf } from "../network/chain.js";
import { weightsOf } from "../network/editing.js";
import { ratesOf } from "../network/teaching.js";
import { isSameUnit } from "../show/cells.js";
import { article, compact, decimal, powerOfTen } from "../show/format.js";
import { gradientsOf } from "../show/gradient.js";
import { KERNEL } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { chainOf } from "./chain_words.js";
import { grid, largest, ledger, peak, sumOf } from "./figures.js";
import { nameOfWeight, showKernels } from "./kernel_choice.js";
import { WeightGrid } from "./weight_grid.js";

/**
 * @import { Store } from "../store.js"
 * @import { Use } from "../network/chain.js"
 */

const TOO_SMALL = "That is less than can be shown: choose a digit of which the network is not so sure.";
const SHOWN = 5; // of the largest terms
const DIGITS = 4; // of a number, about
const ACROSS = 5; // columns up to which cells have room for numbers
const FIRST_RATE = 1;

const HTML = `
<div class="about-weight">
  <h3>How one weight learns</h3>
  <p class="sentence-of-weight"></p>
  <p class="chips"><button type="button" class="start-chain">From the loss, step by step</button></p>
  <div class="kernel-choice" role="group" aria-label="Kernels of the map, by the map that each reads"></div>
</div>
<div class="weight-grid"></div>
<div class="sum-of-weight"></div>
<div class="step-of-weight">
  <p id="weight-rate">One step, with the learning rate</p>
  <div class="chips rates-of-weight" role="group" aria-labelledby="weight-rate"></div>
  <div class="step-result"></div>
</div>`;

export class OneWeight {
  /** @type {Unit | null} */
  #unit = null;
  #part = 0;
  #cell = 0;
  #all = false;
  #step = -1; // of the chain, while it is followed
  words = element("p", { attributes: { "aria-live": "polite" } });
  progress = element("span", { className: "progress" });
  back = element("button", { type: "button" }, "Back");
  next = element("button", { type: "button", className: "next" }, "Next");

  /**
   * @param {HTMLElement} section
   * @param {HTMLElement} root
   * @param {Store} store
   */
  constructor(section, root, store) {
    this.section = section;
    this.root = root;
    this.store = store;
    section.append(document.createRange().createContextualFragment(HTML));
    this.grid = new WeightGrid(find(section, ".weight-grid"), "Weights, of which one is worked out", {
      choose: (cell) => {
        this.#cell = cell;
        this.#show();
      },
    });
    this.rates = store.network ? ratesOf(store.network) : [];
    this.rate = this.rates[FIRST_RATE];
    this.rateButtons = this.rates.map((rate) => {
      const button = element("button", { type: "button" }, String(rate));
      button.addEventListener("click", () => {
        this.rate = rate;
        this.#show();
      });
      return button;
    });
    find(section, ".rates-of-weight").append(...this.rateButtons);
    this.box = this.#addBox();
    find(section, ".start-chain").addEventListener("click", () => this.#go(0));
    store.addEventListener("selection", () => this.#select());
    for (const event of ["mode", "view", "reading", "network", "muted", "lesson"]) {
      store.addEventListener(event, () => this.#show());
    }
    onThemeChange(root, () => this.#show());
    this.#select();
  }

  /** The box of the chain. */
  #addBox() {
    const box = element("div", {
      className: "chain",
      hidden: true,
      tabIndex: -1,
      attributes: { role: "dialog", "aria-label": "From the loss to one weight" },
    });
    const leave = element("button", { type: "button" }, "Leave");
    box.append(this.words, element("div", { className: "tour-buttons" }, this.progress, this.back, this.next, leave));
    this.back.addEventListener("click", () => this.#go(Math.max(0, this.#step - 1)));
    this.next.addEventListener("click", () => this.#go(this.#step + 1));
    leave.addEventListener("click", () => this.#go(-1));
    box.addEventListener("keydown", (event) => {
      const { key } = event;
      if (key === "ArrowRight") this.#go(this.#step + 1);
      else if (key === "ArrowLeft") this.#go(Math.max(0, this.#step - 1));
      else if (key === "Escape") this.#go(-1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return box;
  }

  /** Another unit is pinned: by the visitor, or as a step of the chain. */
  #select() {
    const { unit, pinned } = this.store;
    if (this.#step >= 0) {
      const wanted = this.#chain?.[this.#step]?.unit;
      if (pinned && wanted && isSameUnit(unit, wanted)) return;
      this.#end();
    }
    if (!unit || !pinned) return;
    if (unit.layer !== this.#unit?.layer || unit.map !== this.#unit.map) [this.#part, this.#cell] = [0, -1];
    this.#unit = unit;
    this.#show();
  }

  get #parts() {
    const { network } = this.store;
    return network && this.#unit && this.#unit.layer !== "input"
      ? weightsOf(network.layer(this.#unit.layer), this.#unit.map)
      : [];
  }

  get #chain() {
    const { store } = this;
    const [features, gradients, unit] = [store.reading ?? store.blank, gradientsOf(store), this.#unit];
    if (!store.network || !features || !gradients || !unit) return null;
    const parts = this.#parts;
    if (!parts.length) return null;
    const name = nameOfWeight(parts, this.#part, this.#cell);
    const weight = { part: parts[this.#part], cell: this.#cell, name };
    return chainOf(store.network, features, gradients, store.digit, unit, weight);
  }

  /**
   * To a step of the chain; to none, or beyond the last one, ends it.
   *
   * @param {number} step
   */
  #go(step) {
    const chain = this.#chain;
    const unit = this.#unit;
    if (!chain || !unit) return;
    if (step < 0 || step >= chain.length) {
      this.#end();
      this.store.pin(unit);
      find(this.section, ".start-chain").focus({ preventScroll: true });
      this.section.scrollIntoView({ block: "nearest", behavior: "instant" }); // where its sum and the step are worked out
      return;
    }
    const starts = this.#step < 0;
    if (starts) this.#place();
    this.#step = step;
    this.#showStep();
    this.store.pin(chain[step].unit);
    if (starts) this.box.focus({ preventScroll: true });
    const block = this.#panels ? "end" : "nearest"; // with as much of the figure as there is room for
    this.box.scrollIntoView({ block, behavior: "instant" });
  }

  /** Those below the figure that this one is among, unless it is lent. */
  get #panels() {
    return this.section.closest(".panels");
  }

  /** Between the figure, which it explains, and the panels; where the panel is lent, there is no figure. */
  #place() {
    if (this.#panels) this.#panels.prepend(this.box);
    else this.section.before(this.box);
  }

  #end() {
    this.#step = -1;
    this.box.hidden = true;
  }

  #showStep() {
    const chain = this.#chain;
    this.box.hidden = this.#step < 0 || !chain;
    if (!chain || this.#step < 0) return;
    this.words.textContent = chain[this.#step].words;
    this.progress.textContent = `${this.#step + 1} of ${chain.length}`;
    this.back.toggleAttribute("data-idle", this.#step === 0);
    this.next.textContent = this.#step === chain.length - 1 ? "Finish" : "Next";
  }

  #show() {
    const { store, section } = this;
    if (this.#step >= 0) {
      const wanted = this.#chain?.[this.#step]?.unit;
      const leads = wanted && store.unit && isSameUnit(wanted, store.unit); // not elsewhere, with another drawing
      const isLeft = store.mode !== "inspect";
      if (section.hidden || isLeft || !leads) this.#end();
      if (isLeft && leads && this.#unit) store.pin(this.#unit); // what the visitor had pinned
    }
    const [network, features, gradients, unit] = [
      store.network,
      store.reading ?? store.blank,
      gradientsOf(store),
      this.#unit,
    ];
    const parts = this.#parts;
    if (!parts.length) section.hidden = true; // it learns nothing
    if (section.hidden || !network || !features || !gradients || !unit || !parts.length) return;
    const { tensors, kernels } = network.layer(unit.layer);
    this.#part = Math.min(this.#part, parts.length - 1);
    const part = parts[this.#part];
    const { tensor, from, length, columns } = part;
    if (this.#cell < 0 || this.#cell > length) this.#cell = length >> 1;
    const cell = this.#cell;
    const values = tensors[tensor].subarray(from, from + length);
    showKernels(find(section, ".kernel-choice"), parts, this.#part, tensors, (chosen) => {
      this.#part = chosen;
      this.#show();
    });
    const bias = tensors.bias?.[unit.map] ?? null;
    const scale = kernels ? KERNEL : length === 1 ? 1 : peak(values);
    this.grid.element.dataset.columns = String(columns);
    this.grid.show({ values, columns, bias, scale, numbers: columns <= ACROSS }, cell);
    const name = nameOfWeight(parts, this.#part, cell);
    const likeliest = store.reading?.top[0][0] ?? store.digit;
    const other =
      store.digit === likeliest ? "" : ` (as the ${likeliest} that it is read as, there would be little to learn)`;
    const choose = this.#panels ? "another cell, or another digit above" : "another cell";
    find(section, ".sentence-of-weight").textContent =
      `If the drawing were taught as ${article(store.digit)} ${store.digit}${other}: how the loss changes with one weight (${name}), and what a step makes of it. Choose ${choose}.`;
    const uses = usesOf(network, features, gradients, unit, part, cell);
    this.#showSum(uses, cell >= length);
    this.#showResult(cell < length ? values[cell] : (bias ?? 0), sumOf(uses.map(({ product }) => product)));
    this.#showStep();
  }

  /**
   * The sum, so that what is shown adds up digit by digit.
   *
   * @param {Use[]} uses
   * @param {boolean} isBias
   */
  #showSum(uses, isBias) {
    const { lines, unit } = sumInLines(uses, this.#all ? uses.length : SHOWN, isBias);
    const side = Math.sqrt(uses.length);
    const several = uses.length > 1;
    const heading = several
      ? `At each of the ${uses.length} positions, ${isBias ? "" : "what comes in times "}what flows back, added up${unit}:`
      : `${isBias ? "What flows back" : "What comes in times what flows back"}${unit}:`;
    const map = (/** @type {string} */ title, /** @type {(use: Use) => number} */ value) => {
      const values = Float32Array.from(uses, value);
      const most = values.reduce((largest, one) => Math.max(largest, Math.abs(one)), 0);
      return node("figure", {}, node("figcaption", {}, title), grid(values, most || 1, false, side));
    };
    const maps = node(
      "div",
      { className: "triple" },
      isBias ? null : map("comes in", ({ incoming }) => incoming),
      map(isBias ? "flows back" : "\u00d7 flows back", ({ flowing }) => flowing),
      isBias ? null : map("= products", ({ product }) => product),
    );
    const more = node(
      "button",
      {
        type: "button",
        className: "all-positions",
        onclick: () => {
          this.#all = !this.#all;
          this.#show();
        },
      },
      this.#all ? "Only the largest" : "All positions",
    );
    patch(find(this.section, ".sum-of-weight"), [
      node("p", {}, heading),
      node(
        "div",
        { className: "sum-and-maps" },
        ...(several ? [node("div", { className: "maps-of-weight" }, maps, uses.length > SHOWN ? more : null)] : []),
        ledger(lines),
      ),
    ]);
  }

  /**
   * What a step makes of the weight, and why.
   *
   * @param {number} weight
   * @param {number} gradient
   */
  #showResult(weight, gradient) {
    for (const [i, button] of this.rateButtons.entries()) {
      button.setAttribute("aria-pressed", String(this.rates[i] === this.rate));
    }
    const change = -this.rate * gradient;
    const { digit, reading } = this.store;
    const why = gradient
      ? `${gradient > 0 ? "A larger weight would raise" : "A larger weight would lower"} the loss, so the step makes it ${gradient > 0 ? "smaller" : "larger"}${reading ? ", and this drawing a little more of" : ", and blank paper a little more of"} ${article(digit)} ${digit}.`
      : "The loss does not depend on it at the moment, so it stays as it is.";
    patch(find(this.section, ".step-result"), [
      ledger([
        ["the weight", decimal(weight, 6)],
        [
          `less ${this.rate} \u00d7 ${compact(gradient)}`,
          Math.abs(change) < 5e-6 ? compact(change) : decimal(change, 6),
        ],
        ["after the step", decimal(weight + change, 6), "result"],
      ]),
      node("p", { className: "remark" }, why),
      ...(decimal(weight + change, 6) === decimal(weight, 6) ? [node("p", { className: "remark" }, TOO_SMALL)] : []),
    ]);
  }
}

/**
 * The largest terms, the others together, and the sum, in a power of ten that suits them: what is shown adds up.
 *
 * @param {Use[]} uses
 * @param {number} count
 * @param {boolean} isBias
 * @returns {{ lines: LedgerLine[], unit: string }}
 */
export function sumInLines(uses, count, isBias) {
  const [shown, rest] = largest(uses, ({ product }) => product, count);
  const total = sumOf(uses.map(({ product }) => product));
  const most = Math.max(Math.abs(total), ...shown.map(({ product }) => Math.abs(product)));
  const power = most > 0 ? Math.floor(Math.log10(most)) : 0;
  const exponent = power < -2 || power > 3 ? power : 0;
  const decimals = Math.max(0, DIGITS - 1 - (power - exponent));
  const units = (/** @type {number} */ value) => Math.round((value / 10 ** exponent) * 10 ** decimals); // of the last digit
  const show = (/** @type {number} */ number) => decimal(number / 10 ** decimals, decimals);
  const { length } = uses;
  const left = units(total) - sumOf(shown.map(({ product }) => units(product)));
  /** @type {LedgerLine[]} */
  const lines = shown.map(({ row, column, incoming, flowing, product }) => {
    const factors = isBias ? "" : `${compact(incoming)} \u00d7 ${decimal(flowing / 10 ** exponent, decimals)}`;
    const place = length > 1 ? `row ${row}, column ${column}` : "";
    return [[place, factors].filter(Boolean).join(": "), show(units(product))];
  });
  if (rest.length) lines.push([`the other ${rest.length} positions`, show(left)]);
  lines.push([length > 1 ? "gradient: their sum" : "gradient", show(units(total)), "result"]);
  return { lines, unit: exponent ? `, in ${powerOfTen(exponent)}` : "" };
}

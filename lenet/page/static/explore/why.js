// Why this digit and not that: what F6 contributes to the difference of two scores, traced back to C5; which ink speaks
// for which digit; and the smallest change that would make it the other one.
import { compare } from "../network/evidence.js";
import { explain } from "../network/explain.js";
import { element } from "../show/element.js";
import { decimal } from "../show/format.js";
import { paint } from "../show/palette.js";
import { bars, grid, largest, ledger } from "./figures.js";
import { onDrawing } from "./outlines.js";

const UNITS = 8;
const INPUTS = 4;
const show = (value) => decimal(value, 3);

export class Why {
  #traced = null; // the unit of F6 whose inputs are shown
  #asked = null; // what the worker is working on
  #pending = null;
  #result = null;

  /** `startWorker` makes the worker, which is not needed before this mode is opened. */
  constructor(root, store, side, startWorker) {
    Object.assign(this, { root, store, side, startWorker });
    this.panel = root.querySelector(".panel.why");
    this.selects = [...this.panel.querySelectorAll("select")];
    for (const select of this.selects) {
      select.append(...Array.from({ length: 10 }, (_, digit) => element("option", {}, String(digit))));
      select.addEventListener("change", () => {
        this.chosen = this.selects.map(({ value }) => Number(value));
        this.#show();
      });
    }
    this.panel.querySelector(".likeliest").addEventListener("click", () => {
      this.chosen = null;
      this.#show();
    });
    this.ghost = element("div", { className: "ghost", hidden: true, attributes: { "aria-hidden": "true" } });
    root.querySelector(".pad").append(this.ghost);
    for (const event of ["mode", "reading", "network"]) store.addEventListener(event, () => this.#show());
    new MutationObserver(() => this.#show()).observe(document.body, { attributeFilter: ["class"] }); // dark mode
    this.#show();
  }

  #show() {
    const { store, panel } = this;
    panel.hidden = store.mode !== "why";
    this.ghost.hidden = true;
    if (panel.hidden) return;
    const { reading, network } = store;
    const body = panel.querySelector(".comparison");
    panel.querySelector(".hint").hidden = Boolean(reading);
    body.hidden = !reading;
    if (!reading || !network) return;
    const pair = this.chosen ?? reading.top.slice(0, 2).map(([digit]) => digit);
    this.selects.forEach((select, i) => { select.value = pair[i]; });
    panel.querySelector(".likeliest").hidden = !this.chosen;
    this.#showContributions(reading, pair);
    this.#ask(reading, pair);
    this.#showTrials();
  }

  #showContributions(reading, [first, second]) {
    const { network } = this.store;
    const { contributions, bias, difference } = compare(network, reading, first, second);
    const items = [...contributions].map((value, i) => ({ i, name: `F6, unit ${i}`, value, open: () => this.#trace(i) }));
    const [shown, rest] = largest(items, ({ value }) => value, UNITS);
    const list = bars(shown, show);
    shown.forEach(({ i, name }, at) => {
      const item = list.children[at];
      const button = item.querySelector("button");
      Object.assign(button, { title: `Show what ${name} is computed from` });
      button.dataset.key = `f6-${i}`;
      button.setAttribute("aria-expanded", i === this.#traced);
      if (i === this.#traced) item.append(this.#inputsOf(reading, i));
    });
    const focused = this.panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.panel.querySelector(".contributions").replaceChildren(
      element("p", {}, `Each unit of F6 adds to the score of ${first} or to that of ${second}. The largest of ${items.length}:`),
      list,
      ledger([
        [`the other ${rest.length} units`, show(rest.reduce((sum, { value }) => sum + value, 0))],
        ...(bias ? [["difference of the biases", show(bias)]] : []),
        [`score of ${first} minus score of ${second}`, show(difference), "result"],
      ]),
      ...(network.layer("output").centers ? [element("figure", { className: "bitmap" },
        grid(contributions, Math.max(...contributions.map(Math.abs)), false, 7),
        element("figcaption", {}, "The contributions as F6's 7x12 bitmap."))] : []),
    );
    if (focused) this.panel.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  #trace(unit) {
    this.#traced = unit === this.#traced ? null : unit;
    this.#show();
  }

  /** The units of C5 that contribute most to a unit of F6; a click shows one in Inspect, with the maps it reads. */
  #inputsOf(reading, unit) {
    const { contributions } = explain(this.store.network, reading, { layer: "f6", map: unit, row: 0, column: 0 });
    const items = [...contributions].map((value, i) => ({
      name: `C5, unit ${i}`,
      value,
      open: () => {
        this.store.setMode("inspect");
        this.store.pin({ layer: "c5", map: i, row: 0, column: 0 });
      },
    }));
    return element("div", { className: "traced" }, element("p", {}, "Before the activation, mostly from:"),
      bars(largest(items, ({ value }) => value, INPUTS)[0], show));
  }

  /** Have the worker try changes of this drawing: one drawing at a time, and then the latest. */
  #ask({ outputs: { input }, top }, [first, second]) {
    const { muted, mutedMaps } = this.store;
    const key = [first, second, ...mutedMaps].join();
    this.#pending = null;
    if (this.#asked?.ink === input && this.#asked.key === key) return;
    this.#pending = { ink: input, first, second, answer: top[0][0], muted, key };
    if (!this.working) this.#next();
  }

  #next() {
    if (!this.#pending) return;
    if (!this.worker) {
      this.worker = this.startWorker();
      this.worker.addEventListener("message", ({ data }) => {
        this.working = false;
        this.#result = { ...data, ...this.#asked };
        this.#next();
        if (this.store.mode === "why") this.#showTrials();
      });
    }
    this.working = true;
    [this.#asked, this.#pending] = [this.#pending, null];
    this.worker.postMessage(this.#asked);
  }

  #showTrials() {
    const result = this.#result;
    const trials = this.panel.querySelector(".trials");
    trials.hidden = !result;
    if (!result) return;
    const { evidence, first, second, other, change, changes, ink } = result;
    const most = evidence.reduce((peak, value) => Math.max(peak, Math.abs(value)), 1e-9);
    const canvas = trials.querySelector("canvas");
    paint(canvas, evidence, most);
    trials.querySelector(".for-first").textContent = `speaks for ${first}`;
    trials.querySelector(".for-second").textContent = `speaks for ${second}`;
    const sentence = change
      ? `${change.kind === "erase" ? "Erasing" : "Adding"} ${change.size}x${change.size} pixels of the input at the dashed square makes it ${article(other)} ${other}. Of ${changes} changes tried, it is the smallest that does.`
      : `None of the ${changes} changes tried makes it ${article(other)} ${other}: squares of up to 10x10 pixels were erased, and dots of up to 6x6 added.`;
    trials.querySelector(".change").textContent = sentence;
    const box = trials.querySelector(".ghost");
    box.hidden = !change;
    const { placement } = this.store.reading;
    const current = this.store.reading.outputs.input === ink;
    this.ghost.hidden = !change || !placement || !current;
    if (!change) return;
    const square = { top: change.top, left: change.left, bottom: change.top + change.size, right: change.left + change.size };
    place(box, square, 32, change.kind);
    if (!this.ghost.hidden) place(this.ghost, onDrawing(placement, square), this.side, change.kind);
  }
}

function place(box, { top, left, bottom, right }, of, kind) {
  const percent = (length) => `${(100 * length) / of}%`;
  box.className = `ghost ${kind}`;
  Object.assign(box.style, {
    insetInlineStart: percent(left),
    insetBlockStart: percent(top),
    inlineSize: percent(right - left),
    blockSize: percent(bottom - top),
  });
}

function article(digit) { return digit === 8 ? "an" : "a"; }

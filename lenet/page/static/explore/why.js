// Why this digit and not that: what F6 contributes to the difference of two scores, traced back to C5; which ink speaks
// for which digit; and the smallest change that would make it the other one.
import { compare } from "../network/evidence.js";
import { explain } from "../network/explain.js";
import { element } from "../show/element.js";
import { decimal, percentage } from "../show/format.js";
import { paint } from "../show/palette.js";
import { place } from "../show/place.js";
import { onThemeChange } from "../theme.js";
import { bars, grid, largest, ledger, peak, sumOf } from "./figures.js";
import { onDrawing } from "./outlines.js";
import { node, patch } from "./tree.js";

const UNITS = 8;
const INPUTS = 4;
const show = (value) => decimal(value, 3);

export class Why {
  #traced = null; // the unit of F6 whose inputs are shown
  #asked = null; // what the worker has been given last
  #result = null;

  constructor(root, store, side, background) {
    Object.assign(this, { root, store, side, background });
    this.panel = root.querySelector(".panel.why");
    this.selects = [...this.panel.querySelectorAll("select")];
    for (const [i, select] of this.selects.entries()) {
      select.append(...Array.from({ length: 10 }, (_, digit) => element("option", {}, String(digit))));
      select.addEventListener("change", () => {
        const other = this.selects[1 - i];
        if (other.value === select.value) other.value = this.shown[i]; // two different digits
        store.setPair(this.selects.map(({ value }) => Number(value)));
      });
    }
    this.panel.querySelector(".likeliest").addEventListener("click", () => store.setPair(null));
    this.ghost = element("div", { className: "ghost", hidden: true, attributes: { "aria-hidden": "true" } });
    root.querySelector(".pad").append(this.ghost);
    for (const event of ["mode", "reading", "network", "pair"]) store.addEventListener(event, () => this.#show());
    onThemeChange(() => this.#show());
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
    const pair = store.pair ?? reading.top.slice(0, 2).map(([digit]) => digit);
    this.selects.forEach((select, i) => {
      select.value = pair[i];
    });
    this.shown = pair;
    panel.querySelector(".likeliest").hidden = !store.pair;
    const rejected = panel.querySelector(".rejected");
    rejected.hidden = !reading.reason;
    const [[likeliest, probability]] = reading.top;
    rejected.textContent = `The drawing is rejected: ${reading.reason}. If it had to be a digit, it would be ${article(likeliest)} ${likeliest} (${percentage(probability)}).`;
    this.#showContributions(reading, pair);
    this.#ask(reading, pair);
    this.#showTrials();
  }

  #showContributions(reading, [first, second]) {
    const { network } = this.store;
    const { contributions, bias, difference } = compare(network, reading, first, second);
    const items = [...contributions].map((value, i) => ({
      name: `F6, unit ${i}`,
      value,
      points: `f6.${i}`,
      open: () => this.#trace(i),
      expanded: i === this.#traced,
      more: i === this.#traced ? [this.#inputsOf(reading, i)] : [],
    }));
    const [shown, rest] = largest(items, ({ value }) => value, UNITS);
    patch(this.panel.querySelector(".contributions"), [
      node(
        "p",
        {},
        `What each unit of F6 adds to the score of ${first} minus the score of ${second}; the largest of ${items.length}:`,
      ),
      bars(shown, show),
      ledger([
        [`the other ${rest.length} units`, show(sumOf(rest.map(({ value }) => value)))],
        ...(bias ? [["difference of the biases", show(bias)]] : []),
        [`score of ${first} minus score of ${second}`, show(difference), "result"],
      ]),
      ...(network.layer("output").centers
        ? [
            node(
              "figure",
              { className: "bitmap" },
              grid(contributions, peak(contributions), false, 7),
              node("figcaption", {}, "The contributions as F6's 7x12 bitmap."),
            ),
          ]
        : []),
    ]);
  }

  #trace(unit) {
    this.#traced = unit === this.#traced ? null : unit;
    this.#show();
  }

  /** The units of C5 that contribute most to a unit of F6; a click shows one in Inspect, with the maps it reads. */
  #inputsOf(reading, unit) {
    const { contributions, bias, before } = explain(this.store.network, reading, {
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

  /** Have the worker try changes of this drawing. */
  #ask({ outputs: { input }, top }, [first, second]) {
    const { muted, mutedMaps } = this.store;
    const key = [first, second, ...mutedMaps].join();
    if (this.#asked?.ink === input && this.#asked.key === key) return;
    const asked = { ink: input, first, second, answer: top[0][0], muted, key };
    this.#asked = asked;
    this.background.ask("why", asked, (result) => {
      this.#result = { ...result, ...asked };
      if (this.store.mode === "why") this.#showTrials();
    });
  }

  #showTrials() {
    const result = this.#result;
    const trials = this.panel.querySelector(".trials");
    trials.hidden = !result;
    if (!result) return;
    const { evidence, first, second, other, change, changes, ink } = result;
    paint(trials.querySelector("canvas"), evidence, peak(evidence));
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
    const square = {
      top: change.top,
      left: change.left,
      bottom: change.top + change.size,
      right: change.left + change.size,
    };
    box.className = this.ghost.className = `ghost ${change.kind}`;
    place(box, square, 32);
    if (!this.ghost.hidden) place(this.ghost, onDrawing(placement, square), this.side);
  }
}

function article(digit) {
  return digit === 8 ? "an" : "a";
}

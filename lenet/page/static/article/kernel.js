// A kernel on its way over the input: at one place in numbers, and the map as far as it has come.
import { element, find } from "../dom.js";
import { activation, addedUp, show } from "../explore/card.js";
import { grid, ledger, peak } from "../explore/figures.js";
import { PRESETS } from "../network/editing.js";
import { sizeText } from "../show/format.js";
import { KERNEL, paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { kernelOf, mapOf, sumAt } from "./kernel_sums.js";
import { captioned, picture, setCaption, statusLine, Walk } from "./parts.js";

/** @import { Chosen } from "./kernel_sums.js" */

const PACE = 83; // milliseconds a square: twelve a second
const PACE_OF_ROWS = 500; // where motion is to be reduced, a row at a time
const MAPS = 6;

/**
 * What can be chosen: the six learned kernels, and filters made by hand.
 *
 * @type {(Chosen & { name: string })[]}
 */
const CHOICES = [
  ...Array.from({ length: MAPS }, (_, map) => ({ map, filter: "", name: String(map) })),
  ...["blur", "upright", "level"].map((filter) => ({ map: 0, filter, name: PRESETS[filter].label })),
];

/** @type {Mount} */
export function mount(parent, { store }, { map = 0, filter = "" }) {
  const { filter: own = "" } = CHOICES.find((one) => one.filter && one.filter === filter) ?? {};
  let chosen = Math.max(
    0,
    CHOICES.findIndex((one) => one.filter === own && (own || one.map === map)),
  );
  let at = { row: 13, column: 13 }; // in the middle of the drawing
  let timer = 0;

  const onInput = new Walk("", (to) => go(to));
  const onMap = new Walk("Map. Arrow keys move the kernel, Home and End go along the row", (to, how) => {
    go(to);
    if (how === "key") store.announce(inWords());
  });
  const input = captioned("", onInput.element);
  const output = captioned("", onMap.element);
  const play = element("button", { type: "button", className: "start" }, "Play");
  const hint = statusLine("remark");
  const buttons = CHOICES.map(({ name, filter: by }, i) => {
    const words = by ? `Filter made by hand: ${name}` : `Learned kernel ${name}`;
    const label = element("span", { className: "kernel-and-name" }, picture(5), element("span", {}, name));
    const button = element("button", { type: "button", title: words, ariaLabel: words }, picture(1), label);
    button.addEventListener("click", () => {
      chosen = i;
      update();
    });
    return button;
  });
  const choices = element("div", { className: "kernels-and-filters", ariaLabel: "Kernel" }, ...buttons);
  choices.role = "group";
  const [products, total] = ["products", "total"].map((className) => element("div", { className }));
  const body = element(
    "div",
    { className: "live-figure on-the-way" },
    choices,
    element(
      "div",
      { className: "by-hand-and-map" },
      element(
        "div",
        { className: "two-maps" },
        input,
        element("span", { className: "then", ariaHidden: "true" }, "\u2192"),
        output,
      ),
      element("p", { className: "chips going-on" }, play, hint),
      products,
      total,
    ),
  );
  parent.append(body);

  play.addEventListener("click", () => (timer ? stop() : start()));
  body.addEventListener("keydown", ({ target }) => {
    if (target !== play) stop();
  });

  function start() {
    const isReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const side = sideOf();
    if (at.row === side - 1 && at.column === side - 1) place({ row: 0, column: 0 });
    timer = window.setInterval(() => next(isReduced), isReduced ? PACE_OF_ROWS : PACE);
    play.textContent = "Stop";
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }

  /** @param {boolean} byRows */
  function next(byRows) {
    const side = sideOf();
    const now = at.row * side + at.column;
    const endOfRow = (now + 1) % side === 0 ? now + side : (at.row + 1) * side - 1;
    const to = byRows ? endOfRow : now + 1;
    place({ row: Math.floor(to / side), column: to % side });
    if (to >= side ** 2 - 1) stop();
  }

  /** By hand: it does not go on by itself any more. */
  function go(/** @type {typeof at} */ to) {
    stop();
    place(to);
  }

  function place(/** @type {typeof at} */ to) {
    at = to;
    update();
  }

  function sideOf() {
    return store.network?.shape("c1")[1] ?? 1;
  }

  function inWords() {
    const shown = store.reading ?? store.blank;
    if (!store.network || !shown) return "";
    const { sum, value } = sumAt(store.network, shown, CHOICES[chosen], at);
    return `Row ${at.row}, column ${at.column}: the products add up to ${show(sum)}; value ${show(value)}.`;
  }

  function update() {
    const { network, reading, blank } = store;
    const shown = reading ?? blank;
    if (!network || !shown) return; // not loaded yet
    const choice = CHOICES[chosen];
    const side = sideOf();
    const { side: wide } = network.layer("c1").input;
    at = { row: Math.min(at.row, side - 1), column: Math.min(at.column, side - 1) };
    hint.textContent = reading ? "" : "Draw a digit: this is blank paper.";
    const pixels = network.input(shown.before.input);
    const maps = CHOICES.map((one) => mapOf(network, shown, one));
    for (const [i, values] of maps.entries()) {
      const canvas = /** @type {HTMLCanvasElement} */ (buttons[i].firstChild);
      if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
      paint(canvas, values, scaleOf(values));
      const kernel = kernelOf(network, CHOICES[i]);
      paint(find(buttons[i], ".kernel-and-name canvas", HTMLCanvasElement), kernel, Math.max(KERNEL, peak(kernel)));
      buttons[i].ariaPressed = String(i === chosen);
    }
    onInput.show(pixels, wide, peak(pixels), { at, size: 5 });
    onMap.show(maps[chosen], side, scaleOf(maps[chosen]), { at, last: at.row * side + at.column });
    setCaption(input, `input, normalized, ${sizeText(wide)}`);
    setCaption(output, `${choice.filter ? choice.name.toLowerCase() : `C1, map ${choice.map}`}, ${sizeText(side)}`);
    const sums = sumAt(network, shown, choice, at);
    patch(products, inNumbers(sums, peak(pixels)));
    patch(total, choice.filter ? [sumOfFilter(sums, at)] : sumOfKernel(network, sums));
  }

  return {
    update,
    remove: () => {
      stop();
      body.remove();
    },
  };
}

/** @param {ArrayLike<number>} values */
function scaleOf(values) {
  return Math.max(1, peak(Array.from(values)));
}

/** @typedef {ReturnType<typeof sumAt>} Sums */

/**
 * @param {Sums} sums
 * @param {number} highest of all pixels
 */
function inNumbers({ patch: pixels, kernel, products }, highest) {
  /** @type {[string, Float32Array | Float64Array, number][]} */
  const grids = [
    ["25 pixels", pixels, highest],
    ["\u00d7 25 weights", kernel, Math.max(KERNEL, peak(kernel))],
    ["= 25 products", products, Math.max(KERNEL, peak(products))],
  ];
  return grids.map(([caption, values, scale]) =>
    node("figure", { className: "of-25" }, node("figcaption", {}, caption), grid(values, scale, true)),
  );
}

/**
 * @param {Sums} sums
 * @param {{ row: number, column: number }} at
 */
function sumOfFilter({ sum }, { row, column }) {
  return ledger([
    ["sum of the products", show(sum)],
    ["no bias, no function", ""],
    [`row ${row}, column ${column}`, show(sum), "result"],
  ]);
}

/**
 * @param {import("../network/network.js").Network} network
 * @param {Sums} sums
 */
function sumOfKernel(network, { sum, bias, before }) {
  /** @type {[string, number][]} */
  const parts = [
    ["sum of the products", sum],
    ["bias", bias],
  ];
  return [ledger(addedUp(parts, "sum with bias", before)), activation(network, before)];
}

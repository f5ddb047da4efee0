// A block of four values, and what is made of it; and how much of the drawing four layers lose when it is moved.
import { element } from "../dom.js";
import { card } from "../explore/card.js";
import { grid, peak } from "../explore/figures.js";
import { node, patch } from "../show/tree.js";
import { captioned, choice, setCaption, statusLine, Walk } from "./parts.js";
import { changesWhenShifted, LAYERS } from "./shift.js";
import { unitOf } from "./units.js";
import { withPooling } from "./variants.js";

/** @import { Network } from "../network/network.js" */

/** @type {Record<string, string>} */
const NAMES = { own: "the network\u2019s own", average: "average", max: "maximum", trainable: "trainable, of 1998" };
const CHOICES = Object.keys(NAMES);
const BEGINS =
  "This network has no weights for it: 0.25 and a bias of 0 make an average, from which a training would begin.";
const MOST = 4; // pixels that the input is moved by
const FULL = 1.6; // the share that is as long as a bar can be: what has moved out of its place counts twice

/** @type {Mount} */
export function mount(parent, { store }, settings) {
  const { unit = "s2.0", pooling = "own" } = settings;
  const [layer, number, ...at] = String(unit).split(".");
  const map = Number(number);
  if (store.network) unitOf(String(unit), store.network, null); // an error if there is none
  let place = at.length > 1 ? { row: Number(at[0]), column: Number(at[1]) } : null; // else the middle
  let chosen = Math.max(0, CHOICES.indexOf(String(pooling)));
  let isOpen = settings.result !== false; // whether what comes out is shown
  /** @type {{ of: Network, how: string, network: Network, blank: Features } | null} */
  let other = null;

  const hint = statusLine("remark");
  const how = choice(
    "Of the four",
    CHOICES.map((name) => NAMES[name]),
    (i) => {
      chosen = i;
      isOpen = true;
      update();
    },
  );
  const before = new Walk("", (to) => move({ row: to.row >> 1, column: to.column >> 1 }));
  const after = new Walk("Map after subsampling. Arrow keys move to other blocks", move);
  const [from, result] = [captioned("", before.element), captioned("", after.element)];
  const equation = element("div", { className: "block-of-four" });
  const open = element("button", { type: "button", className: "start" }, "What comes out?");
  open.addEventListener("click", () => {
    isOpen = true;
    update();
  });
  const slider = element("input", { type: "range", min: String(-MOST), max: String(MOST), step: "1" });
  slider.value = String(settings.shift ?? 0);
  slider.ariaLabel = "Pixels to the right";
  const moved = statusLine("moved-by");
  const changes = element("ul", { className: "changes-of-layers" });
  const body = element(
    "div",
    { className: "live-figure blocks" },
    how.group,
    hint,
    element("div", { className: "before-and-after" }, from, element("div", {}, equation, open), result),
    element("h3", {}, "Move the input: how much do the layers change?"),
    element("label", { className: "moved" }, slider, moved),
    changes,
    element(
      "p",
      { className: "remark" },
      "100 %, the line in the bars, is as much as the layer changed when you drew on blank paper.",
    ),
  );
  parent.append(body);
  slider.addEventListener("input", () => update());

  /** @param {{ row: number, column: number }} to */
  function move(to) {
    place = to;
    update();
  }

  /**
   * The network with the chosen pooling, and what it makes of blank paper.
   *
   * @param {Network} network
   * @param {Features} blank
   */
  function pooled(network, blank) {
    const name = CHOICES[chosen];
    if (name === "own") return { network, blank };
    if (other?.of !== network || other.how !== name) {
      const made = withPooling(network, name);
      other = { of: network, how: name, network: made, blank: made.forward(blank.outputs.input) };
    }
    return other;
  }

  function update() {
    const { network: own, reading, blank } = store;
    if (!own || !blank) return; // not loaded yet
    const { network, blank: paper } = pooled(own, blank);
    how.show(chosen);
    const begins = CHOICES[chosen] === "trainable" && !own.layer(layer).tensors.coefficient ? BEGINS : "";
    hint.textContent = reading ? begins : `Draw a digit: this is blank paper. ${begins}`;
    const shown = reading ?? blank;
    const features = network === own ? shown : { ...shown, ...network.forward(shown.outputs.input) };
    const { input, shape } = network.layer(layer);
    const [, side] = shape;
    place ??= { row: side >> 1, column: side >> 1 };
    const source = own.layers[own.layers.findIndex(({ name }) => name === layer) - 1].name;
    const values = features.outputs[source].subarray(map * input.side ** 2, (map + 1) * input.side ** 2);
    const results = features.outputs[layer].subarray(map * side ** 2, (map + 1) * side ** 2);
    before.show(values, input.side, Math.max(1, peak(values)), {
      at: { row: 2 * place.row, column: 2 * place.column },
      size: 2,
    });
    after.show(results, side, Math.max(1, peak(results)), { at: place });
    setCaption(from, `${source.toUpperCase()}, map ${map}`);
    setCaption(result, `${layer.toUpperCase()}, map ${map}`);
    const view = { gradient: false };
    const explained = {
      network,
      reading: features,
      blank: paper,
      muted: {},
      mutedMaps: [],
      view,
      digit: 0,
      pinned: false,
    };
    const options = { numbers: true, all: true, open: () => {} };
    const [, sentence, sum] = card(/** @type {any} */ (explained), { layer, map, ...place }, options);
    const corner = 2 * place.row * input.side + 2 * place.column;
    const block = [0, 1, input.side, input.side + 1].map((to) => values[corner + to]);
    patch(
      equation,
      isOpen
        ? [sentence, sum]
        : [node("div", { className: "from" }, grid(Float32Array.from(block), Math.max(1, peak(values)), true))],
    );
    open.hidden = isOpen;
    showShift(network, features, paper, Number(slider.value));
  }

  /**
   * @param {Network} network
   * @param {Features} features
   * @param {Features} paper
   * @param {number} by
   */
  function showShift(network, features, paper, by) {
    const pixels = Math.abs(by) === 1 ? "1 pixel" : `${Math.abs(by)} pixels`;
    moved.textContent = by ? `${pixels} to the ${by < 0 ? "left" : "right"}` : "not moved";
    const found = changesWhenShifted(network, features, paper, by);
    const item = (/** @type {string} */ name) => {
      const share = store.reading ? found[name] : 0;
      return node(
        "li",
        {},
        node("b", {}, name.toUpperCase()),
        node("span", { className: "bar" }, node("span", { style: { inlineSize: `${(100 * share) / FULL}%` } })),
        node("span", { className: "number" }, store.reading ? `${Math.round(100 * share)} %` : "\u2013"),
      );
    };
    patch(changes, LAYERS.map(item));
  }

  return { update, remove: () => body.remove() };
}

// The activation function, with the values of a layer before it and after it; and the network without the function.
import { element, shape } from "../dom.js";
import { percentage } from "../show/format.js";
import { patch } from "../show/tree.js";
import { answer, statusLine } from "./parts.js";
import { flatShare, histogram } from "./spread.js";
import { withoutCurve } from "./variants.js";

/** @import { Network } from "../network/network.js" */

const [WIDTH, HEIGHT, LEFT, BELOW] = [480, 400, 90, 110]; // of the drawing; what the values take of it
const REACH = 5; // sums that are shown, to both sides of zero; those beyond are counted at the ends
const BINS = 64;

/** @type {Mount} */
export function mount(parent, { store }, { layer = "c1" }) {
  /** @type {{ of: Network, network: Network } | null} */
  let without = null;
  /** @type {Network | null} */
  let listed = null; // whose layers can be chosen
  const select = element("select", { ariaLabel: "Layer" });
  const out = element("input", { type: "checkbox" });
  const says = statusLine("on-the-curve");
  const path = (/** @type {string} */ name) => shape("path", { class: name, d: "" });
  const [curve, sumsBelow, sumsAbove, valuesBelow, valuesAbove, axes] = [
    "function",
    "negative",
    "positive",
    "negative",
    "positive",
    "axes",
  ].map(path);
  const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ anchor) =>
    shape("text", { x, y, "text-anchor": anchor });
  const labels = [
    text(LEFT, HEIGHT - 4, "start"),
    text(LEFT + (WIDTH - LEFT) / 2, HEIGHT - 4, "middle"),
    text(WIDTH, HEIGHT - 4, "end"),
    text(LEFT + 4, 14, "start"),
    text(LEFT + 4, HEIGHT - BELOW - 6, "start"),
  ];
  const drawing = shape(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: "on-curve",
      role: "img",
      "aria-label": "Sums of the layer below the curve, its values left of it",
    },
    axes,
    sumsBelow,
    sumsAbove,
    valuesBelow,
    valuesAbove,
    curve,
    ...labels,
  );
  const answers = element("div", { className: "with-and-without" });
  const body = element(
    "div",
    { className: "live-figure curve-and-values" },
    element(
      "p",
      { className: "chips" },
      element("label", {}, "Layer ", select),
      element("label", { className: "tick" }, out, "take the curve out, of all layers"),
    ),
    drawing,
    says,
    element(
      "p",
      { className: "remark" },
      "The bars are as long as the square root of how many values are there; blue is negative, orange positive.",
    ),
    answers,
  );
  parent.append(body);
  select.addEventListener("change", update);
  out.addEventListener("change", update);

  /** @param {Network} network */
  function list(network) {
    listed = network;
    const chosen = select.value || String(layer);
    const names = network.layers.filter(({ activated }) => activated).map(({ name }) => name);
    select.replaceChildren(...names.map((name) => element("option", { value: name }, name.toUpperCase())));
    select.value = names.includes(chosen) ? chosen : names[0];
  }

  function update() {
    const { network: own, reading, blank } = store;
    if (!own || !blank) return; // not loaded yet
    if (own !== listed) list(own);
    if (out.checked && without?.of !== own) without = { of: own, network: withoutCurve(own) };
    const network = out.checked && without ? without.network : own;
    const complete = reading ?? blank;
    const shown = network === own ? complete : network.forward(complete.outputs.input);
    const { activation } = network.description;
    const [sums, values] = [shown.before[select.value], shown.outputs[select.value]];
    draw(network, sums, values);
    const flat = Math.round(flatShare(activation, values) * values.length);
    const of = `${reading ? "" : "Draw a digit: this is blank paper. "}${select.value.toUpperCase()} of the page\u2019s network`;
    says.textContent = `${of}: ${sentence(activation, flat, values.length)}`;
    const first = answerOf(own === network ? "The network" : "With the curve", own, complete.outputs.output);
    const both = network === own ? [first] : [first, answerOf("Without it", network, shown.outputs.output)];
    patch(answers, reading ? both : []);
  }

  /**
   * @param {Network} network
   * @param {Float32Array} sums
   * @param {Float32Array} values
   */
  function draw({ activation: { apply }, description: { activation } }, sums, values) {
    const [low, high] = reachOf(activation);
    const [width, height] = [WIDTH - LEFT, HEIGHT - BELOW];
    const x = (/** @type {number} */ sum) => LEFT + (width * (sum + REACH)) / (2 * REACH);
    const y = (/** @type {number} */ value) => height * (1 - (value - low) / (high - low));
    const line = Array.from({ length: 121 }, (_, i) => REACH * (i / 60 - 1)).map(
      (sum) => `${x(sum).toFixed(1)} ${y(apply(sum)).toFixed(1)}`,
    );
    curve.setAttribute("d", `M${line.join(" L")}`);
    axes.setAttribute(
      "d",
      `M${LEFT} ${y(0)}H${WIDTH}M${x(0)} 0V${height}M${LEFT} ${height}H${WIDTH}M${LEFT} 0V${height}`,
    );
    const room = BELOW - 24; // for the numbers below
    const [down, left] = [histogram(sums, -REACH, REACH, BINS), histogram(values, low, high, BINS)];
    const bars = (/** @type {Uint32Array} */ counts, /** @type {(i: number, share: number) => string} */ bar) => {
      const most = Math.max(...counts);
      return Array.from(counts, (found, i) => (found ? bar(i, Math.max(0.02, Math.sqrt(found / most))) : ""));
    };
    const across = bars(
      down,
      (i, share) => `M${LEFT + (i * width) / BINS} ${height}h${width / BINS - 1}v${share * room}h${1 - width / BINS}z`,
    );
    const upright = bars(
      left,
      (i, share) =>
        `M${LEFT} ${height - (i * height) / BINS}v${1 - height / BINS}h${-share * LEFT}v${height / BINS - 1}z`,
    );
    sumsBelow.setAttribute("d", across.slice(0, BINS / 2).join(""));
    sumsAbove.setAttribute("d", across.slice(BINS / 2).join(""));
    const zero = Math.round((-low / (high - low)) * BINS);
    valuesBelow.setAttribute("d", upright.slice(0, zero).join(""));
    valuesAbove.setAttribute("d", upright.slice(zero).join(""));
    const written = [`\u2212${REACH}`, "sums, before the curve", String(REACH), "values, after it", ""];
    for (const [i, label] of labels.entries()) if (label.textContent !== written[i]) label.textContent = written[i];
  }

  return { update, remove: () => body.remove() };
}

/**
 * The values that are shown.
 *
 * @param {Activation} activation
 * @returns {[low: number, high: number]}
 */
function reachOf(activation) {
  if (activation.kind === "tanh") return [-1.15 * activation.amplitude, 1.15 * activation.amplitude];
  return activation.kind === "relu" ? [-REACH / 7, REACH] : [-REACH, REACH]; // so that zero begins a bar
}

/**
 * @param {Activation} activation
 * @param {number} flat
 * @param {number} all
 */
function sentence(activation, flat, all) {
  const [rest, whole] = [all - flat, all].map((number) => number.toLocaleString("en"));
  const share = `${((100 * flat) / all).toFixed(1)} %`;
  if (activation.kind === "tanh") {
    const end = (0.9 * activation.amplitude).toFixed(2);
    return `on the slope ${rest} of ${whole} values; on the flat ends, above ${end} or below \u2212${end}, ${share}.`;
  }
  if (activation.kind === "relu") return `larger than zero ${rest} of ${whole} values; zero ${share}.`;
  return `without the curve, all ${whole} values are the sums themselves.`;
}

/**
 * @param {string} name
 * @param {Network} network
 * @param {Float32Array} scores
 */
function answerOf(name, network, scores) {
  const ranked = network.probabilities(scores).map((p, digit) => ({ p, digit }));
  ranked.sort((a, b) => b.p - a.p);
  const likeliest = ranked.slice(0, 3).map(({ p, digit }) => [String(digit), percentage(p)]);
  return answer(name, String(ranked[0].digit), likeliest);
}

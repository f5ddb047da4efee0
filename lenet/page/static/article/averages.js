// Ten average digits beside the network: which is nearest to the drawing, also when that is moved or changed.
import { element, setText } from "../dom.js";
import { amount, readChange } from "../explore/breaking.js";
import { OnDemand } from "../explore/on_demand.js";
import { nearestValue, POSITIONS, positionOf, TRANSFORMS, valueAt } from "../explore/transforms.js";
import { percentage } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { averagesOf, distancesTo, nearest } from "./average_digits.js";
import { answer, captioned, picture, statusLine } from "./parts.js";

const INPUT = 32;
const LEAST = 80; // milliseconds between two changed drawings while the pen moves: each takes as long as a frame

/** @type {Mount} */
export function mount(parent, { store, pad, reader, loadDigits }, settings) {
  let name = String(settings.change ?? "shift");
  const says = statusLine();
  const select = element(
    "select",
    { ariaLabel: "Change" },
    ...Object.entries(TRANSFORMS).map(([value, { label }]) => element("option", { value }, label)),
  );
  select.value = name;
  const slider = element("input", { type: "range", min: "0", max: String(POSITIONS - 1), step: "1" });
  slider.ariaLabel = "How much";
  slider.value = String(positionOf(name, nearestValue(name, Number(settings.value ?? TRANSFORMS[name].start))));
  const preprocessed = element("input", { type: "checkbox", checked: settings.preprocessed === true });
  const much = element("output", {});
  const input = picture(INPUT);
  const answers = element("div", { className: "two-readers", role: "status" });
  const list = element("ol", { className: "average-digits" });
  const body = element(
    "div",
    { className: "live-figure averages" },
    element(
      "div",
      { className: "changed-by" },
      element("label", {}, select),
      slider,
      much,
      element("label", { className: "tick" }, preprocessed, "crop, scale, center"),
    ),
    says,
    element("div", { className: "input-and-answers" }, captioned("what both are given", input), answers),
    list,
  );
  parent.append(body);
  for (const control of [slider, preprocessed]) control.addEventListener("input", () => update());
  select.addEventListener("change", () => {
    name = select.value;
    slider.value = String(positionOf(name, TRANSFORMS[name].start));
    update();
  });

  /** @type {OnDemand<Float32Array[]>} */
  const averages = new OnDemand(
    says,
    async (say) => averagesOf((await loadDigits(say)).training),
    "Loading the digits, 1.7 MB\u2026",
  );
  averages.load().then(() => {
    if (body.isConnected) update();
  });

  let last = 0;
  let timer = 0;

  function update() {
    clearTimeout(timer);
    const wait = pad.penDown ? last + LEAST - performance.now() : 0;
    if (wait > 0) timer = window.setTimeout(show, wait);
    else show();
  }

  function show() {
    last = performance.now();
    if (!averages.value) return;
    const value = valueAt(name, Number(slider.value));
    setText(much, amount(name, value));
    slider.setAttribute("aria-valuetext", amount(name, value));
    const reading = pad.blank
      ? null
      : readChange(store.changed?.reader ?? reader, pad, { name, value, preprocessed: preprocessed.checked });
    setText(says, reading ? "" : "Draw a digit: these are the averages of 10,000 training digits.");
    const ink = reading?.outputs.input ?? new Float32Array(INPUT ** 2);
    paint(input, ink, 1, "gray");
    const distances = distancesTo(ink, averages.value);
    const best = nearest(distances);
    patch(answers, reading ? [averageAnswer(best, distances), networkAnswer(reading)] : []);
    patch(
      list,
      averages.value.map((average, digit) =>
        node(
          "li",
          { className: reading && digit === best ? "nearest" : "" },
          node("canvas", {
            className: "grid",
            width: INPUT,
            height: INPUT,
            attributes: { role: "img", "aria-label": `The average ${digit}` },
            draw: (canvas) => paint(canvas, average, 1, "gray"),
          }),
          node("b", {}, String(digit)),
          node("span", {}, reading ? distances[digit].toFixed(1) : ""),
        ),
      ),
    );
  }

  return {
    update,
    remove: () => {
      clearTimeout(timer);
      body.remove();
    },
  };
}

/**
 * @param {number} best
 * @param {number[]} distances
 */
function averageAnswer(best, distances) {
  const ranked = distances.map((distance, digit) => ({ distance, digit })).sort((a, b) => a.distance - b.distance);
  const items = ranked.slice(0, 3).map(({ distance, digit }) => [String(digit), distance.toFixed(1)]);
  return answer("Nearest average, by squared distance", String(best), items);
}

/** @param {Reading} reading */
function networkAnswer({ digit, number, top }) {
  const items = top.map(([one, p]) => [String(one), percentage(p)]);
  return answer(
    digit === null && number === null ? "The network rejects it; at best" : "The network",
    number ?? String(digit ?? top[0][0]),
    items,
  );
}

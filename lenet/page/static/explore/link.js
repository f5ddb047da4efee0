// The state of the page as the fragment of its address: drawing, mode, network and pinned unit. Version 1:
// #v=1&n=NETWORK&d=DRAWING&m=MODE&u=LAYER.MAP.ROW.COLUMN&x=LAYER.MAP,...&p=DIGIT.DIGIT&s=before,difference,gradient,DIGIT&t=CHANGE,VALUE
// &k=STEP&e=SETTING.VALUE,...&f=METHOD,DIGIT,BUDGET&w=STEPS&a=SECTION.EXERCISE, with i=IMAGE in place of d=DRAWING if it is an image, where x is what is muted, p the pair in Why, s how layers are shown, t the change in Break, followed by ",raw"
// without preprocessing, k the step in Learn, e the settings in Train, f those in Fool, w how the network was changed (explore/steps.js), and a where the article is open. Unknown parts, of a later version, are ignored.

import { decode, encode } from "../pad/code.js";
import { nearestValue, TRANSFORMS } from "./transforms.js";

/** @import { Network } from "../network/network.js" */

/**
 * What a link contains. `strokes` is null if its drawing is not valid, and `unit` if there is none; units and maps of
 * another network than `network` are left out.
 *
 * @typedef {object} Link
 * @property {string} network the variant
 * @property {Stroke[] | null} strokes
 * @property {string} image the text of an image, "" if there is none
 * @property {string} mode "" for the first one
 * @property {Unit | null} unit
 * @property {{ layer: string, map: number }[]} muted
 * @property {[number, number] | null} pair
 * @property {import("../store.js").Store["view"]} view
 * @property {string} steps how the network was changed
 * @property {Partial<Sliders>} sliders
 * @property {string} place where the article is open, "" where it is not
 */

const VERSION = "1";
const LONGEST = 200; // characters of the settings in Train or Fool, which read them
const UNIT = /** @type {const} */ (["layer", "map", "row", "column"]);

/**
 * The fragment; "" for a blank pad and a page as it is at the start otherwise.
 *
 * @param {Link} link
 * @param {string} home the network that the page has at the start
 */
export function write({ network, strokes, image, mode, unit, muted, pair, view, steps, sliders, place }, home) {
  /** @type {Record<string, string>} */
  const parts = {};
  if (strokes?.length) parts.d = encode(strokes);
  if (image) parts.i = image;
  if (mode) parts.m = mode;
  if (unit) parts.u = UNIT.map((part) => unit[part]).join(".");
  if (muted.length) parts.x = muted.map(({ layer, map }) => `${layer}.${map}`).join();
  if (pair) parts.p = pair.join(".");
  const { digit, ...ways } = view;
  const shown = Object.entries(ways).flatMap(([name, on]) => (on ? [name] : []));
  if (digit !== null) shown.push(String(digit));
  if (shown.length) parts.s = shown.join();
  const { change, value, preprocessed, step, training, attack } = sliders;
  if (change) parts.t = [change, value ?? TRANSFORMS[change].start, ...(preprocessed ? [] : ["raw"])].join();
  if (step !== undefined && step !== null) parts.k = String(step);
  if (training) parts.e = training;
  if (attack) parts.f = attack;
  if (steps) parts.w = steps;
  if (place) parts.a = place;
  return Object.keys(parts).length || network !== home
    ? `#${new URLSearchParams({ v: VERSION, n: network, ...parts })}`
    : "";
}

/**
 * The network that a link was made with; "" if it is not a link.
 *
 * @param {string} fragment
 */
export function networkOf(fragment) {
  const parts = new URLSearchParams(fragment.slice(1));
  return (parts.has("v") && parts.get("n")) || "";
}

/**
 * What a fragment contains; null if it is not of a link.
 *
 * @param {string} fragment
 * @param {Network} network that of the page
 * @returns {Link | null}
 */
export function parse(fragment, network) {
  const parts = new URLSearchParams(fragment.slice(1));
  if (!parts.has("v")) return null;
  const { variant } = network.description;
  const made = parts.get("n") || variant;
  const own = made === variant; // units of another network are other units
  const muted = (parts.get("x") ?? "").split(",").map((text) => parseUnit(`${text}.0.0`, network));
  const [first, second] = /^(\d)\.(\d)$/
    .exec(parts.get("p") ?? "")
    ?.slice(1)
    .map(Number) ?? [0, 0];
  const view = (parts.get("s") ?? "").split(",");
  const digit = view.find((part) => /^\d$/.test(part));
  return {
    network: made,
    strokes: decode(parts.get("d") ?? ""),
    image: parts.get("i") ?? "",
    mode: parts.get("m") ?? "",
    unit: own ? parseUnit(parts.get("u") ?? "", network) : null,
    muted: own ? muted.filter((unit) => unit !== null).filter(({ layer }) => !["input", "output"].includes(layer)) : [],
    pair: first === second ? null : [first, second],
    view: {
      before: view.includes("before"),
      difference: view.includes("difference"),
      gradient: view.includes("gradient"),
      digit: digit === undefined ? null : Number(digit),
    },
    steps: own ? (parts.get("w") ?? "") : "",
    place: /^[a-z0-9]+(\.[a-z0-9]+)?$/.exec(parts.get("a") ?? "")?.[0] ?? "",
    sliders: {
      ...parseChange(parts.get("t") ?? ""),
      ...parseStep(parts.get("k") ?? ""),
      ...parseText("training", parts.get("e") ?? (parts.get("m") === "train" ? "" : null)),
      ...parseText("attack", parts.get("f")),
    },
  };
}

/**
 * The unit for LAYER.MAP.ROW.COLUMN; null if the network has none.
 *
 * @param {string} text
 * @param {Network} network
 * @returns {Unit | null}
 */
function parseUnit(text, network) {
  const [layer, ...numbers] = text.split(".");
  if (numbers.length !== 3 || !numbers.every((number) => /^\d{1,3}$/.test(number))) return null;
  const [map, row, column] = numbers.map(Number);
  const unit = { layer, map, row, column };
  return has(network, unit) ? unit : null;
}

/**
 * Whether a network has a unit.
 *
 * @param {Network} network
 * @param {Unit} unit
 */
export function has(network, { layer, map, row, column }) {
  const shape = layer === "input" ? [1, 32, 32] : network.layers.find(({ name }) => name === layer)?.shape;
  const [maps, rows, columns] = [...(shape ?? [0]), 1, 1];
  return map < maps && row < rows && column < columns;
}

/**
 * The sliders of Break; none if the change is unknown. The value becomes one that the slider has.
 *
 * @param {string} text
 * @returns {Partial<Sliders>}
 */
function parseChange(text) {
  const [change, value, raw] = text.split(",");
  if (!Object.hasOwn(TRANSFORMS, change) || !value || !Number.isFinite(Number(value))) return {};
  return { change, value: nearestValue(change, Number(value)), preprocessed: raw !== "raw" };
}

/**
 * The slider of Learn.
 *
 * @param {string} text
 * @returns {Partial<Sliders>}
 */
function parseStep(text) {
  return /^\d{1,9}$/.test(text) ? { step: Number(text) } : {};
}

/**
 * Settings that their mode reads; those of a training that goes on stay as they are where a link is to another mode.
 *
 * @param {"training" | "attack"} name
 * @param {string | null} text
 * @returns {Partial<Sliders>}
 */
function parseText(name, text) {
  return text === null ? {} : { [name]: text.slice(0, LONGEST) };
}

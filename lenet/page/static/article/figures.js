// The figures of the article by name, as `lenet.page.article.figures` has them. Those with a mode borrow the panel that the
// explorer has for it: panels exist once. Others are modules of their own, or small enough to stand here.
import { element, find } from "../dom.js";
import { encode } from "../explore/attack_text.js";
import { card } from "../explore/card.js";
import { bitmaps } from "../explore/comparing.js";
import { namesOf } from "../explore/networks.js";
import { nearestValue, readChanged } from "../explore/transforms.js";
import { messageOf } from "../server.js";
import { answerText } from "../show/format.js";
import { patch } from "../show/tree.js";
import { Loan } from "./loan.js";
import { MOUNTS } from "./mounts.js";
import { Pixels } from "./pixels.js";
import { unitOf } from "./units.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Given } from "./slot.js"
 */

/**
 * `mode`: that of the panel that is borrowed.
 *
 * @type {Record<string, { mode?: string, mount?: Mount }>}
 */
export const FIGURES = {
  preprocessing: { mode: "break", mount: preprocessing },
  kernel: {},
  counting: {},
  subsampling: {},
  table: {},
  unit: { mode: "inspect", mount: unit },
  bitmaps: { mount: mountBitmaps },
  curve: {},
  training: { mode: "learn", mount: training },
  errors: {},
  averages: {},
  breaking: { mode: "break", mount: (stage, context, given) => borrow(stage, context, "break", changeOf(given)) },
  fool: { mode: "fool", mount: fool },
  row: { mount: row },
  networks: { mode: "compare", mount: (stage, context) => borrow(stage, context, "compare") },
};

/**
 * Figures that a section has besides its own: what they are called, and, of those that an answer shows, settings with which
 * they do not give that away; without, those that they are given.
 *
 * @type {Record<string, { title: string, settings?: FigureSettings }>}
 */
export const MORE = {
  averages: { title: "ten average digits", settings: {} },
  breaking: { title: "turn, shift or stretch it until it breaks" },
  curve: { title: "the curve, which can be taken out", settings: { layer: "f6" } },
  fool: { title: "fool the network", settings: {} },
  training: { title: "train with old and new parts" },
  unit: { title: "how one weight learns" },
};

const DRAW_FIRST = "Draw a digit, at the top of the page.";

/**
 * How a figure is put into its place.
 *
 * @param {string} name
 * @param {FigureSettings} settings
 * @returns {Mount}
 */
export function mountOf(name, settings) {
  const mount = name === "unit" && settings.network ? cardOf : (FIGURES[name]?.mount ?? MOUNTS[name]);
  if (!mount) throw new Error(`The figure ${name} cannot be shown.`);
  return (stage, context, given) => {
    const variant = String(given.network ?? "");
    if (variant && variant !== context.reader.description.network.variant) {
      const words = `Here: LeNet-5 ${namesOf(context.root).get(variant)}, not the network of this page.`;
      stage.append(element("p", { className: "of-which" }, words));
    }
    return mount(stage, context, given);
  };
}

/**
 * Whether a figure borrows a part of the page, which only one can do at a time.
 *
 * @param {Given} given
 */
export function borrows({ figure, settings }) {
  return Boolean(FIGURES[figure]?.mode || figure === "row") && !(figure === "unit" && settings.network);
}

/**
 * A panel of the explorer, open in its mode. It is taken from where the explorer has it: cards of other networks, and
 * pictures of panels, are like it.
 *
 * @param {HTMLElement} stage
 * @param {Context} context
 * @param {string} mode
 * @param {Partial<Sliders>} sliders what is set in it
 * @returns {Mounted}
 */
export function borrow(stage, { root, store }, mode, sliders = {}) {
  const loan = new Loan(find(root, `.panels > .panel.${mode}`), (panel) => stage.append(panel));
  store.startSliders(sliders);
  store.setMode(mode);
  return {
    update() {}, // it listens to the store itself
    remove() {
      loan.end();
      store.setMode("inspect");
      store.free();
    },
  };
}

/**
 * @param {FigureSettings} settings
 * @returns {Partial<Sliders>}
 */
function changeOf({ change = "shift", value, preprocessed = true }) {
  return {
    change: String(change),
    value: typeof value === "number" ? nearestValue(String(change), value) : null,
    preprocessed: Boolean(preprocessed),
  };
}

/** @type {Mount} */
function preprocessing(stage, context, settings) {
  const panel = borrow(stage, context, "break", changeOf(settings));
  const pixels = new Pixels(context);
  stage.prepend(pixels.element);
  return {
    update: () => pixels.update(),
    remove() {
      pixels.remove();
      panel.remove();
    },
  };
}

/** @type {Mount} */
function fool(stage, context, { method }) {
  const attack = method ? encode({ method: String(method), digit: null, budget: null }) : "";
  return borrow(stage, context, "fool", { attack });
}

/** @type {Mount} */
function unit(stage, context, { unit: text = "output.read", learns }) {
  const { store, reader } = context;
  let shown = String(text);
  const pin = () => {
    const found = store.network && unitOf(shown, store.network, store.reading);
    if (found) unscrolled(store, () => store.pin(found));
  };
  const names = reader.network.layers.map(({ name }) => name);
  const buttons = names.map((name) => {
    const button = element("button", { type: "button" }, name === "output" ? "Output" : name.toUpperCase());
    button.addEventListener("click", () => {
      shown = name === "output" ? "output.read" : `${name}.0`;
      pin();
    });
    return button;
  });
  stage.append(chips("Layer", buttons));
  const panel = borrow(stage, context, "inspect");
  const press = () => {
    for (const [i, name] of names.entries()) buttons[i].ariaPressed = String(store.unit?.layer === name);
  };
  store.addEventListener("selection", press);
  pin();
  if (learns) find(stage, ".how-it-learns").click();
  return {
    update: () => (shown === "output.read" || !store.unit) && pin(),
    remove() {
      store.removeEventListener("selection", press);
      panel.remove();
    },
  };
}

/**
 * @param {string} label
 * @param {HTMLButtonElement[]} buttons
 */
function chips(label, buttons) {
  const group = element("div", { className: "chips choices-of-figure" }, ...buttons);
  group.role = "group";
  group.ariaLabel = label;
  return group;
}

/**
 * Nobody has pinned it: it is not scrolled to.
 *
 * @param {Context["store"]} store
 * @param {() => void} change
 */
function unscrolled(store, change) {
  const before = store.restoring;
  store.restoring = true;
  change();
  store.restoring = before;
}

/**
 * What another network than the page's makes of the drawing.
 *
 * @param {HTMLElement} stage
 * @param {Context} context
 * @param {FigureSettings} settings
 * @param {(reader: Reader, reading: Reading | null) => (Described | string)[]} describe
 * @returns {Mounted}
 */
function ofNetwork(stage, { store, readerOf }, { network }, describe) {
  const body = element("div", { className: "of-network" });
  const hint = element("p", { className: "remark", attributes: { role: "status" } }, "Loading\u2026");
  stage.append(hint, body);
  /** @type {Reader | null} */
  let reader = null;
  const update = () => {
    if (!reader) return;
    const own = store.reading;
    const read = own && reader.readInk(own.outputs.input);
    hint.textContent = own && read ? disagreement(read, own) : DRAW_FIRST;
    patch(body, describe(reader, read));
  };
  readerOf(network ? String(network) : undefined)
    .then((found) => {
      reader = found;
      update();
    })
    .catch((error) => {
      reader = null;
      hint.textContent = messageOf(error);
    });
  return { update, remove: () => stage.replaceChildren() };
}

/**
 * Why the answer at the top is another one than that of the network in a figure; "" if it is not.
 *
 * @param {Reading} read
 * @param {Reading} own
 */
function disagreement(read, own) {
  if (own.number || read.digit === own.digit) return "";
  return `By this network, the drawing is ${answerText(read)}; by the page\u2019s, ${answerText(own)}.`;
}

/** @type {Mount} */
function cardOf(stage, context, settings) {
  const place = element("section", { className: "panel inspect", ariaLabel: "Unit" });
  const inner = element("div", { className: "card" });
  place.append(inner);
  stage.append(place);
  return ofNetwork(inner, context, settings, ({ network, blank }, reading) => {
    const view = { before: false, difference: false, gradient: false, digit: null };
    const shown = {
      network,
      reading,
      blank,
      muted: {},
      mutedMaps: [],
      view,
      digit: reading?.top[0][0] ?? 0,
      pinned: true,
    };
    const found = unitOf(String(settings.unit ?? "output.read"), network, reading);
    const options = { numbers: Boolean(settings.numbers), all: false, open: () => {} };
    return reading ? card(/** @type {any} */ (shown), found, options) : [];
  });
}

/** @type {Mount} */
function mountBitmaps(stage, context, settings) {
  const place = element("section", { className: "panel bitmaps-of-f6" });
  const open = element("button", { type: "button", className: "start" }, "Show the distances");
  place.toggleAttribute("data-closed", settings.distances === false);
  open.hidden = settings.distances !== false;
  open.addEventListener("click", () => {
    open.hidden = true;
    place.removeAttribute("data-closed");
  });
  stage.append(place, open);
  const given = { network: "original", ...settings };
  const mounted = ofNetwork(place, context, given, ({ network }, reading) =>
    reading ? bitmaps({ variant: "original", network, reading }) : [],
  );
  return {
    ...mounted,
    remove() {
      open.remove();
      mounted.remove();
    },
  };
}

/** @type {Record<string, [mode: string, words: string]>} */
const PARTS = {
  step: ["teach", "One step on your drawing"],
  finished: ["learn", "A finished training"],
  browser: ["train", "Train in the browser"],
};

/** @type {Mount} */
function training(stage, context, { part = "step", runs }) {
  const place = element("div", {});
  /** @type {Mounted | null} */
  let panel = null;
  const buttons = Object.entries(PARTS).map(([name, [mode, words]]) => {
    const button = element("button", { type: "button" }, words);
    button.addEventListener("click", () => open(name, mode));
    return button;
  });
  const open = (/** @type {string} */ name, /** @type {string} */ mode) => {
    panel?.remove();
    panel = borrow(place, context, mode, mode === "train" && runs ? { training: String(runs) } : {});
    for (const [i, key] of Object.keys(PARTS).entries()) buttons[i].ariaPressed = String(key === name);
  };
  stage.append(chips("What is shown", buttons), place);
  open(String(part), PARTS[String(part)][0]);
  return { update() {}, remove: () => panel?.remove() };
}

const THIN = 10; // of the pad's 280 units
const ROW = [4, 2]; // which examples stand side by side where nothing is written

/** @type {Mount} */
function row(stage, { root, store, pad, reader, examples }) {
  const hint = element("p", { className: "remark", attributes: { role: "status" } });
  const write = element("button", { type: "button" }, `Write ${ROW.join("")} for me`);
  const strokes = ROW.flatMap((digit, i) => half(examples[digit], i, pad.side));
  write.addEventListener("click", () => pad.load(strokes));
  const thin = element("button", { type: "button" }, "Take a thin pen");
  const width = find(root, ".width", HTMLInputElement);
  const update = () => {
    const { reading, state, source } = store;
    const isRow = Boolean(reading?.number);
    thin.hidden = pad.brush <= THIN;
    if (!isRow && state === "live" && reading) return; // several digits are read when the pen rests
    const isExample = source === example;
    const first = isExample && isRow ? `This is an example, ${ROW.join("")}. ` : "";
    const words = `${first}Write two or more digits side by side on the pad, with a thin pen. Or have them written.`;
    hint.textContent = isRow && !isExample ? "" : words;
    write.hidden = isRow && !isExample;
  };
  thin.addEventListener("click", () => {
    width.value = String(THIN);
    width.dispatchEvent(new Event("input"));
  });
  width.addEventListener("input", update);
  /** @type {Source} */
  const example = {
    note: `Shown: an example, ${ROW.join("")}.`,
    isChanged: true,
    read() {
      const shown = store.changed?.reader ?? reader;
      return shown.showPart(readChanged(shown, { strokes }, "shift", 0, true), store.part);
    },
  };
  const drop = () => store.dropSource(example);
  if (!store.reading?.number) store.setSource(example);
  pad.addEventListener("change", drop);
  const buttons = element("p", { className: "chips choices-of-figure" }, thin, write);
  const loan = new Loan(find(root, ".row-strip"), (strip) => stage.append(hint, buttons, strip));
  return {
    update,
    remove() {
      width.removeEventListener("input", update);
      pad.removeEventListener("change", drop);
      drop();
      loan.end();
    },
  };
}

/**
 * Strokes at half their size, in the left or the right half of the pad.
 *
 * @param {Stroke[]} strokes
 * @param {number} part
 * @param {number} side
 * @returns {Stroke[]}
 */
function half(strokes, part, side) {
  return strokes.map(({ width, points }) => ({
    width: Math.max(8, width / 2),
    points: points.map(([x, y]) => [x / 2 + (part * side) / 2, y / 2 + side / 4]),
  }));
}

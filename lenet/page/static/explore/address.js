// The state of the page in the fragment of its address: drawing, mode, network and pinned unit. Version 1:
// #v=1&n=NETWORK&d=DRAWING&m=MODE&u=LAYER.MAP.ROW.COLUMN&x=LAYER.MAP,...&p=DIGIT.DIGIT&s=before,difference&t=CHANGE,VALUE
// &k=STEP, where x is what is muted, p the pair in Why, s how layers are shown, t the change in Break, followed by ",raw"
// without preprocessing, and k the step in Learn. Unknown parts, of a later version, are ignored.
import { positionOf, TRANSFORMS, valueAt } from "../network/transforms.js";
import { decode, encode } from "../pad/code.js";
import { ownsPage } from "../pad/embedding.js";

const VERSION = "1";
const PAUSE = 300; // milliseconds: browsers limit how often the address may change
const COPIED = 2_000;
const UNIT = ["layer", "map", "row", "column"];

/** `space`: the address of the Space if the page runs on one; links lead there, not into its frame. */
export class Address {
  constructor(root, pad, store, variant, space) {
    Object.assign(this, { root, pad, store, variant, space });
    this.modes = [...root.querySelectorAll(".modes [data-mode]")].map(({ dataset }) => dataset.mode);
    if (ownsPage(root)) {
      this.#apply();
      window.addEventListener("hashchange", () => {
        if (location.hash !== this.written) this.#apply();
      });
      const later = () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.#write(), PAUSE);
      };
      for (const event of ["change", "rest"]) pad.addEventListener(event, later);
      for (const event of ["mode", "selection", "muted", "pair", "view", "settings"])
        store.addEventListener(event, later);
    }
    this.#addButton();
  }

  /** "" for a blank pad and a page as it is at the start. */
  fragment() {
    const { pad, store } = this;
    const parts = new URLSearchParams();
    const strokes = pad.state.strokes ?? [];
    if (strokes.length) parts.set("d", encode(strokes));
    if (store.mode !== this.modes[0]) parts.set("m", store.mode);
    if (store.pinned) parts.set("u", UNIT.map((part) => store.unit[part]).join("."));
    if (store.mutedMaps.length) parts.set("x", store.mutedMaps.map((muted) => muted.join(".")).join());
    if (store.pair) parts.set("p", store.pair.join("."));
    const view = Object.keys(store.view).filter((name) => store.view[name]);
    if (view.length) parts.set("s", view.join());
    const { change, value, preprocessed, step } = store.settings;
    if (store.mode === "break")
      parts.set("t", [change, value ?? TRANSFORMS[change].start, ...(preprocessed ? [] : ["raw"])].join());
    if (store.mode === "learn" && step !== null) parts.set("k", step);
    if (![...parts].length) return "";
    return `#${new URLSearchParams([["v", VERSION], ["n", this.variant], ...parts])}`;
  }

  #write() {
    if (this.pad.drawing) return;
    this.written = this.fragment();
    history.replaceState(history.state, "", this.written || location.pathname + location.search);
  }

  #apply() {
    const { pad, store } = this;
    const parts = new URLSearchParams(location.hash.slice(1));
    if (!parts.has("v")) return;
    const strokes = decode(parts.get("d") ?? "");
    if (!strokes) store.notify("The link does not contain a valid drawing.");
    else if (JSON.stringify(strokes) !== JSON.stringify(pad.state.strokes)) pad.load(strokes);
    if (this.modes.includes(parts.get("m"))) store.setMode(parts.get("m"));
    // Units of another network are other units.
    const own = !parts.get("n") || parts.get("n") === this.variant;
    const unit = own && parseUnit(parts.get("u"), store.network);
    if (unit) store.pin(unit);
    const muted = (parts.get("x") ?? "").split(",").map((text) => parseUnit(`${text}.0.0`, store.network));
    store.mute(muted.filter((part) => own && part && part.layer !== "input" && part.layer !== "output"));
    const pair = (parts.get("p") ?? "").split(".").map(Number);
    const isPair =
      parts.has("p") && pair.length === 2 && pair.every((digit) => Number.isInteger(digit) && digit >= 0 && digit < 10);
    store.setPair(isPair && pair[0] !== pair[1] ? pair : null);
    const view = (parts.get("s") ?? "").split(",");
    store.setSettings({ ...parseChange(parts.get("t")), ...parseStep(parts.get("k")) });
    store.setView({ before: view.includes("before"), difference: view.includes("difference") });
    const other = parts.get("n");
    if (other && other !== this.variant)
      store.notify(`The link was made with the network "${other}"; this page uses "${this.variant}".`);
  }

  /** The address of what is shown, on a Space that of the Space. */
  link() {
    const page = this.space ?? location.origin + location.pathname + location.search;
    return page + this.fragment();
  }

  #addButton() {
    const button = this.root.querySelector(".copy-link");
    const field = this.root.querySelector(".link");
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const link = this.link();
      try {
        await navigator.clipboard.writeText(link);
        button.textContent = "Copied";
        if (this.pad.image) this.store.notify("The link does not contain the image.");
        this.store.announce("Link copied.");
        setTimeout(() => {
          button.textContent = label;
        }, COPIED);
      } catch {
        // not allowed, as in a frame or without HTTPS
        field.value = link;
        field.hidden = false;
        field.focus();
        field.select();
      }
    });
  }
}

/** The unit for LAYER.MAP.ROW.COLUMN; null if the network has none. */
function parseUnit(text, network) {
  const [layer, ...numbers] = (text ?? "").split(".");
  if (numbers.length !== 3 || !numbers.every((number) => /^\d{1,3}$/.test(number))) return null;
  const shape = layer === "input" ? [1, 32, 32] : network.layers.find(({ name }) => name === layer)?.shape;
  const [map, row, column] = numbers.map(Number);
  const [maps, rows, columns] = [...(shape ?? [0]), 1, 1];
  return map < maps && row < rows && column < columns ? { layer, map, row, column } : null;
}

/** The settings of Break; none if the change is unknown. The value becomes one that the slider has. */
function parseChange(text) {
  const [change, value, raw] = (text ?? "").split(",");
  if (!Object.hasOwn(TRANSFORMS, change) || !value || !Number.isFinite(Number(value))) return {};
  const { from, to } = TRANSFORMS[change];
  const position = positionOf(change, Math.min(to, Math.max(from, Number(value))));
  return { change, value: valueAt(change, position), preprocessed: raw !== "raw" };
}

function parseStep(text) {
  return /^\d{1,9}$/.test(text ?? "") ? { step: Number(text) } : {};
}

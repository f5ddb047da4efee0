// Break it: change the drawing by a slider, and see where the answer changes. The layers and the prediction show the
// changed drawing; the film strip shows what the preprocessing makes of it.
import { applies, POSITIONS, positionOf, readChanged, TRANSFORMS, valueAt } from "../network/transforms.js";
import { element } from "../show/element.js";
import { answerText, decimal } from "../show/format.js";
import { onThemeChange } from "../theme.js";
import { showCurve } from "./curve.js";
import { showFilmstrip } from "./filmstrip.js";
import { Player } from "./player.js";

const STEP = 60; // milliseconds per position while it plays

export class Breaking {
  #result = null;
  #asked = "";

  constructor(root, store, pad, reader, background) {
    Object.assign(this, { root, store, pad, reader, background });
    this.panel = root.querySelector(".panel.break");
    this.slider = this.panel.querySelector("input[type=range]");
    this.slider.max = POSITIONS - 1;
    this.centering = this.panel.querySelector(".centering");
    this.buttons = Object.entries(TRANSFORMS).map(([name, { label }]) => {
      const button = element("button", { type: "button", dataset: { transform: name } }, label);
      button.addEventListener("click", () => this.#choose(name));
      return button;
    });
    this.panel.querySelector(".transforms").append(...this.buttons);
    this.centering.addEventListener("change", () => store.setSettings({ preprocessed: this.centering.checked }));
    this.player = new Player(this.slider, this.panel.querySelector(".play"), STEP, () => {
      store.setSettings({ value: valueAt(this.#name, Number(this.slider.value)) });
    });
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("settings", () => this.#set());
    store.addEventListener("reading", () => this.#show());
    pad.addEventListener("rest", () => this.#show());
    onThemeChange(() => this.#show());
    new ResizeObserver(() => this.#show()).observe(this.panel);
    this.#set();
  }

  get open() {
    return this.store.mode === "break";
  }
  get value() {
    return this.store.settings.value ?? TRANSFORMS[this.#name].start;
  }
  get #name() {
    return this.store.settings.change;
  }

  /** What is changed: strokes, or the preprocessed input of an image. */
  #drawing() {
    return this.pad.image ? { ink: this.ink } : { strokes: this.pad.strokes };
  }

  #choose(name) {
    this.player.stop();
    this.store.setSettings({ change: name, value: null });
  }

  /** The controls follow the settings. */
  #set() {
    const name = this.#name;
    for (const button of this.buttons) button.setAttribute("aria-pressed", button.dataset.transform === name);
    this.slider.value = positionOf(name, this.value);
    this.slider.setAttribute("aria-label", TRANSFORMS[name].label);
    this.centering.checked = this.store.settings.preprocessed;
    if (this.open) this.#change();
  }

  #open() {
    this.panel.hidden = !this.open;
    this.player.stop();
    if (this.open) this.#change();
    else this.store.dropSource(this.source);
  }

  /** The drawing is shown as the slider changes it. */
  #change() {
    const [name, preprocessed] = [this.#name, this.centering.checked];
    this.source = {
      note: `Shown: ${described(name, this.value)}${preprocessed ? "" : ", without preprocessing"}.`,
      read: (pad, ink) => {
        this.ink = ink;
        const drawing = this.#drawing();
        if (!applies(name, drawing)) return this.reader.readInk(ink);
        const unchanged = this.value === TRANSFORMS[name].start && preprocessed && !pad.image;
        if (unchanged) {
          const opacity = pad.opacity();
          this.drawn = { ...this.reader.read(opacity, pad.side, pad.side), opacity };
        } else this.drawn = readChanged(this.reader, drawing, name, this.value, preprocessed);
        return this.drawn;
      },
    };
    this.store.setSource(this.source);
  }

  #show() {
    if (!this.open) return;
    const { reading } = this.store;
    const { panel } = this;
    panel.querySelector(".hint").hidden = Boolean(reading);
    panel.querySelector(".breaking").hidden = !reading;
    if (!reading) return;
    const drawing = this.#drawing();
    const possible = applies(this.#name, drawing);
    panel.querySelector(".impossible").hidden = possible;
    panel.querySelector(".curve").hidden = !possible;
    panel.querySelector(".amount").textContent = amount(this.#name, this.value);
    this.slider.setAttribute("aria-valuetext", `${amount(this.#name, this.value)}, ${answerText(reading)}`);
    if (!possible || this.pad.drawing) return; // the curve and the film strip, large pictures, are for when the pen rests
    this.#ask(drawing);
    this.#showCurve();
    showFilmstrip(
      panel.querySelector(".filmstrip"),
      this.drawn ?? reading,
      this.reader.description.network,
      this.centering.checked,
    );
  }

  /** One batch when the drawing, the change or the preprocessing is another. */
  #ask(drawing) {
    const [name, preprocessed] = [this.#name, this.centering.checked];
    const key = `${this.pad.version} ${name} ${preprocessed}`;
    if (key === this.#asked) return;
    this.#asked = key;
    this.background.ask("break", { drawing, name, preprocessed }, (result) => {
      this.#result = { ...result, name, preprocessed };
      this.#showCurve();
    });
  }

  #showCurve() {
    const result = this.#result;
    const words = this.panel.querySelector(".breaking-point");
    if (!result || result.name !== this.#name || result.preprocessed !== this.centering.checked) {
      words.textContent = "";
      return;
    }
    showCurve(this.panel.querySelector(".curve canvas"), result, Number(this.slider.value));
    words.textContent = breakingPoint(result);
  }
}

/** Where the answer changes, to both sides of the unchanged drawing, in words. */
export function breakingPoint({ digits, name }) {
  const start = positionOf(name, TRANSFORMS[name].start);
  const digit = digits[start];
  if (digit < 0) return "The unchanged drawing is rejected.";
  let [first, last] = [start, start];
  while (first > 0 && digits[first - 1] === digit) first--;
  while (last < POSITIONS - 1 && digits[last + 1] === digit) last++;
  const at = (position) => amount(name, valueAt(name, position));
  const becomes = (position) => (digits[position] < 0 ? "it is rejected" : `it is read as ${digits[position]}`);
  const limits = [
    first > 0 ? `at ${at(first - 1)} ${becomes(first - 1)}` : "",
    last < POSITIONS - 1 ? `at ${at(last + 1)} ${becomes(last + 1)}` : "",
  ].filter(Boolean);
  if (!limits.length) return `Read as ${digit} over the whole range.`;
  return `Read as ${digit} from ${at(first)} to ${at(last)}; ${limits.join(", ")}.`;
}

function amount(name, value) {
  const { from, unit } = TRANSFORMS[name];
  const sign = from < 0 && value > 0 ? "+" : "";
  return `${sign}${decimal(value, Math.abs(from) < 5 ? 2 : 0)}${unit}`;
}

function described(name, value) {
  const { label, start } = TRANSFORMS[name];
  return value === start ? "the unchanged drawing" : `the drawing with ${label.toLowerCase()} ${amount(name, value)}`;
}

// Take it along: a picture of the view, the numbers, and drawings whose digit somebody has said. All of it
// is made in the browser; nothing is stored on the server.
import { element } from "../show/element.js";
import { npz } from "./npz.js";
import { picture } from "./picture.js";

const KEY = "lenet-collected";

export class Saving {
  /** `weights` says which weights the page uses; `link` returns the address of the view. */
  constructor(root, store, pad, weights, link) {
    Object.assign(this, { root, store, pad, weights, link });
    this.panel = root.querySelector(".save");
    this.collected = read();
    const actions = {
      png: () => this.#picture(),
      json: () =>
        save("lenet.json", new Blob([JSON.stringify(this.#numbers(), null, 1)], { type: "application/json" })),
      npz: () => save("lenet.npz", this.#arrays()),
      correct: () => this.#collect(),
      strokes: () => save("digits.json", new Blob([JSON.stringify(this.#sketches())], { type: "application/json" })),
    };
    for (const [name, action] of Object.entries(actions)) {
      const button = this.panel.querySelector(`[data-save="${name}"]`);
      button.addEventListener("click", () => {
        const needs = name !== "strokes" && !store.reading;
        this.#say(needs ? "Draw a digit first." : "");
        if (!needs) action();
      });
    }
    this.label = this.panel.querySelector("select");
    this.label.append(
      element("option", { value: "" }, "choose"),
      ...Array.from({ length: 10 }, (_, digit) => element("option", {}, String(digit))),
    );
    this.#count();
  }

  #say(text) {
    this.panel.querySelector(".saved").textContent = text;
  }

  /** What the numbers are of. */
  #about() {
    const { note } = this.store.source ?? {};
    const muted = this.store.mutedMaps.map(([layer, map]) => `${layer}.${map}`);
    return {
      network: this.store.network.description.variant,
      weights: this.weights,
      drawing: this.pad.image ? "image" : { side: this.pad.side, strokes: this.pad.strokes },
      link: this.link(),
      ...(note ? { note } : {}),
      ...(muted.length ? { muted } : {}),
    };
  }

  #layers() {
    const { network, reading } = this.store;
    return Object.entries(reading.outputs).map(([name, values]) => {
      const shape = name === "input" ? [1, 32, 32] : network.layer(name).shape;
      return { name, shape, values, before: reading.before[name] };
    });
  }

  #numbers() {
    const { digit, reason, probabilities } = this.store.reading;
    const layers = this.#layers().map(({ name, shape, values, before }) => [
      name,
      { shape, values: [...values], before: [...before] },
    ]);
    return { ...this.#about(), digit, reason, probabilities: [...probabilities], layers: Object.fromEntries(layers) };
  }

  #arrays() {
    const arrays = { about: { shape: [], data: JSON.stringify(this.#about()) } };
    for (const { name, shape, values, before } of this.#layers()) {
      arrays[name] = { shape, data: values };
      arrays[`${name}_before`] = { shape, data: before };
    }
    arrays.probabilities = { shape: [10], data: Float32Array.from(this.store.reading.probabilities) };
    return npz(arrays);
  }

  #picture() {
    const { network, weights } = this.#about();
    const canvas = picture(this.root, `LeNet-5, ${network}; weights: ${weights}; ${this.link()}`);
    canvas.toBlob((blob) => save("lenet.png", blob), "image/png");
  }

  /** Keep the strokes with the digit that they are. */
  #collect() {
    if (this.pad.image) {
      this.#say("Only drawings can be collected, images have no strokes.");
      return;
    }
    if (!this.label.value) {
      this.#say("Choose the digit first.");
      return;
    }
    const strokes = this.pad.strokes.map(({ points }) => points);
    this.collected.push({ label: this.label.value, strokes });
    write(this.collected);
    this.#count();
    this.#say(`Collected as ${this.label.value}.`);
    this.label.value = ""; // the next drawing may be another digit
  }

  #count() {
    const button = this.panel.querySelector('[data-save="strokes"]');
    button.textContent = `Download ${this.collected.length} collected ${this.collected.length === 1 ? "drawing" : "drawings"}`;
    button.hidden = !this.collected.length;
  }

  /** In the format of `sketches/digits.json`, which training's evaluation reads. */
  #sketches() {
    const items = this.collected.map(({ label, strokes }, i) => ({ id: `collected-${i}`, label, writer: 0, strokes }));
    return { n: items.length, items };
  }
}

function save(name, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function read() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // no storage, as in a private window
  }
}

function write(collected) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(collected));
  } catch {
    // kept until the page is left
  }
}

// Take it along: a picture of the view, the numbers, and drawings whose digit somebody has said. All of it
// is made in the browser; nothing is stored on the server.
import { element, find } from "../dom.js";
import { canReadCanvas } from "../pad/canvas_access.js";
import { npz } from "./npz.js";
import { picture } from "./picture.js";

/**
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

/** @typedef {{ label: string, strokes: Point[][] }} Collected */

const KEY = "lenet-collected";

export class Saving {
  /**
   * `weights` says which weights the page uses; `link` returns the address of the view.
   *
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Pad} pad
   * @param {string} weights
   * @param {() => string} link
   */
  constructor(root, store, pad, weights, link) {
    this.root = root;
    this.store = store;
    this.pad = pad;
    this.weights = weights;
    this.link = link;
    this.panel = find(root, ".save");
    this.collected = read();
    /** @type {Record<string, (reading: Reading) => void>} */
    const actions = {
      png: () => this.#picture(),
      json: (reading) => save("lenet.json", json(this.#numbers(reading), 1)),
      npz: (reading) => save("lenet.npz", this.#arrays(reading)),
      correct: () => this.#collect(),
    };
    for (const [name, action] of Object.entries(actions)) {
      find(this.panel, `[data-save="${name}"]`).addEventListener("click", () => {
        this.#say(store.reading ? "" : "Draw a digit first.");
        if (store.reading) action(store.reading);
      });
    }
    this.collection = find(this.panel, '[data-save="strokes"]');
    this.collection.addEventListener("click", () => {
      this.#say("");
      save("digits.json", json(this.#sketches()));
    });
    this.label = find(this.panel, "select", HTMLSelectElement);
    this.label.append(
      element("option", { value: "" }, "choose"),
      ...Array.from({ length: 10 }, (_, digit) => element("option", {}, String(digit))),
    );
    this.#count();
  }

  /** @param {string} text */
  #say(text) {
    find(this.panel, ".saved").textContent = text;
  }

  /** What the numbers are of. */
  #about() {
    const { note } = this.store;
    const muted = this.store.mutedMaps.map(([layer, map]) => `${layer}.${map}`);
    return {
      network: this.store.network?.description.variant,
      weights: this.weights,
      drawing: this.pad.image ? "image" : { side: this.pad.side, strokes: this.pad.strokes },
      link: this.link(),
      ...(note ? { note } : {}),
      ...(muted.length ? { muted } : {}),
    };
  }

  /** @param {Reading} reading */
  #layers({ outputs, before }) {
    const { network } = this.store;
    return Object.entries(outputs).map(([name, values]) => {
      return { name, shape: network?.shape(name) ?? [values.length], values, before: before[name] };
    });
  }

  /** @param {Reading} reading */
  #numbers(reading) {
    const { digit, number, reason, probabilities } = reading;
    const layers = this.#layers(reading).map(({ name, shape, values, before }) => [
      name,
      { shape, values: [...values], before: [...before] },
    ]);
    const answer = { digit, number, reason, probabilities: [...probabilities] };
    return { ...this.#about(), ...answer, layers: Object.fromEntries(layers) };
  }

  /** @param {Reading} reading */
  #arrays(reading) {
    /** @type {Parameters<typeof npz>[0]} */
    const arrays = { about: { shape: [], data: JSON.stringify(this.#about()) } };
    for (const { name, shape, values, before } of this.#layers(reading)) {
      arrays[name] = { shape, data: values };
      arrays[`${name}_before`] = { shape, data: before };
    }
    arrays.probabilities = { shape: [10], data: Float32Array.from(reading.probabilities) };
    return npz(arrays);
  }

  #picture() {
    if (!canReadCanvas()) {
      this.#say("This browser hides from pages what is drawn on a canvas, so there is no picture.");
      return;
    }
    const { network, weights } = this.#about();
    const canvas = picture(this.root, `LeNet-5, ${network}; weights: ${weights}; ${this.link()}`);
    canvas.toBlob((blob) => blob && save("lenet.png", blob), "image/png");
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
    const paths = this.pad.strokes.map(({ points }) => points);
    this.collected.push({ label: this.label.value, strokes: paths });
    write(this.collected);
    this.#count();
    this.#say(`Collected as ${this.label.value}.`);
    this.label.value = ""; // the next drawing may be another digit
  }

  #count() {
    const { length } = this.collected;
    this.collection.textContent = `Download ${length} collected ${length === 1 ? "drawing" : "drawings"}`;
    this.collection.hidden = !length;
  }

  /** In the format of `sketches/digits.json`, which training's evaluation reads. */
  #sketches() {
    const items = this.collected.map(({ label, strokes }, i) => ({ id: `collected-${i}`, label, writer: 0, strokes }));
    return { n: items.length, items };
  }
}

/**
 * @param {object} value
 * @param {number} [indent]
 */
function json(value, indent) {
  return new Blob([JSON.stringify(value, null, indent)], { type: "application/json" });
}

/**
 * @param {string} name
 * @param {Blob} blob
 */
export function save(name, blob) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @returns {Collected[]} */
function read() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // no storage, as in a private window
  }
}

/** @param {Collected[]} collected */
function write(collected) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(collected));
  } catch {
    // kept until the page is left
  }
}

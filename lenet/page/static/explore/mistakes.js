// Mistakes: MNIST test digits that the network misreads, and, for the present drawing, the training digits whose outputs
// of F6 are nearest to its own.
import { element, find } from "../dom.js";
import { inkOf, inputOf, SIDE } from "../network/digits.js";
import { readSafetensors } from "../network/safetensors.js";
import { testDigit } from "../pad/images.js";
import { readFile } from "../server.js";
import { decimal, percentage } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { OnDemand } from "./on_demand.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

const EACH = 3; // nearest digits of the first and of the second answer

/**
 * @typedef {object} Misread
 * @property {string} attribution
 * @property {number} images
 * @property {number} errors
 * @property {MisreadDigit[]} digits
 */

/** @typedef {{ image: string, label: number, probabilities: number[] }} MisreadDigit the image in base 64 */

/** @param {ArrayBuffer} buffer the content of misread.json */
export function readMisread(buffer) {
  return /** @type {Misread} */ (JSON.parse(new TextDecoder().decode(buffer)));
}

export class Mistakes {
  /** @type {OnDemand<Tensors>} */
  #neighbors;
  /** @type {OnDemand<Misread>} */
  #misread;

  /**
   * `fetchExtra` fetches a file that belongs to the weights: see server.js.
   *
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Pad} pad
   * @param {Reader} reader that of the network as it is stored, which the files are of
   * @param {(name: string, waiting: (text: string) => void) => Promise<ArrayBuffer>} fetchExtra
   */
  constructor(root, store, pad, reader, fetchExtra) {
    this.reader = reader;
    this.store = store;
    this.pad = pad;
    this.panel = find(root, ".panel.mistakes");
    /** @type {<T>(name: string, read: (buffer: ArrayBuffer) => T) => OnDemand<T>} */
    const file = (name, read) => {
      const message = find(this.panel, `[data-extra="${name}"]`);
      return new OnDemand(message, async (say) => {
        const content = await fetchExtra(name, say);
        return readFile("This file of digits", () => read(content));
      });
    };
    this.#misread = file("misread.json", readMisread);
    this.#neighbors = file("neighbors.safetensors", (buffer) => readSafetensors(buffer).tensors);
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => this.#showNearest());
    store.addEventListener("source", () => this.#count());
    onThemeChange(root, () => this.#show());
    this.#open();
  }

  get open() {
    return this.store.mode === "mistakes";
  }

  async #open() {
    this.panel.hidden = !this.open;
    if (!this.open) return;
    this.#count();
    this.#showNearest(); // of what has been drawn in the meantime
    if (this.#misread.value && this.#neighbors.value) return;
    await Promise.all([this.#misread.load(), this.#neighbors.load()]);
    this.#show();
  }

  #show() {
    this.#showGallery();
    this.#showNearest();
  }

  /** The digits are those that the network misreads as it is stored. */
  #count() {
    if (!this.#misread.value) return;
    const { images, errors } = this.#misread.value;
    const by = this.store.changed ? " by the network before it was changed" : "";
    find(this.panel, ".count").textContent =
      `${errors} of ${images.toLocaleString("en")} are misread${by}, whether or not they would be rejected; 4 \u2192 9 is a 4 read as 9. A click puts one onto the pad.`;
  }

  #showGallery() {
    if (!this.#misread.value) return;
    this.#count();
    const { attribution, digits } = this.#misread.value;
    find(this.panel, ".attribution").textContent = attribution;
    find(this.panel, ".gallery").replaceChildren(...misreadButtons(digits, this.pad));
  }

  #showNearest() {
    const neighbors = this.#neighbors.value;
    const reading = this.store.complete;
    if (!this.open || !neighbors) return;
    find(this.panel, ".nearest-hint").hidden = Boolean(reading);
    // Those of the digits are stored, and only the network that they are of has answers and outputs to compare with them.
    const own = reading && this.reader.readInk(reading.outputs.input);
    const before = this.store.changed ? " before the network was changed" : "";
    const nearest = own?.top.slice(0, 2).map(([digit]) => {
      const words = `Nearest ${digit}s in the training data, with the distances between the outputs of F6${before}:`;
      const items = nearestTo(own.outputs.f6, digit, neighbors).map(({ ink, distance }) => {
        const attributes = { role: "img", "aria-label": `A ${digit}` };
        const draw = (/** @type {HTMLCanvasElement} */ canvas) => paint(canvas, ink, 1, "gray");
        const canvas = node("canvas", { width: SIDE, height: SIDE, attributes, draw });
        return node("li", {}, canvas, node("span", {}, decimal(distance, 2)));
      });
      return node("div", {}, node("p", {}, words), node("ul", {}, ...items));
    });
    patch(find(this.panel, ".nearest-digits"), nearest ?? []);
  }
}

/** @param {MisreadDigit} digit */
export function answerTo({ probabilities }) {
  return probabilities.indexOf(Math.max(...probabilities));
}

/**
 * A button for each digit, which puts it onto the pad.
 *
 * @param {MisreadDigit[]} digits
 * @param {Pad} pad
 */
export function misreadButtons(digits, pad) {
  return digits.map((digit) => {
    const { image, label, probabilities } = digit;
    const ink = inkOf(Uint8Array.from(atob(image), (character) => character.charCodeAt(0)));
    const answer = answerTo(digit);
    const text = `${label} read as ${answer}, ${percentage(probabilities[answer])}`;
    const canvas = element("canvas", { width: SIDE, height: SIDE });
    paint(canvas, ink, 1, "gray");
    const button = element(
      "button",
      { type: "button", title: text, ariaLabel: text },
      canvas,
      element("span", {}, `${label} \u2192 ${answer}`),
    );
    button.addEventListener("click", () =>
      pad.loadImage(testDigit(inputOf(ink), label, { data: ink, width: SIDE, height: SIDE })),
    );
    return button;
  });
}

/**
 * The training digits of a class with the smallest distances between outputs of F6.
 *
 * @param {Float32Array} f6
 * @param {number} digit
 * @param {Tensors} neighbors
 */
function nearestTo(f6, digit, { images, labels, f6: vectors }) {
  /** @type {{ i: number, distance: number }[]} */
  const found = [];
  for (const [i, label] of labels.data.entries()) {
    if (label !== digit) continue;
    const distance = Math.sqrt(f6.reduce((sum, x, j) => sum + (x - vectors.data[i * f6.length + j]) ** 2, 0));
    found.push({ i, distance });
  }
  found.sort((a, b) => a.distance - b.distance);
  const imageOf = (/** @type {number} */ i) => inkOf(images.data.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2));
  return found.slice(0, EACH).map(({ i, distance }) => ({ ink: imageOf(i), distance }));
}

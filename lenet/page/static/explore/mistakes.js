// Mistakes: MNIST test digits that the network misreads, and, for the present drawing, the training digits whose outputs
// of F6 are nearest to its own.
import { readSafetensors } from "../network/safetensors.js";
import { element } from "../show/element.js";
import { decimal, percentage } from "../show/format.js";
import { paint } from "../show/palette.js";
import { onThemeChange } from "../theme.js";
import { node, patch } from "./tree.js";

const SIDE = 28; // of MNIST's images
const EACH = 3; // nearest digits of the first and of the second answer

export class Mistakes {
  #neighbors = null;
  #misread = null;

  /** `fetchExtra(name, waiting)` fetches a file that belongs to the weights: see server.js. */
  constructor(root, store, pad, fetchExtra) {
    Object.assign(this, { store, pad, fetchExtra });
    this.panel = root.querySelector(".panel.mistakes");
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => this.#showNearest());
    onThemeChange(() => this.#show());
    this.#open();
  }

  get open() {
    return this.store.mode === "mistakes";
  }

  async #open() {
    this.panel.hidden = !this.open;
    if (this.open) this.#showNearest(); // of what has been drawn in the meantime
    if (!this.open || this.loading) return;
    this.loading = true;
    const load = async (name, use) => {
      const message = this.panel.querySelector(`[data-extra="${name}"]`);
      const say = (text) => {
        message.textContent = text;
      };
      try {
        say("Loading…");
        use(await this.fetchExtra(name, say));
        say("");
      } catch (error) {
        say(error.message);
        this.loading = false; // tried again when this is opened again
      }
    };
    await Promise.all([
      load("misread.json", (buffer) => {
        this.#misread = JSON.parse(new TextDecoder().decode(buffer));
      }),
      load("neighbors.safetensors", (buffer) => {
        this.#neighbors = readSafetensors(buffer).tensors;
      }),
    ]);
    this.#show();
  }

  #show() {
    this.#showGallery();
    this.#showNearest();
  }

  #showGallery() {
    if (!this.#misread) return;
    const { attribution, images, errors, digits } = this.#misread;
    this.panel.querySelector(".count").textContent =
      `${errors} of ${images.toLocaleString("en")} are misread, whether or not they would be rejected; 4 \u2192 9 is a 4 read as 9. A click puts one onto the pad.`;
    this.panel.querySelector(".attribution").textContent = attribution;
    const gallery = this.panel.querySelector(".gallery");
    gallery.replaceChildren(
      ...digits.map(({ image, label, probabilities }) => {
        const ink = inkOf(Uint8Array.from(atob(image), (character) => character.charCodeAt(0)));
        const answer = probabilities.indexOf(Math.max(...probabilities));
        const text = `${label} read as ${answer}, ${percentage(probabilities[answer])}`;
        const canvas = element("canvas", { width: SIDE, height: SIDE });
        paint(canvas, ink, 1, "gray");
        const button = element(
          "button",
          { type: "button", title: text, ariaLabel: text },
          canvas,
          element("span", {}, `${label} \u2192 ${answer}`),
        );
        button.addEventListener("click", () => this.pad.loadImage(picture(ink), "white"));
        return button;
      }),
    );
  }

  #showNearest() {
    const list = this.panel.querySelector(".nearest-digits");
    const { reading } = this.store;
    if (!this.open || !this.#neighbors) return;
    this.panel.querySelector(".nearest-hint").hidden = Boolean(reading);
    patch(
      list,
      reading
        ? reading.top.slice(0, 2).map(([digit]) =>
            node(
              "div",
              {},
              node("p", {}, `Nearest ${digit}s in the training data, with the distances between the outputs of F6:`),
              node(
                "ul",
                {},
                ...this.#nearest(reading.outputs.f6, digit).map(({ ink, distance }) =>
                  node(
                    "li",
                    {},
                    node("canvas", {
                      width: SIDE,
                      height: SIDE,
                      attributes: { role: "img", "aria-label": `A ${digit}` },
                      draw: (canvas) => paint(canvas, ink, 1, "gray"),
                    }),
                    node("span", {}, decimal(distance, 2)),
                  ),
                ),
              ),
            ),
          )
        : [],
    );
  }

  /** The training digits of a class with the smallest distances between outputs of F6. */
  #nearest(f6, digit) {
    const { images, labels, f6: vectors } = this.#neighbors;
    const found = [];
    labels.data.forEach((label, i) => {
      if (label !== digit) return;
      const distance = Math.sqrt(f6.reduce((sum, x, j) => sum + (x - vectors.data[i * f6.length + j]) ** 2, 0));
      found.push({ i, distance });
    });
    found.sort((a, b) => a.distance - b.distance);
    return found
      .slice(0, EACH)
      .map(({ i, distance }) => ({ ink: inkOf(images.data.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2)), distance }));
  }
}

function inkOf(bytes) {
  return Float32Array.from(bytes, (x) => x / 255);
}

/** Black ink on white, of the same size: then the preprocessing does not scale it, as it was not in the test. */
function picture(ink) {
  const canvas = element("canvas", { width: SIDE, height: SIDE });
  const pixels = new ImageData(SIDE, SIDE);
  for (const [i, x] of ink.entries()) pixels.data.set([...Array(3).fill(Math.round(255 * (1 - x))), 255], 4 * i);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

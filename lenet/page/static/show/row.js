// Several digits: each as the network gets it, of which the layers show one; and the row as the network sees it when it is
// moved along, with the ten probabilities of each column.
import { element, find } from "../dom.js";
import { scoreStrip } from "../network/strip.js";
import { onThemeChange } from "../theme.js";
import { percentage } from "./format.js";
import { paint } from "./palette.js";
import { node, patch } from "./tree.js";

/** @import { Store } from "../store.js" */

const MARGIN = 4; // rows of paper above and below that are not shown

export class Row {
  /** @type {Raster | null} */
  #shown = null;

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Preprocessing} preprocessing
   */
  constructor(root, store, preprocessing) {
    this.store = store;
    this.preprocessing = preprocessing;
    this.figure = find(root, ".row-strip");
    this.parts = find(root, ".row-parts");
    for (const event of ["reading", "state"]) store.addEventListener(event, () => this.#show());
    store.addEventListener("reading", () => this.#showParts());
    onThemeChange(root, () => {
      this.#show(true);
      this.#showParts();
    });
  }

  #showParts() {
    const { reading } = this.store;
    const buttons = (reading?.parts ?? []).map(({ ink }, i) => {
      const [digit, p] = reading?.digits?.[i] ?? [0, 0];
      return node(
        "button",
        {
          type: "button",
          attributes: {
            "aria-pressed": String(i === reading?.part),
            "aria-label": `Show how digit ${i + 1}, a ${digit}, is read`,
          },
          onclick: () => this.store.setPart(i),
          onpointerenter: ({ pointerType }) => pointerType === "mouse" && this.store.setPart(i),
        },
        node("canvas", {
          width: 32,
          height: 32,
          attributes: { "aria-hidden": "true" },
          draw: (canvas) => paint(canvas, ink, 1, "gray"),
        }),
        node("span", {}, `${digit}, ${percentage(p)}`),
      );
    });
    patch(this.parts, buttons);
  }

  #show(again = false) {
    const { reading, state, source, network } = this.store;
    const cropped = (reading?.number && reading.cropped) || null;
    this.figure.hidden = !cropped;
    if (!cropped) this.#shown = null;
    // Once the pen rests: two dozen passes are too many for each movement.
    if (!cropped || !network || (state === "live" && !source) || (!again && this.#shown === cropped)) return;
    this.#shown = cropped;
    const { columns, image } = scoreStrip(network, cropped, this.preprocessing);
    const inked = image.data.subarray(MARGIN * image.width, (image.height - MARGIN) * image.width);
    const row = element("canvas", {
      width: image.width,
      height: image.height - 2 * MARGIN,
      attributes: { "aria-hidden": "true" },
    });
    paint(row, inked, 1, "gray");
    const strip = element("canvas", {
      width: columns.length,
      height: 10,
      attributes: { role: "img", "aria-label": "Probability of each digit in each column" },
    });
    const values = new Float32Array(10 * columns.length);
    for (const [x, column] of columns.entries()) {
      for (const [digit, p] of column.entries()) values[digit * columns.length + x] = p;
    }
    paint(strip, values, 1, "gray");
    const canvases = find(this.figure, ".row-canvases");
    canvases.style.setProperty("--columns", String(columns.length));
    const digits = Array.from({ length: 10 }, (_, digit) => element("span", {}, String(digit)));
    canvases.replaceChildren(
      row,
      element("div", { className: "row-digits", attributes: { "aria-hidden": "true" } }, ...digits),
      strip,
    );
  }
}

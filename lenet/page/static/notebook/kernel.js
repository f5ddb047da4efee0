// The drawing goes to Python, and its reading comes back. Both are in the widget's model, of which there may be several
// views, and which Python changes, too.
import { clean, scaleAndCenter } from "../network/preprocess.js";
import { blackOnWhite } from "../pad/images.js";
import { grayPng } from "../pad/png.js";
import { messageOf, Overloaded, Unreachable } from "../server.js";

/** @import { Pad } from "../pad/pad.js" */

export const NETWORK = "kernel"; // there is one for as long as the widget lives
const PATIENCE = 5_000; // milliseconds that a drawing waits for its answer, in which the kernel may be busy
const BETWEEN = 50; // milliseconds between two drawings at least

/**
 * The bytes of a trait, which arrive as one of several types.
 *
 * @param {ArrayBuffer | ArrayBufferView} bytes
 */
export function bytesOf(bytes) {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  return new Uint8Array(/** @type {ArrayBuffer} */ (bytes.buffer), bytes.byteOffset, bytes.byteLength);
}

export class Kernel {
  #by = Math.random().toString(36).slice(2); // this view
  #key = ""; // of the drawing that is on the pad and in the model
  #number = 0;
  #isStale = false;
  #isSending = false;
  #isTaking = false;
  #answers = new EventTarget();

  /**
   * @param {WidgetModel} model
   * @param {Pad} pad
   * @param {Preprocessing} preprocessing
   * @param {AbortSignal} signal
   */
  constructor(model, pad, preprocessing, signal) {
    this.model = model;
    this.pad = pad;
    this.preprocessing = preprocessing;
    this.signal = signal;
    const take = () => this.#take();
    const answer = () => this.#answers.dispatchEvent(new Event("answer"));
    model.on("change:_drawing", take);
    model.on("change:_answer", answer);
    signal.addEventListener("abort", () => {
      model.off("change:_drawing", take);
      model.off("change:_answer", answer);
    });
    for (const event of ["change", "rest"]) pad.addEventListener(event, () => this.#tell());
    this.#take();
  }

  /**
   * Python's reading of the drawing as it is. Throws Overloaded if there is none in time; the next call sends it again.
   *
   * @returns {Promise<ServerReading>}
   */
  async read() {
    if (this.#isStale) this.#send();
    if (!(await this.#isAnswered())) {
      this.#isStale = true; // it may have been lost, as when the kernel is started again
      throw new Overloaded("the kernel does not answer");
    }
    return { ...this.model.get("_answer"), network: NETWORK };
  }

  #tell() {
    if (this.#isTaking) return;
    this.#isStale = true;
    this.#send();
  }

  /** Send what is on the pad until there is nothing new; the next one once the last one has been answered. */
  async #send() {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#isStale && !this.signal.aborted) {
      this.#isStale = false;
      const key = `${this.#by} ${++this.#number}`;
      this.#key = key;
      try {
        const drawing = await this.#drawing(key);
        if (this.#key !== key) continue; // Python has drawn another one
        this.model.set("_drawing", drawing);
        this.model.save_changes();
      } catch (error) {
        console.warn(new Unreachable(messageOf(error))); // without a kernel, as in a notebook that is only looked at
      }
      const pause = new Promise((resolve) => setTimeout(resolve, BETWEEN));
      await Promise.all([pause, this.#isAnswered(key)]);
    }
    this.#isSending = false;
  }

  /**
   * Its bytes are a DataView: marimo sends no other.
   *
   * @param {string} key
   * @returns {Promise<WidgetDrawing>}
   */
  async #drawing(key) {
    const { image, strokes, side, penDown } = this.pad;
    const drawing = { key, penDown, strokes: strokes.map(({ width, points }) => ({ width, points: [...points] })) };
    if (!image) {
      const png = await grayPng({ data: this.pad.opacity(), width: side, height: side });
      return { ...drawing, png: new DataView(await png.arrayBuffer()) };
    }
    const { data, width, height } = image.cropped ?? { data: image.ink, width: 32, height: 32 };
    const ink = Uint8Array.from(data, (amount) => Math.round(255 * amount));
    return { ...drawing, ink: new DataView(ink.buffer), width, height };
  }

  /** Put what is in the model on the pad, unless it comes from there. */
  #take() {
    /** @type {WidgetDrawing} */
    const { key, penDown, strokes, ink, width = 0, height = 0 } = this.model.get("_drawing");
    if (key.startsWith(this.#by) || penDown) return;
    const { pad } = this;
    this.#isTaking = true;
    pad.cancel();
    if (ink) pad.loadImage(this.#imageOf(bytesOf(ink), width, height));
    else if (strokes.length) pad.load(strokes);
    else pad.clear();
    this.#isTaking = this.#isStale = false;
    this.#key = key;
    this.#answers.dispatchEvent(new Event("answer")); // to nobody's question any more
  }

  /**
   * @param {Uint8Array} ink
   * @param {number} width
   * @param {number} height
   * @returns {OpenImage}
   */
  #imageOf(ink, width, height) {
    const { side } = this.preprocessing;
    const raster = { data: Float32Array.from(ink, (amount) => amount / 255), width, height };
    const canvas = width && height ? blackOnWhite(raster, Math.ceil(height / 4)) : blackOnWhite(blank(side));
    const cropped = width && height ? clean(raster, this.preprocessing) : null;
    const input = cropped ? scaleAndCenter(cropped, this.preprocessing) : { ink: blank(side).data, placement: null };
    return { ...input, cropped, canvas, paper: "white" };
  }

  /**
   * Whether the drawing with a key, or the latest one, is answered within a while.
   *
   * @param {string} [wanted]
   */
  #isAnswered(wanted) {
    const { signal, model } = this;
    return new Promise((resolve) => {
      const done = new AbortController();
      const end = (/** @type {boolean} */ isAnswered) => {
        clearTimeout(timer);
        done.abort();
        resolve(isAnswered);
      };
      const timer = setTimeout(() => end(false), PATIENCE);
      const look = () => {
        const { key } = model.get("_answer");
        if (wanted ? key === wanted || wanted !== this.#key : key === this.#key && !this.#isStale) end(true);
      };
      this.#answers.addEventListener("answer", look, { signal: done.signal });
      signal.addEventListener("abort", () => end(false), { signal: done.signal });
      look();
    });
  }
}

/** @param {number} side */
function blank(side) {
  return { data: new Float32Array(side ** 2), width: side, height: side };
}

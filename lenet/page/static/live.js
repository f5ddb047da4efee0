// Live and settled: while the drawing changes, each animation frame shows the browser's reading. When the pen rests, the
// server is asked once for PyTorch's, which then counts. While it is away the browser's stands, and is checked later; on
// a page without a server it is not checked.
import { answer } from "./network/reader.js";
import { canReadCanvas } from "./pad/canvas_access.js";
import { messageOf, Overloaded, Unreachable } from "./server.js";

/**
 * @import { Reader } from "./network/reader.js"
 * @import { Pad } from "./pad/pad.js"
 * @import { Server } from "./server.js"
 * @import { Store } from "./store.js"
 */

const REST = 250; // milliseconds without a change after which the pen rests
const RETRIES = [1_000, 2_000, 4_000, 8_000, 15_000]; // milliseconds; the last one is repeated
const TOLERANCE = 1e-3; // of a probability
const BLOCKED =
  "This browser hides from pages what is drawn on a canvas, so the drawing cannot be read. Allow this page to read canvases (a setting of the browser or of an extension, against fingerprinting), and draw again.";

export class Live {
  #frame = 0;
  #stale = false;
  #timer = 0;
  #failures = 0;
  #blocked = false; // whether the browser falsifies what the canvas contains

  /**
   * `network` identifies the network that the browser has, in the server's terms.
   *
   * @param {Pad} pad
   * @param {Reader} reader
   * @param {Server | null} server
   * @param {Store} store
   * @param {string} network
   */
  constructor(pad, reader, server, store, network) {
    this.pad = pad;
    this.reader = reader;
    this.server = server;
    this.store = store;
    this.network = network;
    pad.addEventListener("change", () => this.#changed());
    pad.addEventListener("rest", () => this.#rest());
    store.addEventListener("muted", () => this.#showAgain());
    store.addEventListener("source", () => this.#showAgain());
    window.addEventListener("online", () => this.#settle());
    store.setNetwork(reader.network, reader.blank);
    this.#changed();
  }

  /** The reader of the network that is shown. */
  get shown() {
    return this.store.source?.reader ?? this.reader;
  }

  /** Whether there is an image that the server has not preprocessed yet. */
  get #waiting() {
    return Boolean(this.pad.image && !this.store.ink);
  }

  #changed() {
    if (!this.#blocked) this.store.notify("");
    this.store.setState("live", true);
    this.#failures = 0;
    this.store.ink = this.pad.image ? (this.pad.state.ink ?? null) : null;
    this.#wait(REST);
    this.#stale = true;
    if (!this.#frame) this.#update();
  }

  #rest() {
    if (this.store.reading?.reason) this.#show(); // several digits are read when the pen rests
    this.#wait(REST);
  }

  /** Show the reading of the drawing: at once, so that it is painted together with the ink, but once a frame at most. */
  #update() {
    if (!this.#stale) return;
    this.#stale = false;
    this.#show();
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#update();
    });
  }

  #show() {
    const { pad, store } = this;
    const blocked = !canReadCanvas();
    if (blocked !== this.#blocked) store.notify(blocked ? BLOCKED : "");
    this.#blocked = blocked;
    if (blocked) {
      store.show(null);
      store.setState("alone");
      return;
    }
    if (pad.blank || this.#waiting) store.show(null);
    else this.#showMuted(this.#read());
    store.setState(pad.blank ? "checked" : "live", this.#waiting);
  }

  #read() {
    const { pad, reader, store } = this;
    if (store.source) return store.source.read();
    if (store.ink) return this.#asInTest(reader.readInk(store.ink));
    return reader.read(pad.opacity(), pad.side, pad.side, { rows: !pad.penDown });
  }

  /**
   * A test digit is answered as in the test, where nothing is rejected.
   *
   * @param {Reading} reading
   * @returns {Reading}
   */
  #asInTest(reading) {
    if (!this.pad.state.ink || !reading.reason) return reading;
    return { ...reading, digit: reading.top[0][0], reason: null, rejected: reading.reason };
  }

  /** The network, the source or what is muted has changed. */
  #showAgain() {
    const { shown, store } = this;
    if (shown.network !== store.network) store.setNetwork(shown.network, shown.blank);
    this.#show();
    if (!store.source) this.#wait(REST);
  }

  /**
   * Show the reading, or, if anything is muted, what the network computes without it.
   *
   * @param {Reading} reading
   */
  #showMuted(reading) {
    const { shown, store } = this;
    if (!store.mutedMaps.length) store.show(reading);
    else store.show({ ...shown.readInk(reading.outputs.input, store.muted), placement: reading.placement }, reading);
  }

  /** @param {number} milliseconds */
  #wait(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), milliseconds);
  }

  async #settle() {
    const { pad, store } = this;
    clearTimeout(this.#timer);
    if (this.#blocked || pad.blank || pad.penDown || ["checked", "alone"].includes(store.state)) return;
    if (store.source && !this.#waiting) {
      // nothing that the server could check
      store.setState("alone");
      return;
    }
    if (!this.server) {
      if (this.#waiting) {
        store.notify("This page has no server, which would be needed to read images. Draw the digit instead.");
      }
      store.setState("alone");
      return;
    }
    const { version, image } = pad;
    try {
      const reading = await this.server.read(await pad.question(), Boolean(image));
      if (version === pad.version) this.#accept(reading);
    } catch (error) {
      if (version === pad.version) this.#fail(error);
    }
  }

  /** @param {ServerReading} reading */
  #accept({ reason, probabilities, digits, ink, network }) {
    const { store } = this;
    if (this.pad.state.ink) {
      // The server centers the image of a test digit again, so that only the answer can be compared.
      const [likeliest] = (store.unmuted ?? store.reading)?.top[0] ?? [];
      store.setState(probabilities.indexOf(Math.max(...probabilities)) === likeliest ? "checked" : "alone");
      return;
    }
    if (ink) store.ink = ink;
    if (ink && store.source) {
      this.#show();
      return;
    }
    const own = ink ? this.reader.readInk(ink) : (store.unmuted ?? store.reading);
    if (!own) return; // there is nothing left to check
    const { outputs, before, placement, cropped } = own;
    const number = digits?.map(([digit]) => digit).join("") ?? null;
    const checked = answer(probabilities, reason, { outputs, before, placement, cropped, digits, number });
    // The browser does not look for several digits in an image.
    const differs =
      !(ink && digits) &&
      (own.digit !== checked.digit ||
        own.reason !== reason ||
        own.number !== number ||
        probabilities.some((p, digit) => Math.abs(p - own.probabilities[digit]) > TOLERANCE));
    const changed = network !== this.network;
    if (changed) store.notify("The server is now using different weights. Reload the page to see them.");
    else if (this.#failures) store.notify("");
    if (differs && !changed) {
      console.warn("The browser's reading differs from PyTorch's, which is shown.", own, checked);
    }
    if (differs || ink) this.#showMuted(checked);
    this.#failures = 0;
    store.setState("checked");
  }

  /** @param {unknown} error */
  #fail(error) {
    const { store } = this;
    if (error instanceof Unreachable) {
      const overloaded = error instanceof Overloaded;
      const trouble = overloaded ? "The server is busy" : "Cannot reach the server, which is needed to read images";
      if (this.#waiting) store.notify(`${trouble}. Retrying…`);
      store.setState(overloaded ? "overloaded" : "unchecked");
      // At random, so that the visitors of a busy server do not all come back at once.
      this.#wait((0.5 + Math.random()) * RETRIES[Math.min(this.#failures++, RETRIES.length - 1)]);
    } else {
      store.show(null); // an earlier reading would look like that of this drawing
      store.notify(`No prediction: ${messageOf(error)}.`);
      store.setState("checked");
    }
  }
}

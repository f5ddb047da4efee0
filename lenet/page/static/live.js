// Live and settled: while the drawing changes, each animation frame shows the browser's reading. When the pen rests, the
// server is asked once for PyTorch's, which then counts. While it is away the browser's stands, and is checked later; on
// a page without a server it is not checked, nor are images, which are not sent anywhere.
import { listenOutside } from "./dom.js";
import { answer } from "./network/reader.js";
import { BLOCKED, canReadCanvas } from "./pad/canvas_access.js";
import { readPad } from "./pad/read_pad.js";
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

export class Live {
  #frame = 0;
  #stale = false;
  #timer = 0;
  #failures = 0;
  #stopped = false;
  #blocked = false; // whether the browser falsifies what the canvas contains

  /**
   * `network` identifies the network that the browser has, in the server's terms.
   *
   * @param {Pad} pad
   * @param {Reader} reader
   * @param {Pick<Server, "read"> | null} server
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
    store.addEventListener("part", () => this.#showAgain());
    pad.addEventListener("new", () => store.setPart(0));
    listenOutside(pad.element, window, "online", () => this.#settle());
    store.setNetwork(reader.network, reader.blank);
    this.#changed();
  }

  /** Ask the server nothing more. */
  stop() {
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  /** The reader of the network, as it has been taught or changed by hand. */
  get current() {
    return this.store.changed?.reader ?? this.reader;
  }

  /** The reader of the network that is shown. */
  get shown() {
    return this.store.source?.reader ?? this.current;
  }

  #changed() {
    if (!this.#blocked) this.store.notify("");
    this.store.setState("live", true);
    this.#failures = 0;
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

  /** Show the reading before the frame that is due, which a busy machine or a page in the background has not had yet. */
  #catchUp() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#update();
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
    if (pad.blank) store.show(null);
    else this.#showMuted(this.#read());
    store.setState(pad.blank ? "checked" : "live");
  }

  #read() {
    const { pad, store } = this;
    const reading = store.source ? store.source.read() : this.#asInTest(readPad(this.current, pad));
    const shown = this.shown.showPart(reading, store.part);
    return pad.image ? { ...shown, placement: null } : shown; // which is not in units of the pad
  }

  /**
   * A test digit is answered as in the test, where nothing is rejected.
   *
   * @param {Reading} reading
   * @returns {Reading}
   */
  #asInTest(reading) {
    if (!this.pad.image?.test || !reading.reason) return reading;
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
    if (!this.#stopped) this.#timer = setTimeout(() => this.#settle(), milliseconds);
  }

  async #settle() {
    const { pad, store } = this;
    clearTimeout(this.#timer);
    if (this.#stale) this.#catchUp();
    if (this.#blocked || pad.blank || pad.penDown || ["checked", "alone"].includes(store.state)) return;
    if (pad.isExample) {
      store.setState("example"); // nobody has drawn it, so nobody asks the server about it
      return;
    }
    if (!this.server || pad.image || store.source || store.changed) {
      store.setState(pad.image && !pad.image.test ? "local" : "alone");
      return;
    }
    const { version } = pad;
    try {
      const reading = await this.server.read(await pad.png());
      if (version === pad.version) this.#accept(reading);
    } catch (error) {
      if (version === pad.version) this.#fail(error);
    }
  }

  /** @param {ServerReading} reading */
  #accept({ reason, probabilities, digits, network }) {
    const { store } = this;
    const own = store.complete;
    if (!own || store.source || store.changed) return; // there is nothing left to check
    const { outputs, before, placement, cropped, parts, numbers, part } = own;
    const number = digits?.map(([digit]) => digit).join("") ?? null;
    const layers = { outputs, before, placement, cropped, parts, numbers, part };
    const checked = answer(probabilities, reason, { ...layers, digits, number });
    const differs =
      own.digit !== checked.digit ||
      own.reason !== reason ||
      own.number !== number ||
      probabilities.some((p, digit) => Math.abs(p - own.probabilities[digit]) > TOLERANCE);
    const changed = network !== this.network;
    if (changed) store.notify("The server is now using different weights. Reload the page to see them.");
    if (differs && !changed) {
      console.warn("The browser's reading differs from PyTorch's, which is shown.", own, checked);
    }
    if (differs) this.#showMuted(checked);
    this.#failures = 0;
    store.setState("checked");
  }

  /** @param {unknown} error */
  #fail(error) {
    const { store } = this;
    if (error instanceof Unreachable) {
      store.setState(error instanceof Overloaded ? "overloaded" : "unchecked");
      // At random, so that the visitors of a busy server do not all come back at once.
      this.#wait((0.5 + Math.random()) * RETRIES[Math.min(this.#failures++, RETRIES.length - 1)]);
    } else {
      store.show(null); // an earlier reading would look like that of this drawing
      store.notify(`No prediction: ${messageOf(error)}.`);
      store.setState("checked");
    }
  }
}

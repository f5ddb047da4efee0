// Live and settled: while the drawing changes, each animation frame shows the browser's reading. When the pen rests, the
// server is asked once for PyTorch's, which then counts. While it is away the browser's stands, and is checked later; on
// a page without a server it is not checked.
import { answer } from "./network/reader.js";
import { Overloaded, Unreachable } from "./server.js";

const REST = 250; // milliseconds without a change after which the pen rests
const RETRIES = [1_000, 2_000, 4_000, 8_000, 15_000]; // milliseconds; the last one is repeated
const TOLERANCE = 1e-3; // of a probability

export class Live {
  #frame = 0;
  #stale = false;
  #timer = 0;
  #failures = 0;
  #ink = null; // of an image, which only the server can preprocess

  /** `server` is null if there is none. `network` identifies the network that the browser has, in its terms. */
  constructor(pad, reader, server, store, network) {
    Object.assign(this, { pad, reader, server, store, network });
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

  #changed() {
    this.store.notify("");
    this.store.setState("live", true);
    this.#failures = 0;
    this.#ink = null;
    this.#wait(REST);
    this.#stale = true;
    if (!this.#frame) this.#update();
  }

  #rest() {
    const { reason } = this.store.reading ?? {};
    if (reason && !this.store.source) this.#show(); // several digits are read when the pen rests
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
    const waiting = Boolean(pad.image && !this.#ink); // an image is preprocessed by the server
    if (pad.blank || waiting) store.show(null);
    else this.#showMuted(this.#read());
    store.setState(pad.blank ? "checked" : "live", waiting);
  }

  #read() {
    const { pad, reader, store } = this;
    if (store.source) return store.source.read(pad, this.#ink);
    return this.#ink
      ? reader.readInk(this.#ink)
      : reader.read(pad.opacity(), pad.side, pad.side, { rows: !pad.drawing });
  }

  /** The network, the source or what is muted has changed. */
  #showAgain() {
    const { store } = this;
    const { shown } = this;
    if (shown.network !== store.network) store.setNetwork(shown.network, shown.blank);
    this.#show();
    if (!store.source) this.#wait(REST);
  }

  /** Show the reading, or, if anything is muted, what the network computes without it. */
  #showMuted(reading) {
    const { shown, store } = this;
    if (!store.mutedMaps.length) store.show(reading);
    else store.show({ ...shown.readInk(reading.outputs.input, store.muted), placement: reading.placement }, reading);
  }

  #wait(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), milliseconds);
  }

  async #settle() {
    const { pad, store } = this;
    clearTimeout(this.#timer);
    if (pad.blank || pad.drawing || ["checked", "alone"].includes(store.state)) return;
    if (store.source && !(pad.image && !this.#ink)) {
      // nothing that the server could check
      store.setState("alone");
      return;
    }
    if (!this.server) {
      if (pad.image)
        store.notify("This page has no server, which would be needed to read images. Draw the digit instead.");
      store.setState("alone");
      return;
    }
    const { version, image } = pad;
    try {
      const reading = await this.server.read(await pad.png(), Boolean(image));
      if (version === pad.version) this.#accept(reading);
    } catch (error) {
      if (version === pad.version) this.#fail(error);
    }
  }

  #accept({ reason, probabilities, digits, ink, network }) {
    const { store } = this;
    if (ink) this.#ink = ink;
    if (ink && store.source) {
      this.#show();
      return;
    }
    const own = ink ? this.reader.readInk(ink) : (store.unmuted ?? store.reading);
    const { outputs, before, placement, drawing } = own;
    const number = digits?.map(([digit]) => digit).join("") ?? null;
    const checked = answer(probabilities, reason, { outputs, before, placement, drawing, digits, number });
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
    if (differs && !changed)
      console.warn("The browser's reading differs from PyTorch's, which is shown.", own, checked);
    if (differs || ink) this.#showMuted(checked);
    this.#failures = 0;
    store.setState("checked");
  }

  #fail(error) {
    const { store } = this;
    if (error instanceof Unreachable) {
      const overloaded = error instanceof Overloaded;
      const trouble = overloaded ? "The server is busy" : "Cannot reach the server, which is needed to read images";
      if (this.pad.image) store.notify(`${trouble}. Retrying…`);
      store.setState(overloaded ? "overloaded" : "unchecked");
      // At random, so that the visitors of a busy server do not all come back at once.
      this.#wait((0.5 + Math.random()) * RETRIES[Math.min(this.#failures++, RETRIES.length - 1)]);
    } else {
      store.show(null); // an earlier reading would look like that of this drawing
      store.notify(`No prediction: ${error.message}.`);
      store.setState("checked");
    }
  }
}

// Live and settled: while the drawing changes, each animation frame shows the browser's reading. When the pen rests, the
// server is asked once for PyTorch's, which then counts. Without a server the browser's stands, and is checked later.
import { answer } from "./network/reader.js";
import { Unreachable } from "./server.js";

const REST = 250; // milliseconds without a change after which the pen rests
const RETRIES = [1_000, 2_000, 4_000, 8_000, 15_000]; // milliseconds; the last one is repeated
const TOLERANCE = 1e-3; // of a probability

export class Live {
  #frame = 0;
  #stale = false;
  #timer = 0;
  #failures = 0;

  /** `network` identifies the network that the browser has, in the server's terms. */
  constructor(pad, reader, server, store, network) {
    Object.assign(this, { pad, reader, server, store, network });
    pad.addEventListener("change", () => this.#changed());
    pad.addEventListener("rest", () => this.#wait(REST));
    store.addEventListener("muted", () => this.#muted());
    window.addEventListener("online", () => this.#settle());
    store.setNetwork(reader.network, reader.readInk(new Float32Array(reader.description.preprocessing.side ** 2)));
    this.#changed();
  }

  #changed() {
    this.store.notify("");
    this.store.setState("live", true);
    this.#failures = 0;
    this.#wait(REST);
    this.#stale = true;
    if (!this.#frame) this.#update();
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
    if (pad.blank || pad.image) store.show(null); // an image is preprocessed by the server
    else this.#showMuted(this.reader.read(pad.opacity(), pad.side, pad.side));
    store.setState(pad.blank ? "checked" : "live", Boolean(pad.image));
  }

  /** Show the reading, or, if anything is muted, what the network computes without it. */
  #showMuted(reading) {
    const { reader, store } = this;
    if (!store.mutedMaps.length) store.show(reading);
    else store.show({ ...reader.readInk(reading.outputs.input, store.muted), placement: reading.placement }, reading);
  }

  #muted() {
    const { store } = this;
    const reading = store.unmuted ?? store.reading;
    if (!reading) return;
    this.#showMuted(reading);
    if (store.state === "live") this.#wait(REST);
  }

  #wait(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), milliseconds);
  }

  async #settle() {
    const { pad, store } = this;
    clearTimeout(this.#timer);
    if (pad.blank || pad.drawing || store.state === "checked") return;
    const { version, image } = pad;
    try {
      const reading = await this.server.read(await pad.png(), Boolean(image));
      if (version === pad.version) this.#accept(reading);
    } catch (error) {
      if (version === pad.version) this.#fail(error);
    }
  }

  #accept({ reason, probabilities, ink, network }) {
    const { store } = this;
    const own = ink ? this.reader.readInk(ink) : (store.unmuted ?? store.reading);
    const { outputs, before, placement } = own;
    const checked = answer(probabilities, reason, { outputs, before, placement });
    const differs = own.digit !== checked.digit || own.reason !== reason
      || probabilities.some((p, digit) => Math.abs(p - own.probabilities[digit]) > TOLERANCE);
    const changed = network !== this.network;
    store.notify(changed ? "The server is now using different weights. Reload the page to see them." : "");
    if (differs && !changed) console.warn("The browser's reading differs from PyTorch's, which is shown.", own, checked);
    if (differs || ink) this.#showMuted(checked);
    this.#failures = 0;
    store.setState("checked");
  }

  #fail(error) {
    const { store } = this;
    if (error instanceof Unreachable) {
      if (this.pad.image) store.notify("Cannot reach the server, which is needed to read images. Retrying…");
      store.setState("unchecked");
      this.#wait(RETRIES[Math.min(this.#failures++, RETRIES.length - 1)]);
    } else {
      store.show(null); // an earlier reading would look like that of this drawing
      store.notify(`No prediction: ${error.message}.`);
      store.setState("checked");
    }
  }
}

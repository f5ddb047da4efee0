// Digits that the network has been tested on: how many of them it still reads once it has been changed.
import { OnDemand } from "./on_demand.js";
import { kept } from "./progress.js";

/**
 * @import { Digits, LoadDigits } from "../network/digits.js"
 * @import { Background } from "./background.js"
 * @import { Changes } from "./changes.js"
 */

export const OLD = 500; // digits of the test part

/** @extends {OnDemand<{ training: Digits, test: Digits }>} */
export class OldDigits extends OnDemand {
  /** @type {WeakMap<WorkerNetwork, Uint8Array>} what each network reads them as */
  #answers = new WeakMap();
  /** @type {Uint8Array | null} the same of the network that was asked last, which may have been changed since */
  #latest = null;

  /**
   * `loadDigits` loads the digits: see start.js. `show` is called when there is another result.
   *
   * @param {HTMLElement} message
   * @param {Changes} changes
   * @param {Background} background
   * @param {LoadDigits} loadDigits
   * @param {() => void} show
   */
  constructor(message, changes, background, loadDigits, show) {
    super(message, loadDigits, "Loading old digits…");
    this.changes = changes;
    this.background = background;
    this.show = show;
  }

  /** Have the worker read them as the network did before the changes and does now, unless it has already. */
  ask() {
    if (!this.value) return;
    const { images, labels } = this.value.test;
    const message = { images: images.slice(0, (images.length / labels.length) * OLD), labels: labels.slice(0, OLD) };
    const { reader, state } = this.changes;
    this.#latest = this.#answers.get(state.reader) ?? this.#latest;
    if (this.#answers.has(reader) && this.#answers.has(state.reader)) this.show();
    this.#askFor("old", reader, message);
    if (state.reader !== reader) this.#askFor("taught", state.reader, message);
  }

  /**
   * @param {string} kind
   * @param {WorkerNetwork} network
   * @param {object} message
   */
  #askFor(kind, network, message) {
    if (this.#answers.has(network)) return;
    const done = (/** @type {{ answers: Uint8Array }} */ { answers }) => {
      this.#answers.set(network, answers);
      if (kind === "taught" || network === this.changes.state.reader) this.#latest = answers;
      this.show();
    };
    this.background.ask(kind, message, done, network);
  }

  /** How many are read, before and now, which have been forgotten, and as what they are `taught`; null before the first answer. */
  get result() {
    const { reader, state } = this.changes;
    const old = this.#answers.get(reader);
    const taught = this.#answers.get(state.reader) ?? this.#latest;
    if (!this.value || !old || !taught) return null;
    return { ...kept(this.value.test.labels.subarray(0, OLD), old, taught), taught };
  }
}

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
  /** @type {{ old: Uint8Array | null, taught: Uint8Array | null }} what they are read as */
  #answers = { old: null, taught: null };

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

  /** Have the worker read them, before the changes and now. */
  ask() {
    if (!this.value) return;
    const { images, labels } = this.value.test;
    const message = { images: images.slice(0, (images.length / labels.length) * OLD), labels: labels.slice(0, OLD) };
    for (const kind of /** @type {const} */ (["old", "taught"])) {
      if (kind === "old" && this.#answers.old) continue;
      const done = (/** @type {{ answers: Uint8Array }} */ { answers }) => {
        this.#answers[kind] = answers;
        this.show();
      };
      this.background.ask(kind, message, done, kind === "old" ? this.changes.reader : this.changes.state.reader);
    }
  }

  /** How many are read, before and now, which have been forgotten, and as what they are `taught`; null before the first answer. */
  get result() {
    const { old, taught } = this.#answers;
    if (!this.value || !old || !taught) return null;
    return { ...kept(this.value.test.labels.subarray(0, OLD), old, taught), taught };
  }
}

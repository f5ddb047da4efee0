// What is loaded only when somebody opens the part of the page that needs it.
import { messageOf } from "../server.js";

/**
 * The same as `load`, which is only called until it has succeeded once: its result is kept, also for those who ask meanwhile.
 *
 * @template T
 * @param {(say: (text: string) => void) => Promise<T>} load
 */
export function once(load) {
  /** @type {Promise<T> | null} */
  let loading = null;
  return (/** @type {(text: string) => void} */ say) => {
    loading ??= load(say).catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

/** @template T */
export class OnDemand {
  /** @type {T | null} */
  value = null;
  /** @type {Promise<void> | null} */
  #loading = null;

  /**
   * `fetch` is given a function that says why it has to wait. An element of the page says so, or why it has failed.
   *
   * @param {HTMLElement} message
   * @param {(say: (text: string) => void) => Promise<T>} fetch
   * @param {string} words what is said while it is loading
   */
  constructor(message, fetch, words = "Loading…") {
    this.message = message;
    this.fetch = fetch;
    this.words = words;
  }

  /** Load it if it is not loaded, and is not being loaded; `value` stays null if it fails, and the next call tries again. */
  async load() {
    if (this.value === null) this.#loading ??= this.#load();
    await this.#loading;
  }

  async #load() {
    const say = (/** @type {string} */ text) => {
      this.message.textContent = text;
    };
    try {
      say(this.words);
      this.value = await this.fetch(say);
      say("");
    } catch (error) {
      say(messageOf(error));
    }
    this.#loading = null;
  }
}

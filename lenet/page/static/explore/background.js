// Work for a worker with a network of its own: hundreds of passes that must not make the pen wait. One task at a time,
// and of each kind only the latest, so that a moving pen leaves no queue behind.

import { messageOf } from "../server.js";

/** @import { Store } from "../store.js" */

/** @typedef {{ message: object, done: (result: any) => void, network: WorkerNetwork }} Task */

const PAUSE = 150; // milliseconds between two tasks, so that the pen has the processor, too
const FAILED = "This cannot be computed now. Check the connection, then open this part again, or reload the page.";

export class Background {
  /** @type {Map<string, Task>} */
  #waiting = new Map();
  /** @type {Map<string, Task>} what a worker that failed has not answered */
  #failed = new Map();
  /** @type {[kind: string, task: Task] | null} */
  #current = null;
  #busy = false;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Tensors | null} what the worker has been given last */
  #given = null;

  /**
   * `start` makes the worker, when there is something to do; `network` is what it has to do that for. If the worker cannot
   * be loaded or breaks, `say` is given a sentence about that, and "" once one answers.
   *
   * @param {() => Worker} start
   * @param {WorkerNetwork} network
   * @param {Store} store
   * @param {(text: string) => void} say
   */
  constructor(start, network, store, say) {
    this.start = start;
    this.say = say;
    this.network = network;
    store.addEventListener("mode", () => this.#retry());
  }

  /**
   * Have the worker do a task for the network of this moment, or another one, and call `done` with its result, unless
   * another task of this kind comes before.
   *
   * @template T
   * @param {string} kind
   * @param {object} message
   * @param {(result: T) => void} done
   * @param {WorkerNetwork} network
   */
  ask(kind, message, done, network = this.network) {
    this.#failed.delete(kind);
    this.#waiting.set(kind, { message, done, network });
    if (!this.#busy) this.#next();
  }

  /** The worker cannot be loaded, or has broken. What it has not answered waits until a part of the page is opened. */
  #fail(words = FAILED) {
    const unanswered = [...this.#failed, ...(this.#current ? [this.#current] : []), ...this.#waiting];
    this.stop();
    this.#failed = new Map(unanswered);
    [this.#worker, this.#given, this.#busy] = [null, null, false];
    this.say(words);
  }

  #retry() {
    for (const [kind, { message, done, network }] of this.#failed) this.ask(kind, message, done, network);
  }

  /** End the worker, and forget what waits for it. */
  stop() {
    this.#waiting.clear();
    this.#failed.clear();
    this.#worker?.terminate();
  }

  #next() {
    const [first] = this.#waiting;
    if (!first) return;
    const [kind, { message, done, network }] = first;
    this.#current = first;
    this.#waiting.delete(kind);
    this.#busy = true;
    try {
      this.#worker ??= this.start();
    } catch (error) {
      this.#fail(messageOf(error));
      return;
    }
    this.#worker.onerror = () => this.#fail();
    this.#worker.onmessage = ({ data }) => {
      setTimeout(() => {
        this.#busy = false;
        this.#next();
      }, PAUSE);
      this.#current = null;
      this.say("");
      done(data);
    };
    const { description, tensors } = network;
    if (tensors !== this.#given) this.#worker.postMessage({ network: { description, tensors } });
    this.#given = tensors;
    this.#worker.postMessage({ kind, ...message });
  }
}

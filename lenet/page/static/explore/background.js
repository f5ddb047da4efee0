// Work for a worker with a network of its own: hundreds of passes that must not make the pen wait. One task at a time,
// and of each kind only the latest, so that a moving pen leaves no queue behind.

/** @import { Store } from "../store.js" */

/** @typedef {{ message: object, done: (result: any) => void, network: WorkerNetwork }} Task */

const PAUSE = 150; // milliseconds between two tasks, so that the pen has the processor, too
const FAILED = "What is computed beside the page has failed. Open this part again, or reload the page.";

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
   * be loaded or breaks, a notice says so until one answers.
   *
   * @param {() => Worker} start
   * @param {WorkerNetwork} network
   * @param {Store} store
   */
  constructor(start, network, store) {
    this.start = start;
    this.store = store;
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
  #fail() {
    const unanswered = [...this.#failed, ...(this.#current ? [this.#current] : []), ...this.#waiting];
    this.stop();
    this.#failed = new Map(unanswered);
    [this.#worker, this.#given, this.#busy] = [null, null, false];
    this.store.notify(FAILED);
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
    this.#worker ??= this.start();
    this.#worker.onerror = () => this.#fail();
    this.#worker.onmessage = ({ data }) => {
      setTimeout(() => {
        this.#busy = false;
        this.#next();
      }, PAUSE);
      this.#current = null;
      this.store.withdraw(FAILED);
      done(data);
    };
    const { description, tensors } = network;
    if (tensors !== this.#given) this.#worker.postMessage({ network: { description, tensors } });
    this.#given = tensors;
    this.#worker.postMessage({ kind, ...message });
  }
}

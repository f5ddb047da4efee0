// Work for a worker with a network of its own: hundreds of passes that must not make the pen wait. One task at a time,
// and of each kind only the latest, so that a moving pen leaves no queue behind.
const PAUSE = 150; // milliseconds between two tasks, so that the pen has the processor, too

export class Background {
  /** @type {Map<string, { message: object, done: (result: any) => void, network: WorkerNetwork }>} */
  #waiting = new Map();
  #busy = false;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Tensors | null} what the worker has been given last */
  #given = null;

  /**
   * `start` makes the worker, when there is something to do; `network` is what it has to do that for; `fail` is called if
   * the worker cannot be loaded or breaks.
   *
   * @param {() => Worker} start
   * @param {WorkerNetwork} network
   * @param {() => void} fail
   */
  constructor(start, network, fail) {
    this.start = start;
    this.fail = fail;
    this.network = network;
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
    this.#waiting.set(kind, { message, done, network });
    if (!this.#busy) this.#next();
  }

  /** The worker cannot be loaded, or has broken: what waits for it is not answered, and what comes next has a new one. */
  #fail() {
    this.stop();
    [this.#worker, this.#given, this.#busy] = [null, null, false];
    this.fail();
  }

  /** End the worker, and forget what waits for it. */
  stop() {
    this.#waiting.clear();
    this.#worker?.terminate();
  }

  #next() {
    const [first] = this.#waiting;
    if (!first) return;
    const [kind, { message, done, network }] = first;
    this.#waiting.delete(kind);
    this.#busy = true;
    this.#worker ??= this.start();
    this.#worker.onerror = () => this.#fail();
    this.#worker.onmessage = ({ data }) => {
      setTimeout(() => {
        this.#busy = false;
        this.#next();
      }, PAUSE);
      done(data);
    };
    const { description, tensors } = network;
    if (tensors !== this.#given) this.#worker.postMessage({ network: { description, tensors } });
    this.#given = tensors;
    this.#worker.postMessage({ kind, ...message });
  }
}

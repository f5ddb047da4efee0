// A training's peers in other threads: what one end of a message port asks for, the other end computes.

/**
 * @import { ChunkGradients, Local, Peer } from "./training.js"
 */

/**
 * A peer behind a port, at whose other end is `serve`.
 *
 * @implements {Peer}
 */
export class Remote {
  /** @type {((result: any) => void)[]} those who wait for an answer; answers come in the order of the questions */
  #waiting = [];

  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
    port.onmessage = ({ data }) => this.#waiting.shift()?.(data);
  }

  /**
   * @param {Float32Array} weights
   * @param {number[][]} chunks
   * @returns {Promise<ChunkGradients>}
   */
  compute(weights, chunks) {
    return this.#ask("compute", weights, chunks);
  }

  /**
   * @param {Float32Array} weights
   * @param {number} from
   * @param {number} to
   * @returns {Promise<number>}
   */
  misread(weights, from, to) {
    return this.#ask("misread", weights, from, to);
  }

  /**
   * @param {keyof Peer} method
   * @param {unknown[]} given
   * @returns {Promise<any>}
   */
  #ask(method, ...given) {
    this.port.postMessage([method, ...given]);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

/**
 * Compute what is asked for at the other end of a port.
 *
 * @param {Local} local
 * @param {MessagePort} port
 */
export function serve(local, port) {
  port.onmessage = async ({ data: [method, ...given] }) => {
    const peer = /** @type {Record<string, (...given: any[]) => Promise<any>>} */ (/** @type {unknown} */ (local));
    const result = await peer[method](...given);
    port.postMessage(result, result.sums?.map((/** @type {Float32Array} */ { buffer }) => buffer) ?? []);
  };
}

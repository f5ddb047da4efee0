// How a training goes on: one or two runs, step by step, until they are paused, with a report about ten times a second.
import { Remote } from "../network/peers.js";
import { Training } from "../network/training.js";

/** @import { Parts, TrainingSettings } from "../network/training.js" */

/** @typedef {{ description: NetworkDescription, settings: TrainingSettings, ports: MessagePort[] }} Begun */

/**
 * How a run is going: since the last report, the mean loss of its digits, null if there were none; `misread` of the test
 * digits, when that was counted, and how far the weights had `moved` from the random ones then, relative to these; `broken`
 * once its loss is not a number any more.
 *
 * @typedef {object} RunReport
 * @property {number} steps
 * @property {number} passes
 * @property {number | null} loss
 * @property {{ passes: number, steps: number, misread: number, moved: number } | null} tested
 * @property {boolean} broken
 */

/** @typedef {{ runs: RunReport[], weights: Float32Array, shown: number, going: boolean, speed: number | null }} Report */

const PAUSE = 100; // milliseconds between two reports
const TESTS = 8; // a pass

class Run {
  #losses = { sum: 0, count: 0 };
  #tests = 0;
  /** @type {RunReport["tested"]} */
  tested = null;
  broken = false;

  /**
   * @param {Begun} begun
   * @param {Parts} digits
   */
  constructor({ description, settings, ports }, digits) {
    this.training = new Training(
      description,
      settings,
      digits,
      ports.map((port) => new Remote(port)),
    );
    this.start = this.training.weights.slice();
  }

  async step() {
    const loss = await this.training.step();
    if (Number.isFinite(loss)) this.#losses = { sum: this.#losses.sum + loss, count: this.#losses.count + 1 };
    else this.broken = true;
    if (!this.broken) await this.test();
  }

  /** Count the misread test digits when it is time. */
  async test() {
    const { training } = this;
    if (training.passes * TESTS < this.#tests) return;
    this.#tests = Math.floor(training.passes * TESTS) + 1;
    const { steps, passes, weights } = training;
    const moved = length(weights.map((weight, i) => weight - this.start[i])) / length(this.start);
    this.tested = { passes, steps, moved, misread: await training.misread() };
  }

  /** @returns {RunReport} */
  report() {
    const { training, tested, broken } = this;
    const { sum, count } = this.#losses;
    this.#losses = { sum: 0, count: 0 };
    const { steps, passes } = training;
    return { steps, passes, loss: count ? sum / count : null, tested, broken };
  }
}

export class Coordinator {
  #shown = 0;
  #going = false;
  #busy = false;
  #reported = 0;
  #since = { digits: 0, time: 0 };

  /**
   * `post` is given each report, which it may transfer.
   *
   * @param {Begun[]} begun
   * @param {Parts} digits
   * @param {(report: Report) => void} post
   */
  constructor(begun, digits, post) {
    this.post = post;
    this.runs = begun.map((one) => new Run(one, digits));
  }

  /** @param {{ going?: boolean, shown?: number, step?: boolean }} wanted */
  async tell({ going = this.#going, shown = this.#shown, step = false }) {
    [this.#going, this.#shown] = [going, shown];
    if (this.#busy) return; // what is under way sees it, and reports
    this.#busy = true;
    if (step) for (const run of this.runs) if (!run.broken) await run.step();
    for (const run of this.runs) await run.test();
    this.#since = { digits: this.#digits, time: performance.now() };
    while (this.#going) {
      const run = this.#next();
      if (!run) this.#going = false;
      else await run.step();
      if (performance.now() - this.#reported > PAUSE) this.#report();
      await breath();
    }
    this.#busy = false;
    this.#report();
  }

  /** The run that has seen the fewest digits. */
  #next() {
    const able = this.runs.filter(({ broken }) => !broken);
    return able.sort((a, b) => a.training.passes - b.training.passes)[0];
  }

  get #digits() {
    return this.runs.reduce((sum, { training }) => sum + training.steps * training.settings.batch, 0);
  }

  #report() {
    const now = performance.now();
    this.#reported = now;
    const weights = this.runs[this.#shown].training.shown.weights.slice();
    const digits = this.#digits - this.#since.digits;
    const speed = digits && now > this.#since.time ? (1000 * digits) / (now - this.#since.time) : null;
    const runs = this.runs.map((run) => run.report());
    this.post({ runs, weights, shown: this.#shown, going: this.#going, speed });
  }
}

/** @param {Float32Array} vector */
function length(vector) {
  return Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
}

/** Let messages in, sooner than a timer would. */
function breath() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}

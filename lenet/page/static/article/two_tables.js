// Two networks trained from the same random weights, one with its own table of C3's maps, one with an edited one.
import { element, shape } from "../dom.js";
import { Chart, inPercent } from "../explore/chart.js";
import { OnDemand } from "../explore/on_demand.js";
import { withPoint } from "../explore/training_curves.js";
import { messageOf } from "../server.js";
import { decimal, percentage } from "../show/format.js";
import { captioned, statusLine } from "./parts.js";

/**
 * @import { Digits, LoadDigits } from "../network/digits.js"
 * @import { Report } from "../explore/coordinator.js"
 * @import { Network } from "../network/network.js"
 * @import { CurvePoint } from "../explore/training_curves.js"
 */

const LIMIT = 60_000; // milliseconds
const PASSES = 1; // over the digits, at most
const FIRST = "Add or remove a cross, then train both tables from the same random weights.";
const FAILED = "The training has stopped: a part of the page that runs beside it cannot be loaded. Try again.";

export class TwoTables {
  /** @type {Worker[]} the first one is the coordinator; none while nothing is trained */
  #workers = [];
  #limit = 0;
  /** @type {CurvePoint[][]} the shares of test digits that are misread, of both runs */
  #errors = [];
  /** @type {{ own: NetworkDescription, table: number[][] | null } | null} */
  #asked = null;
  /** @type {OnDemand<{ training: Digits, test: Digits }>} */
  #digits;

  /**
   * `done` is given the network that has been trained with the edited table, and that.
   *
   * @param {() => Worker} startTrainer
   * @param {LoadDigits} loadDigits
   * @param {Context["loadChecks"]} loadChecks which also train
   * @param {(network: Network, table: number[][]) => void} done
   */
  constructor(startTrainer, loadDigits, loadChecks, done) {
    this.startTrainer = startTrainer;
    this.loadChecks = loadChecks;
    this.done = done;
    this.start = element("button", { type: "button", className: "start" }, "Train for a minute");
    this.status = statusLine();
    const words = "Misread test digits over the training, on a logarithmic scale";
    const svg = shape("svg", { class: "chart", role: "img", "aria-label": words });
    this.figure = captioned("Misread of 1,000 test digits: table I, and, dashed, yours", svg);
    this.figure.hidden = true;
    this.chart = new Chart(svg);
    this.element = element("div", { className: "trained-tables" }, this.start, this.status, this.figure);
    this.#digits = new OnDemand(this.status, loadDigits, "Loading the digits, 1.7 MB\u2026");
    this.start.addEventListener("click", () => (this.#workers.length ? this.#stop("Stopped.") : this.#begin()));
  }

  /**
   * What is trained next.
   *
   * @param {NetworkDescription} own
   * @param {number[][] | null} table null if it is the network's own: both runs would be the same
   */
  ask(own, table) {
    this.#asked = { own, table };
    if (this.#workers.length) return; // which go on with what they have begun
    this.start.disabled = !table;
    if (!table) this.status.textContent = FIRST;
    else if (this.status.textContent === FIRST) this.status.textContent = "";
  }

  remove() {
    this.#asked = null;
    this.#stop("");
  }

  async #begin() {
    await this.#digits.load();
    const digits = this.#digits.value;
    const tools = await this.loadChecks().catch(() => null);
    const { own, table } = this.#asked ?? {};
    if (!tools) {
      this.status.textContent = FAILED;
      return;
    }
    if (!digits || !own || !table || this.#workers.length) return; // removed or begun meanwhile
    try {
      const workers = tools.trainTables(this.startTrainer, digits, own, table, {
        receive: (report, trained) => {
          if (this.#workers === workers) this.#receive(report, trained, table, digits.test.length);
        },
        fail: () => this.#stop(FAILED),
      });
      this.#workers = workers;
    } catch (error) {
      this.status.textContent = messageOf(error); // a browser without workers
      return;
    }
    this.#errors = [[], []];
    this.#tell({ going: true, shown: 1 });
    this.#limit = window.setTimeout(() => this.#tell({ going: false }), LIMIT);
    this.start.textContent = "Stop";
    this.status.textContent = "Training two networks from the same random weights\u2026";
    this.figure.hidden = false;
  }

  /** @param {{ going: boolean, shown?: number }} wanted */
  #tell(wanted) {
    this.#workers[0]?.postMessage({ kind: "tell", ...wanted });
  }

  /**
   * @param {Report} report
   * @param {() => Network} trained
   * @param {number[][]} table
   * @param {number} tests
   */
  #receive({ runs, shown, going }, trained, table, tests) {
    for (const [i, { tested }] of runs.entries()) {
      const errors = this.#errors[i];
      if (!tested || tested.passes === errors.at(-1)?.[0]) continue;
      this.#errors[i] = withPoint(errors, [tested.passes, tested.misread / tests]);
    }
    const most = Math.max(...runs.map(({ passes }) => passes));
    this.chart.show({
      lines: this.#errors,
      classes: ["", "second"],
      highest: 1,
      most,
      across: ["0", "passes", decimal(most, 2)],
      label: inPercent,
      marked: this.#errors.map((points) => points.at(-1)),
    });
    if (going && runs.some(({ passes }) => passes < PASSES)) return;
    this.#stop(result(this.#errors, tests));
    if (shown === 1) this.done(trained(), table);
  }

  /** @param {string} text */
  #stop(text) {
    clearTimeout(this.#limit);
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    this.start.textContent = "Train for a minute";
    this.status.textContent = text;
    this.start.disabled = !this.#asked?.table; // it may be as it was by now
  }
}

/**
 * What came of the two runs, and how much of it may be chance.
 *
 * @param {CurvePoint[][]} errors
 * @param {number} tests
 */
function result([own, edited], tests) {
  const [before, after] = [own, edited].map((points) => points.at(-1));
  if (!before || !after) return "Stopped before anything was counted.";
  const share = (before[1] + after[1]) / 2;
  const chance = 2 * Math.sqrt((2 * share * (1 - share)) / tests);
  const [first, second] = [before, after].map(([, one]) => percentage(one));
  return `After ${decimal(after[0], 2)} passes, table I misreads ${first} of ${tests.toLocaleString("en")} test digits, yours ${second}. A difference below about ${percentage(chance)} may be chance.`;
}

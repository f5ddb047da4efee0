// Train it: the page's network from random weights, in workers, on digits of MNIST. While it learns, the figure, the
// kernels and the answer are those of the network as it is then, also while one draws. Two runs can be compared.
import { element, find, findAll, shape } from "../dom.js";
import { Reader } from "../network/reader.js";
import { tensorsOf } from "../network/training.js";
import { writeWeights } from "../network/weights.js";
import { readPad } from "../pad/read_pad.js";
import { messageOf } from "../server.js";
import { answerText, decimal } from "../show/format.js";
import { Chart, inPercent } from "./chart.js";
import { OnDemand } from "./on_demand.js";
import { save } from "./saving.js";
import { rateThatIs, smoothed, withPoint } from "./training_curves.js";
import { begun, CHOICES, changed, decode, encode, ownOf, runsOf } from "./training_settings.js";
import { startRuns } from "./training_workers.js";

/**
 * @import { Digits, LoadDigits } from "../network/digits.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Report, RunReport } from "./coordinator.js"
 * @import { CurvePoint } from "./training_curves.js"
 * @import { Chosen, Run } from "./training_settings.js"
 * @import { Listeners } from "./training_workers.js"
 */

const [CHANGE, CHANGE_WHILE_DRAWING, CHANGE_IF_REDUCED] = [90, 300, 1_000]; // milliseconds between two that are shown
const RUNS = ["First", "Second"];

/** @type {Record<keyof Run, string>} */
const TITLES = {
  activation: "Activation",
  pooling: "Pooling",
  optimizer: "Optimizer",
  rate: "Learning rate",
  batch: "Batch",
  weights: "Weights shown",
  seed: "Seed",
};
/** @type {Record<string, string>} */
const VALUES = {
  scaled: "the paper\u2019s tanh",
  relu: "ReLU",
  max: "maximum",
  latest: "of the last step",
  trainable: "the paper\u2019s, trainable",
};

/**
 * The first loss, all, their means, and the shares of test digits that are misread; `rate`: what was told of the learning
 * rate when these were last counted.
 *
 * @typedef {object} RunCurves
 * @property {number | null} first
 * @property {CurvePoint[]} losses
 * @property {CurvePoint[]} means
 * @property {CurvePoint[]} errors
 * @property {keyof typeof ABOUT_RATE} rate
 */

/**
 * A training that waits, paused, while another network is shown; `late` are the reports that nobody has seen.
 *
 * @typedef {object} KeptTraining
 * @property {Chosen} chosen
 * @property {string} link the same, as a link has it
 * @property {Worker[]} workers
 * @property {Listeners} listeners
 * @property {NetworkDescription[]} descriptions
 * @property {Report | null} report
 * @property {Report[]} late
 * @property {RunCurves[]} curves
 * @property {number} shown
 * @property {boolean} resumes
 */

const ABOUT_RATE = {
  high: " The loss is higher than that of the random weights: the learning rate is too high.",
  low: " The weights have hardly moved: the learning rate is too low.",
  "": "",
};

const HTML = `
<div class="training">
  <fieldset>
    <legend>1 Set</legend>
    <div class="choices"></div>
    <p class="second-run"><label><span>Second run differs in</span> <select class="differs"></select></label>
      <select class="other" aria-label="Setting of the second run" hidden></select></p>
  </fieldset>
  <div class="going">
    <h3>2 Train</h3>
    <p class="chips"><button type="button" class="start">Start</button>
      <button type="button" class="one-step">One step</button>
      <button type="button" class="again" disabled>Reset</button>
      <button type="button" class="save-trained" disabled>Save weights</button></p>
    <p class="chips shown-run" role="group" aria-label="Network that is shown" hidden><span>Shown:</span>
      <button type="button">first</button><button type="button">second</button></p>
    <p class="training-status" role="status"></p>
  </div>
  <div class="curves">
    <figure class="of-loss"><figcaption>Training loss, and its mean over 500 digits</figcaption>
      <svg class="chart" role="img" aria-label="Loss over the training, on a logarithmic scale"></svg></figure>
    <figure class="of-test"><figcaption>Misread of 1,000 test digits</figcaption>
      <svg class="chart" role="img" aria-label="Misread test digits over the training, on a logarithmic scale"></svg></figure>
  </div>
  <table class="progress-of-runs"><thead><tr></tr></thead><tbody></tbody></table>
</div>`;

const ABOUT_STEPS =
  "Optimizer: how a step follows from the gradient. SGD goes straight against it, as far as the learning rate says; momentum " +
  "also goes on where earlier steps went; Adam gives each weight a rate of its own; Muon makes the step of a layer equally " +
  "long in all directions. Batch: the digits of which a step takes the mean.";
const LICENCE =
  "The digits are of MNIST, by Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0; 1.7 MB, loaded when you start.";

export class Train {
  /** @type {Chosen} */
  #chosen;
  /** @type {Worker[]} the first one is the coordinator; none before the start */
  #workers = [];
  /** @type {Listeners} */
  #listeners = { receive() {}, fail() {} };
  /** @type {NetworkDescription[]} those of the runs */
  #descriptions = [];
  /** @type {Report | null} the last one */
  #report = null;
  /** @type {RunCurves[]} of each run */
  #curves = [];
  #beginning = 0;
  #going = false; // what the visitor wants
  #resumes = false; // whether it goes on when the mode is opened again
  #shown = 0;
  #said = ""; // the last result that was announced
  #changed = -Infinity; // when another network was shown
  #timer = 0;
  /** @type {Source | null} */
  #source = null;
  /** @type {OnDemand<{ training: Digits, test: Digits }>} */
  #digits;

  /**
   * `startWorker` starts explore/trainer.js; `kept` is what an earlier panel of this network has left.
   *
   * @param {HTMLElement} panel
   * @param {Store} store
   * @param {Pad} pad
   * @param {Reader} reader
   * @param {LoadDigits} loadDigits
   * @param {() => Worker} startWorker
   * @param {KeptTraining | null} kept
   */
  constructor(panel, store, pad, reader, loadDigits, startWorker, kept = null) {
    this.panel = panel;
    this.store = store;
    this.pad = pad;
    this.reader = reader;
    this.startWorker = startWorker;
    const { network } = reader.description;
    this.own = ownOf(network);
    panel.append(document.createRange().createContextualFragment(HTML));
    this.status = find(panel, ".training-status");
    this.start = find(panel, ".start", HTMLButtonElement);
    this.reset = find(panel, ".again", HTMLButtonElement);
    this.losses = new Chart(find(panel, ".of-loss svg", SVGElement));
    this.errors = new Chart(find(panel, ".of-test svg", SVGElement));
    const remarks = [ABOUT_STEPS, LICENCE].map((text) => element("p", { className: "remark licence" }, text));
    find(panel, ".training").append(...remarks);
    this.#digits = new OnDemand(this.status, loadDigits, "Loading the digits…");
    this.#chosen = decode(store.sliders.training, this.own);
    this.#addChoices();
    this.start.addEventListener("click", () => this.#go(!this.#going));
    find(panel, ".one-step").addEventListener("click", () => this.#step());
    this.reset.addEventListener("click", () => this.stop());
    find(panel, ".save-trained").addEventListener("click", () => this.#save());
    for (const [i, button] of findAll(panel, ".shown-run button").entries()) {
      button.addEventListener("click", () => {
        this.#shown = i;
        this.#tell({ shown: i });
        this.#show();
      });
    }
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("sliders", () => this.#link());
    store.addEventListener("reading", () => this.#describe());
    if (kept?.workers.length) this.#takeOver(kept);
    else this.#open();
  }

  /** @param {KeptTraining} kept */
  async #takeOver({ chosen, workers, listeners, descriptions, report, late, curves, shown, resumes }) {
    await this.#digits.load(); // which are there
    [this.#chosen, this.#workers, this.#listeners, this.#descriptions] = [chosen, workers, listeners, descriptions];
    [this.#report, this.#curves, this.#shown, this.#resumes] = [report, curves, shown, resumes];
    this.#listen(workers);
    this.store.setSliders({ training: encode(chosen, this.own) });
    for (const one of late) this.#receive(one);
    this.#open();
  }

  /** Pause the training, for the next panel of this network to go on with it; null if there is none. */
  leave() {
    const [workers, listeners] = [this.#workers, this.#listeners];
    if (!workers.length) {
      this.stop();
      return null;
    }
    this.#tell({ going: false });
    /** @type {KeptTraining} */
    const kept = {
      chosen: this.#chosen,
      link: encode(this.#chosen, this.own),
      workers,
      listeners,
      descriptions: this.#descriptions,
      report: this.#report,
      late: [],
      curves: this.#curves,
      shown: this.#shown,
      resumes: this.#going || this.#resumes,
    };
    listeners.receive = (report) => kept.late.push(report);
    listeners.fail = () => {
      for (const worker of workers) worker.terminate();
      kept.workers = [];
    };
    this.#workers = []; // so that they are not ended
    this.stop();
    return kept;
  }

  get open() {
    return this.store.mode === "train";
  }

  #open() {
    if (this.open && this.#resumes) this.#go(true, "It was paused while you were elsewhere, and goes on.");
    else if (!this.open && this.#going) {
      this.#go(false);
      this.#resumes = true;
    }
    if (this.open) {
      this.#changed = -Infinity;
      this.#showNetwork();
    } else this.store.dropSource(this.#source);
    this.#show();
  }

  /** A link has other settings, with which the training that is going on has nothing to do. */
  #link() {
    const { store, own } = this;
    const chosen = decode(store.sliders.training, own);
    if (encode(chosen, own) === encode(this.#chosen, own)) return;
    if (this.#workers.length || this.#going) {
      store.notify("The training has ended, since the link that was opened has other settings.");
    }
    this.#chosen = chosen;
    this.stop();
    this.#show();
  }

  #addChoices() {
    const names = /** @type {(keyof Run)[]} */ (Object.keys(TITLES));
    const select = (/** @type {keyof Run} */ name) => {
      const made = element("select", { dataset: { setting: name } }, ...options(CHOICES[name]));
      made.addEventListener("change", () => {
        const { first, differs, other } = this.#chosen;
        const same = differs === name && other === made.value;
        this.#choose({
          first: changed(first, name, made.value, this.own),
          ...(same ? { differs: "", other: "" } : { differs, other }),
        });
      });
      return element("label", {}, element("span", {}, TITLES[name]), made);
    };
    find(this.panel, ".choices").append(...names.map(select));
    this.differs = find(this.panel, ".differs", HTMLSelectElement);
    this.other = find(this.panel, ".other", HTMLSelectElement);
    const nothing = element("option", { value: "" }, "nothing");
    const titles = names.map((name) => element("option", { value: name }, TITLES[name].toLowerCase()));
    this.differs.append(nothing, ...titles);
    this.differs.addEventListener("change", () => {
      const differs = /** @type {keyof Run | ""} */ (this.differs?.value ?? "");
      const { first } = this.#chosen;
      this.#choose({ first, differs, other: differs && otherThan(differs, first[differs]) });
    });
    this.other.addEventListener("change", () => this.#choose({ ...this.#chosen, other: this.other?.value ?? "" }));
  }

  /** @param {Chosen} chosen */
  #choose(chosen) {
    this.#chosen = chosen;
    this.store.setSliders({ training: encode(chosen, this.own) });
    this.#show();
  }

  /**
   * @param {boolean} going
   * @param {string} words what is said when it has begun
   */
  async #go(going, words = "Training\u2026") {
    this.#going = going;
    this.#resumes = false;
    this.#show();
    if (going && !(await this.#begin())) this.#going = false;
    if (this.#going) this.#say(words);
    this.#tell({ going: this.#going });
    this.#show();
  }

  async #step() {
    this.#going = false;
    this.#resumes = false;
    if (await this.#begin()) this.#tell({ going: false, step: true });
    this.#show();
  }

  /** Forget the training: the next one has the same start, or that of other settings. */
  stop() {
    const { length } = this.#workers;
    this.#beginning++;
    for (const worker of this.#workers) worker.terminate();
    clearTimeout(this.#timer);
    [this.#workers, this.#report, this.#curves, this.#shown, this.#said] = [[], null, [], 0, ""];
    this.#going = this.#resumes = false;
    this.store.dropSource(this.#source);
    if (length) this.#say("Back at the start: the same seed gives the same random weights.");
    this.#show();
  }

  /** Load the digits and start the workers, unless that is done. Whether they are there. */
  async #begin() {
    const beginning = ++this.#beginning;
    if (!this.#workers.length) await this.#digits.load();
    const digits = this.#digits.value;
    if (beginning !== this.#beginning) return false; // stopped meanwhile, or begun again
    if (!digits || this.#workers.length) return Boolean(digits);
    const runs = runsOf(this.#chosen, this.own).map((run) => begun(this.reader.description.network, run));
    this.#listeners = { receive() {}, fail() {} };
    try {
      this.#workers = startRuns(this.startWorker, digits, runs, this.#listeners);
    } catch (error) {
      this.#say(messageOf(error)); // a browser without workers
      return false;
    }
    this.#listen(this.#workers);
    this.#descriptions = runs.map(({ description }) => description);
    this.#curves = runs.map(() => ({ first: null, losses: [], means: [], errors: [], rate: "" }));
    return true;
  }

  /** @param {Worker[]} workers */
  #listen(workers) {
    this.#listeners.receive = (report) => {
      if (this.#workers === workers) this.#receive(report);
    };
    this.#listeners.fail = () => this.#fail(workers);
  }

  /** @param {{ going?: boolean, shown?: number, step?: boolean }} wanted */
  #tell(wanted) {
    this.#workers[0]?.postMessage({ kind: "tell", ...wanted });
  }

  /**
   * @param {Worker[]} workers
   */
  #fail(workers) {
    if (this.#workers !== workers) return;
    this.stop();
    this.#say(
      "The training has stopped: a part of the page that runs beside it has failed, or cannot be loaded. Start again, or reload the page.",
    );
  }

  /** @param {Report} report */
  #receive(report) {
    const went = this.#report?.going;
    this.#report = report;
    for (const [i, { passes, loss, tested }] of report.runs.entries()) {
      const { losses, errors, rate } = this.#curves[i];
      const first = this.#curves[i].first ?? loss;
      const isNew = tested && tested.passes !== errors.at(-1)?.[0];
      const all = loss === null ? losses : withPoint(losses, [passes, loss]);
      const means = smoothed(all);
      this.#curves[i] = {
        first,
        losses: all,
        means,
        rate: isNew && first !== null ? rateThatIs(means, first, tested.moved) : rate,
        errors: isNew ? withPoint(errors, [tested.passes, tested.misread / this.#tests]) : errors,
      };
    }
    if (this.#going && !report.going && report.runs.every(({ broken }) => broken)) this.#going = false;
    this.#announce(report, Boolean(went && !report.going && !this.#going));
    this.#showNetwork();
    this.#show();
  }

  get #tests() {
    return this.#digits.value?.test.length ?? 1;
  }

  /**
   * Say what has happened, once: a result, at most eight times a pass, a pause, or that a run cannot go on.
   *
   * @param {Report} report
   * @param {boolean} isPaused with this report
   */
  #announce({ runs }, isPaused) {
    const several = runs.length > 1;
    const sentences = runs.map(({ steps, tested, broken }, i) => {
      const name = several ? `${RUNS[i]} run, ` : "";
      if (broken) {
        return `${several ? `${RUNS[i]} run: t` : "T"}he loss is not a number any more at step ${count(steps)}: the learning rate is too high.`;
      }
      if (!tested) return "";
      const why = ABOUT_RATE[this.#curves[i].rate];
      return `${name}${several ? "step" : "Step"} ${count(tested.steps)}: ${this.#percent(tested)} of the test digits are misread.${why}`;
    });
    const results = sentences.join(" ").trim();
    const said = [results === this.#said ? "" : results, isPaused ? `Paused at step ${count(runs[0].steps)}.` : ""];
    if (said.some(Boolean)) this.#say(said.filter(Boolean).join(" "));
    this.#said = results;
  }

  /** @param {{ misread: number }} tested */
  #percent({ misread }) {
    return `${((100 * misread) / this.#tests).toFixed(1)} %`;
  }

  /** @param {string} text */
  #say(text) {
    this.status.textContent = text;
  }

  /** The figure shows the network as it is now, but not more often than one can see, and less often while one draws. */
  #showNetwork() {
    if (!this.open || !this.#report) return;
    const isReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const least = this.pad.penDown ? CHANGE_WHILE_DRAWING : isReduced && this.#going ? CHANGE_IF_REDUCED : CHANGE;
    const wait = this.#changed + least - performance.now();
    clearTimeout(this.#timer);
    if (wait > 0) {
      this.#timer = window.setTimeout(() => this.#showNetwork(), wait);
      return;
    }
    this.#changed = performance.now();
    const { weights, shown, runs } = this.#report;
    const network = this.#descriptions[shown];
    const reader = new Reader({ ...this.reader.description, network }, tensorsOf(network, weights));
    const which = runs.length > 1 ? `${RUNS[shown].toLowerCase()} network` : "network";
    const { steps } = runs[shown];
    this.#source = {
      note: `Shown: the ${which} after ${count(steps)} ${steps === 1 ? "step" : "steps"} of training here.`,
      reader,
      read: () => readPad(reader, this.pad),
    };
    this.store.setSource(this.#source);
  }

  /** The weights that are shown as a file, which only those of the network as it is can be. */
  #save() {
    const { reader } = this;
    if (!this.#report || !this.#isOwn) return;
    const { weights, shown, runs } = this.#report;
    const network = this.#descriptions[shown];
    const trained = tensorsOf(network, weights);
    const tensors = Object.fromEntries(
      Object.entries(reader.tensors).map(([name, tensor]) => [
        name,
        { ...tensor, ...trained[name], shape: tensor.shape },
      ]),
    );
    try {
      const file = writeWeights(new Reader({ ...reader.description, network }, tensors));
      save(`lenet-5-${network.variant}-${runs[shown].steps}-steps.safetensors`, new Blob([file]));
    } catch (error) {
      const why = error instanceof Error ? error.message : "";
      this.#say(`These weights cannot be saved: ${why}. The learning rate is too high.`);
    }
  }

  /** Whether the run that is shown is of the network as it is, with its own activation function and pooling. */
  get #isOwn() {
    const run = runsOf(this.#chosen, this.own)[this.#report?.shown ?? 0];
    return run.activation === this.own.activation && run.pooling === this.own.pooling;
  }

  /** How the drawing is read, beside the numbers: the answer may be out of the window. */
  #describe() {
    if (!this.open || !this.#report) return;
    const { reading } = this.store;
    const cell = this.panel.querySelector(".read-as");
    if (cell) cell.textContent = reading ? answerText(reading).replace(/^read as /, "") : "\u2013";
  }

  #show() {
    const { panel, start, reset } = this;
    const started = this.#workers.length > 0;
    const steps = this.#report?.runs[0].steps;
    start.textContent = this.#going ? "Pause" : steps ? "Go on" : "Start";
    start.disabled = Boolean(this.#report?.runs.every(({ broken }) => broken));
    find(panel, ".one-step", HTMLButtonElement).disabled = this.#going || start.disabled;
    reset.disabled = !started;
    find(panel, ".save-trained", HTMLButtonElement).disabled = !this.#report || !this.#isOwn;
    find(panel, "fieldset", HTMLFieldSetElement).disabled = started || this.#going;
    this.#showChoices();
    find(panel, ".shown-run").hidden = !started || this.#curves.length < 2;
    for (const [i, button] of findAll(panel, ".shown-run button").entries()) {
      button.setAttribute("aria-pressed", String(i === this.#shown));
    }
    this.#showCurves();
    this.#showNumbers();
  }

  #showChoices() {
    const { first, differs, other } = this.#chosen;
    for (const made of this.panel.querySelectorAll("select")) {
      const name = /** @type {keyof Run | undefined} */ (made.dataset.setting);
      if (name) made.value = first[name];
    }
    if (!this.differs || !this.other) return;
    this.differs.value = differs;
    this.other.hidden = !differs;
    if (!differs) return;
    this.other.replaceChildren(...options(CHOICES[differs].filter((value) => value !== first[differs])));
    this.other.value = other;
  }

  /** Both charts end at the same number of passes. */
  #showCurves() {
    const curves = this.#curves;
    const most = Math.max(0, ...(this.#report?.runs ?? []).map(({ passes }) => passes));
    const axis = { most, across: ["0", "passes", most ? decimal(most, 2) : ""] };
    const classes = curves.map((_, i) => (i ? "second" : ""));
    const means = curves.map((run) => run.means);
    this.losses.show({
      ...axis,
      lines: [...curves.map((run) => run.losses), ...means],
      classes: [...classes.map((name) => `${name} single`), ...classes],
      highest: 2.5,
      label: String,
      marked: means.map((points) => points.at(-1)),
    });
    const errors = curves.map((run) => run.errors);
    this.errors.show({
      ...axis,
      lines: errors,
      classes,
      highest: 1,
      label: inPercent,
      marked: errors.map((points) => points.at(-1)),
    });
  }

  #showNumbers() {
    const runs = this.#report?.runs ?? [];
    const isPair = runs.length > 1;
    const heads = isPair ? [["Run"], ...RUNS.map((name, i) => [name.toLowerCase(), keyOf(i)])] : [];
    find(this.panel, ".progress-of-runs thead tr").replaceChildren(
      ...heads.map((head) => element("th", { scope: "col" }, ...head)),
    );
    /** @type {[string, (run: RunReport, i: number) => string][]} */
    const rows = [
      ["Steps", ({ steps }) => count(steps)],
      ["Passes", ({ passes }) => decimal(passes, 2)],
      ["Mean loss", (_, i) => shortLoss(this.#curves[i].means.at(-1)?.[1])],
      ["Misread", ({ tested }) => (tested ? this.#percent(tested) : "\u2013")],
      ["at step", ({ tested }) => (tested ? count(tested.steps) : "\u2013")],
    ];
    const lines = rows.map(([name, text]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, name),
        ...runs.map((run, i) => element("td", {}, text(run, i))),
      ),
    );
    const speed = this.#report?.speed;
    const last = [
      element(
        "tr",
        {},
        element("th", { scope: "row" }, "Your drawing"),
        // The answer is that of the run that is shown.
        ...runs.map((_, i) => element("td", { className: i === this.#report?.shown ? "read-as" : "" }, "\u2013")),
      ),
      element(
        "tr",
        {},
        element("th", { scope: "row" }, "Digits a second"),
        element(
          "td",
          { colSpan: Math.max(1, runs.length) },
          speed ? `${count(Math.round(speed))}${isPair ? " in all" : ""}` : "\u2013",
        ),
      ),
    ];
    find(this.panel, ".progress-of-runs tbody").replaceChildren(...(runs.length ? [...lines, ...last] : []));
    this.#describe();
  }
}

/** @param {string[]} values */
function options(values) {
  return values.map((value) => element("option", { value }, VALUES[value] ?? value));
}

/**
 * Another value of a setting: of a rate the one ten times as high or nearly so, else the next or the first one.
 *
 * @param {keyof Run} name
 * @param {string} value
 */
function otherThan(name, value) {
  const values = CHOICES[name];
  if (name === "rate") return values.find((one) => Number(one) >= 9 * Number(value)) ?? values[values.length - 3];
  return values[(values.indexOf(value) + 1) % values.length];
}

/** @param {number} value */
function count(value) {
  return value.toLocaleString("en");
}

/** @param {number | undefined} loss */
function shortLoss(loss) {
  return loss === undefined ? "\u2013" : decimal(loss, 3);
}

/**
 * How the lines of a run look.
 *
 * @param {number} run
 */
function keyOf(run) {
  const line = shape("polyline", { points: "0,4 30,4", class: run ? "second" : "" });
  return shape("svg", { viewBox: "0 0 30 8", class: "key-of-run", "aria-hidden": "true" }, line);
}

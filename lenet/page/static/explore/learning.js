// Learn: the network at about 16 steps of its training. The drawing, the layers, the kernels and the answer are shown as
// the network of that step sees them, also while one draws.
import { element, find } from "../dom.js";
import { Reader } from "../network/reader.js";
import { readSafetensors } from "../network/safetensors.js";
import { readPad } from "../pad/read_pad.js";
import { readFile } from "../server.js";
import { answerText } from "../show/format.js";
import { Chart, inPercent } from "./chart.js";
import { OnDemand } from "./on_demand.js";
import { Player } from "./player.js";

/**
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { CurvePoint } from "./training_curves.js"
 */

const STEP = 500; // milliseconds per step while it plays

/**
 * A snapshot of the training.
 *
 * @typedef {{ step: number, error: number, reader: Reader }} Snapshot
 */

export class Learning {
  /** @type {OnDemand<Snapshot[]>} */
  #snapshots;
  /** @type {Source | null} */
  #source = null;

  /**
   * `fetchExtra` fetches a file that belongs to the weights: see server.js.
   *
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Pad} pad
   * @param {Reader} reader
   * @param {(name: string, waiting: (text: string) => void) => Promise<ArrayBuffer>} fetchExtra
   */
  constructor(root, store, pad, reader, fetchExtra) {
    this.store = store;
    this.pad = pad;
    this.panel = find(root, ".panel.learn");
    this.slider = find(this.panel, "input", HTMLInputElement);
    this.words = find(this.panel, ".step-words");
    this.answer = find(this.panel, ".step-answer");
    this.chart = new Chart(find(this.panel, ".chart", SVGElement));
    this.player = new Player(this.slider, find(this.panel, ".play"), STEP, () => {
      store.setSliders({ step: this.#snapshotAt(this.slider.value).step });
    });
    const fetchSnapshots = async (/** @type {(text: string) => void} */ say) => {
      const file = await fetchExtra("snapshots.safetensors", say);
      const snapshots = await readFile("The file of the training", () => read(file, reader.description));
      this.#showSteps(snapshots);
      return snapshots;
    };
    this.#snapshots = new OnDemand(find(this.panel, ".hint"), fetchSnapshots);
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => this.#describe());
    store.addEventListener("sliders", () => this.#show());
    this.#open();
  }

  get open() {
    return this.store.mode === "learn";
  }

  /** The snapshots, once they are loaded. */
  get #loaded() {
    return this.#snapshots.value ?? [];
  }

  async #open() {
    this.panel.hidden = !this.open;
    this.player.stop();
    if (this.open) {
      await this.#snapshots.load();
      this.#show();
    } else this.store.dropSource(this.#source);
  }

  /** @param {string} position of the slider */
  #snapshotAt(position) {
    return this.#loaded[Number(position)];
  }

  /**
   * The number of the step that is set, or of the nearest one: another run may have been saved at other steps.
   *
   * @param {number | null} step
   */
  #numberOf(step) {
    if (step === null) return this.#loaded.length - 1;
    const distances = this.#loaded.map((snapshot) => Math.abs(snapshot.step - step));
    return distances.indexOf(Math.min(...distances));
  }

  #show() {
    if (!this.open || !this.#loaded.length) return;
    const number = this.#numberOf(this.store.sliders.step);
    this.slider.value = String(number);
    const { step, error, reader } = this.#loaded[number];
    const percent = `${(100 * error).toFixed(error < 0.1 ? 2 : 1)} %`;
    this.words.textContent = `After ${steps(step)}: ${percent} of the digits kept for checking (validation) are misread.`;
    this.#drawErrors(number);
    this.#source = {
      note: `Shown: the network after ${steps(step)} of training.`,
      reader,
      read: () => readPad(reader, this.pad),
    };
    this.store.setSource(this.#source);
  }

  /** How the drawing is read: below the slider, since the answer may be out of the window, and as the slider's text. */
  #describe() {
    if (!this.open || !this.#loaded.length) return;
    const { step } = this.#snapshotAt(this.slider.value);
    const { reading } = this.store;
    this.answer.textContent = reading ? `This drawing: ${answerText(reading)}.` : "";
    this.slider.setAttribute("aria-valuetext", reading ? `${steps(step)}, ${answerText(reading)}` : steps(step));
  }

  /** @param {Snapshot[]} snapshots */
  #showSteps(snapshots) {
    find(this.panel, ".hint").hidden = true;
    find(this.panel, ".learning").hidden = false;
    this.slider.max = String(snapshots.length - 1);
    find(this.panel, ".steps-of-training").replaceChildren(
      ...labelsOf(snapshots).map((label) => element("span", {}, label)),
    );
  }

  /** @param {number} number of the snapshot that is shown */
  #drawErrors(number) {
    const errors = this.#loaded.map(({ error }, i) => /** @type {CurvePoint} */ ([i, error]));
    const [first, middle, last] = labelsOf(this.#loaded);
    this.chart.show({
      lines: [errors],
      highest: 1,
      most: errors.length - 1,
      label: inPercent,
      across: [first, `${middle} steps`, last],
      marked: [errors[number]],
    });
  }
}

/**
 * The numbers of the first, the middle and the last step.
 *
 * @param {Snapshot[]} snapshots
 */
function labelsOf(snapshots) {
  const shown = [0, Math.floor(snapshots.length / 2), snapshots.length - 1];
  return shown.map((i) => snapshots[i].step.toLocaleString("en"));
}

/**
 * The snapshots of a file.
 *
 * @param {ArrayBuffer} buffer
 * @param {ReaderDescription} description
 * @returns {Snapshot[]}
 */
function read(buffer, description) {
  const { tensors, metadata } = readSafetensors(buffer);
  /** @type {[number[], number[]]} */
  const [numbers, errors] = [JSON.parse(metadata.steps), JSON.parse(metadata.validation_errors)];
  return numbers.map((step, i) => {
    const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${step}.`));
    const named = Object.fromEntries(own.map(([name, tensor]) => [name.slice(`${step}.`.length), tensor]));
    return { step, error: errors[i], reader: new Reader(description, named) };
  });
}

/** @param {number} step */
function steps(step) {
  return `${step.toLocaleString("en")} ${step === 1 ? "step" : "steps"}`;
}

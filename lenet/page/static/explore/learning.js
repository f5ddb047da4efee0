// Learn: the network at about 16 steps of its training. The drawing, the layers, the kernels and the answer are shown as
// the network of that step sees them, also while one draws.
import { Reader } from "../network/reader.js";
import { readSafetensors } from "../network/safetensors.js";
import { element } from "../show/element.js";
import { answerText } from "../show/format.js";
import { Player } from "./player.js";

const STEP = 500; // milliseconds per step while it plays

export class Learning {
  #steps = null; // {step, error, reader} for each snapshot

  /** `fetchExtra(name, waiting)` fetches a file that belongs to the weights: see server.js. */
  constructor(root, store, reader, fetchExtra) {
    Object.assign(this, { store, reader, fetchExtra });
    this.panel = root.querySelector(".panel.learn");
    this.slider = this.panel.querySelector("input");
    this.words = this.panel.querySelector(".step-words");
    this.answer = this.panel.querySelector(".step-answer");
    this.player = new Player(this.slider, this.panel.querySelector(".play"), STEP, () => {
      store.setSettings({ step: this.#steps[Number(this.slider.value)].step });
    });
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => {
      if (this.open && this.#steps) this.#describe();
    });
    store.addEventListener("settings", () => {
      if (this.open && this.#steps) this.#show();
    });
    this.#open();
  }

  get open() {
    return this.store.mode === "learn";
  }

  #open() {
    this.panel.hidden = !this.open;
    this.player.stop();
    if (!this.open) this.store.dropSource(this.source);
    else if (this.#steps) this.#show();
    else if (!this.loading) this.#load();
  }

  async #load() {
    const hint = this.panel.querySelector(".hint");
    const say = (text) => {
      hint.textContent = text;
    };
    this.loading = true;
    try {
      say("Loading…");
      this.#steps = this.#read(await this.fetchExtra("snapshots.safetensors", say));
      hint.hidden = true;
      this.panel.querySelector(".learning").hidden = false;
      this.#drawErrors();
      if (this.open) this.#show();
    } catch (error) {
      say(error.message);
    }
    this.loading = false;
  }

  #read(buffer) {
    const { tensors, metadata } = readSafetensors(buffer);
    const errors = JSON.parse(metadata.validation_errors);
    const steps = JSON.parse(metadata.steps).map((step, i) => {
      const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${step}.`));
      const named = Object.fromEntries(own.map(([name, tensor]) => [name.slice(`${step}.`.length), tensor]));
      return { step, error: errors[i], reader: new Reader(this.reader.description, named) };
    });
    this.slider.max = steps.length - 1;
    return steps;
  }

  /** The number of the step in the settings, or of the nearest one: another run may have been saved at other steps. */
  #numberOf({ step }) {
    if (step === null) return this.#steps.length - 1;
    const distances = this.#steps.map((saved) => Math.abs(saved.step - step));
    return distances.indexOf(Math.min(...distances));
  }

  #show() {
    const number = this.#numberOf(this.store.settings);
    this.slider.value = number;
    const { step, error, reader } = this.#steps[number];
    const percent = `${(100 * error).toFixed(error < 0.1 ? 2 : 1)} %`;
    this.words.textContent = `After ${steps(step)}: ${percent} of the validation digits are misread.`;
    this.marker.setAttribute("cx", this.#x(number));
    this.marker.setAttribute("cy", this.#y(error));
    this.source = {
      note: `Shown: the network after ${steps(step)} of training.`,
      reader,
      read: (pad, ink) => (pad.image ? reader.readInk(ink) : reader.read(pad.opacity(), pad.side, pad.side)),
    };
    this.store.setSource(this.source);
  }

  /** How the drawing is read: below the slider, since the answer may be out of the window, and as the slider's text. */
  #describe() {
    const { step } = this.#steps[Number(this.slider.value)];
    const { reading } = this.store;
    this.answer.textContent = reading ? `This drawing: ${answerText(reading)}.` : "";
    this.slider.setAttribute("aria-valuetext", reading ? `${steps(step)}, ${answerText(reading)}` : steps(step));
  }

  #x(number) {
    return 4 + (292 * number) / (this.#steps.length - 1);
  }
  /** Logarithmic, from 100 % down to the smallest error. */
  #y(error) {
    const smallest = Math.min(...this.#steps.map((step) => step.error));
    return 8 + (84 * Math.log(error)) / Math.log(Math.max(smallest, 1e-4));
  }

  #drawErrors() {
    const svg = this.panel.querySelector("svg");
    const points = this.#steps.map(({ error }, i) => `${this.#x(i)},${this.#y(error)}`).join(" ");
    svg.querySelector("polyline").setAttribute("points", points);
    this.marker = svg.querySelector("circle");
    this.panel
      .querySelector(".steps-of-training")
      .replaceChildren(
        ...[0, Math.floor(this.#steps.length / 2), this.#steps.length - 1].map((i) =>
          element("span", {}, this.#steps[i].step.toLocaleString("en")),
        ),
      );
  }
}

function steps(step) {
  return `${step.toLocaleString("en")} ${step === 1 ? "step" : "steps"}`;
}

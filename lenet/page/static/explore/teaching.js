// Teach it: say which digit the drawing is, and let the network take steps of gradient descent towards that, with real
// gradients of all its weights, in the browser. The taught network is then the page's, in all modes, until it is forgotten.
import { element, find, findAll } from "../dom.js";
import { readDigits } from "../network/digits.js";
import { descend, isLearned, meanLoss, replayed } from "../network/teaching.js";
import { LARGEST_FILE, readWeights, writeWeights } from "../network/weights.js";
import { readPad } from "../pad/read_pad.js";
import { messageOf } from "../server.js";
import { answerText, decimal, ordinalDigit, percentage } from "../show/format.js";
import { patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { decodeTaught, encodeTaught, isSame, withLesson } from "./lessons.js";
import { OnDemand } from "./on_demand.js";
import { forgottenDigits, kept, kernelRows, lossCurve, thumbnail } from "./progress.js";
import { save } from "./saving.js";

/**
 * @import { Digits } from "../network/digits.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Background } from "./background.js"
 * @import { Taught } from "./lessons.js"
 */

const RATES = [0.0001, 0.0003, 0.001, 0.003];
const RATES_FOR_DISTANCES = [0.00001, 0.00003, 0.0001, 0.0003]; // whose gradients are ten times as steep
const FIRST_RATE = 1; // the number of the one that is chosen at first: misread digits are read after some six steps
const REPLAYED = 8; // old digits in each step
const OLD = 500; // digits of the test part that are to be kept
const UNDOABLE = 100; // presses
const KEY = "lenet-taught-";
/** @type {Set<string | null>} */
const SHAPES = new Set(["several digits", "too little ink"]); // for which a drawing is rejected, whatever the network says

export class Teaching {
  /** @type {Taught} */
  #state;
  /** @type {Taught[]} what Undo goes back to */
  #history = [];
  /** @type {number | null} what the visitor has chosen for the drawing that is on the pad */
  #chosen = null;
  #run = 0; // the number of the press whose steps are being taken; each has another
  #running = false;
  #version = 0;
  /** @type {Source | null} */
  #source = null;
  /** @type {OnDemand<{ training: Digits, test: Digits }>} */
  #digits;
  /** @type {{ old: Uint8Array | null, taught: Uint8Array | null }} what the old digits are read as */
  #answers = { old: null, taught: null };
  /** @type {Taught["lessons"]} those that have been listed */
  #listed = [];
  #forgotten = ""; // the numbers of those that are in the gallery

  /**
   * `identity` is that of the network; `fetchDigits` fetches the file of digits: see server.js.
   *
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Pad} pad
   * @param {Reader} reader
   * @param {Background} background
   * @param {string} identity
   * @param {(waiting: (text: string) => void) => Promise<ArrayBuffer>} fetchDigits
   */
  constructor(root, store, pad, reader, background, identity, fetchDigits) {
    this.root = root;
    this.store = store;
    this.pad = pad;
    this.reader = reader;
    this.background = background;
    this.identity = identity;
    this.panel = find(root, ".panel.teach");
    this.status = find(this.panel, ".teaching-status");
    this.#state = this.#start;
    this.#digits = new OnDemand(
      find(this.panel, ".digits-hint"),
      async (say) => readDigits(await fetchDigits(say)),
      "Loading old digits…",
    );
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    this.labels = this.#choices(".this-is", digits, (digit) => {
      this.#chosen = digit;
    });
    const hasDistances = reader.network.layers.some(({ kind }) => kind === "RBF");
    this.rates = hasDistances ? RATES_FOR_DISTANCES : RATES;
    this.rate = this.rates[FIRST_RATE];
    this.rateButtons = this.#choices(".rates", this.rates, (rate) => {
      this.rate = rate;
    });
    this.replay = find(this.panel, ".replay input", HTMLInputElement);
    this.undo = find(this.panel, ".take-back", HTMLButtonElement);
    this.forget = find(this.panel, ".forget", HTMLButtonElement);
    this.before = find(this.panel, ".show-before", HTMLButtonElement);
    this.download = find(this.panel, ".download", HTMLButtonElement);
    this.#listen();
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => this.#show());
    store.addEventListener("weights", (event) => this.#load(/** @type {CustomEvent} */ (event).detail));
    pad.addEventListener("new", () => {
      this.#chosen = null;
      this.#show();
    });
    pad.addEventListener("change", () => this.#stop());
    onThemeChange(root, () => this.#show());
    this.#restore();
    this.#open();
  }

  get open() {
    return this.store.mode === "teach";
  }

  /** The page's network, of which nothing has been taught. */
  get #start() {
    return { reader: this.reader, file: "", losses: [], lessons: [] };
  }

  get #isTaught() {
    return this.#state.reader !== this.reader;
  }

  #listen() {
    const { panel } = this;
    for (const button of findAll(panel, "[data-take]")) {
      button.addEventListener("click", () => this.#take(Number(button.dataset.take), button.matches(".until")));
    }
    this.undo.addEventListener("click", () => this.#undo());
    this.forget.addEventListener("click", () => {
      this.#change(this.#start);
      this.#say("Forgotten: the network is as it was.");
    });
    this.before.addEventListener("click", () => this.#compare(!this.#source));
    this.download.addEventListener("click", () => {
      const { variant } = this.reader.description.network;
      save(`lenet-5-${variant}-taught.safetensors`, new Blob([writeWeights(this.#state.reader)]));
    });
    const input = find(panel, ".weights-file", HTMLInputElement);
    find(panel, ".load").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      if (input.files?.length) this.#load(input.files[0]);
      input.value = ""; // so that the same file can be chosen again
    });
  }

  /**
   * Buttons, of which one is pressed at a time.
   *
   * @param {string} selector
   * @param {number[]} values
   * @param {(value: number) => void} choose
   */
  #choices(selector, values, choose) {
    const buttons = values.map((value) => element("button", { type: "button" }, String(value)));
    for (const [i, button] of buttons.entries()) {
      button.addEventListener("click", () => {
        choose(values[i]);
        this.#show();
      });
    }
    find(this.panel, selector).append(...buttons);
    return buttons;
  }

  async #open() {
    this.panel.hidden = !this.open;
    if (!this.open) {
      this.#stop();
      this.#compare(false);
      return;
    }
    this.#show();
    await this.#digits.load();
    this.#askOld();
  }

  /** The digit that the drawing is taught as: not what it is read as already. */
  get #label() {
    const { reading } = this.store;
    if (!reading) return null;
    const known = this.#state.lessons.find(({ ink }) => isSame(ink, reading.outputs.input))?.label;
    const isRejected = reading.digit === null && !reading.digits;
    return this.#chosen ?? known ?? reading.top[isRejected ? 0 : 1][0];
  }

  /**
   * Take steps, one a frame, so that one sees them; with `until`, no more than it takes to read all lessons right.
   *
   * @param {number} most
   * @param {boolean} until
   */
  async #take(most, until) {
    const { reading } = this.store;
    const label = this.#label;
    if (!reading || label === null) return;
    const run = ++this.#run;
    this.#compare(false);
    this.#chosen = label;
    if (this.replay.checked) await this.#digits.load();
    if (run !== this.#run) return;
    const first = this.#state;
    const lessons = withLesson(first.lessons, { ink: reading.outputs.input, label });
    let state = { ...first, lessons };
    const atOnce = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#running = true;
    let steps = 0;
    while (steps < most && !(until && isLearned(state.reader.network, lessons))) {
      state = this.#step(state);
      if (!steps++) this.#remember(first);
      if (atOnce) continue;
      this.#use(state);
      await new Promise(requestAnimationFrame);
      if (run !== this.#run) return; // something else was done meanwhile
    }
    this.#running = false;
    this.#use(state);
    this.#keep();
    const taken = steps === 1 ? "One step taken" : `${steps || "No"} steps taken`;
    const now = this.#state.reader.readInk(reading.outputs.input);
    const missed =
      until && !isLearned(state.reader.network, lessons) ? " It is not sure yet; other digits may contradict it." : "";
    this.#say(`${taken}: ${answerText(now)}, ${percentage(now.probabilities[label])} for ${label}.${missed}`);
  }

  /**
   * @param {Taught} state
   * @returns {Taught}
   */
  #step(state) {
    const { lessons } = state;
    const training = this.replay.checked && this.#digits.value?.training;
    const old = training ? replayed(training, state.losses.length, REPLAYED) : [];
    const { reader, losses } = descend(state.reader, [...lessons, ...old], this.rate);
    const loss = losses.slice(0, lessons.length).reduce((sum, one) => sum + one, 0) / lessons.length;
    return { ...state, reader, losses: [...state.losses, loss] };
  }

  /** Take no more steps. */
  #stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#run++;
    this.#keep();
  }

  /** @param {Taught} state */
  #remember(state) {
    this.#history = [...this.#history, state].slice(-UNDOABLE);
  }

  /**
   * Another state, which can be undone.
   *
   * @param {Taught} state
   */
  #change(state) {
    this.#stop();
    this.#compare(false);
    this.#remember(this.#state);
    this.#use(state);
    this.#keep();
  }

  #undo() {
    this.#stop();
    this.#compare(false);
    const state = this.#history.pop();
    if (!state) return;
    this.#use(state);
    this.#keep();
    this.#say(this.#isTaught ? `Undone: ${this.#name}.` : "Undone: the network is as it was.");
  }

  /** The network in words. */
  get #name() {
    const { file, losses } = this.#state;
    const { length } = losses;
    const steps = length ? `after ${length} ${length === 1 ? "step" : "steps"} of teaching` : "";
    return `the network ${[file && `of ${file}`, steps].filter(Boolean).join(" ")}`;
  }

  /**
   * From now on, the page's network is that of a state.
   *
   * @param {Taught} state
   */
  #use(state) {
    this.#state = state;
    const { reader } = state;
    this.background.network = reader;
    const version = ++this.#version;
    const note = `Shown: ${this.#name}. The server does not check it.`;
    this.store.setTaught(this.#isTaught ? { note, reader, version } : null); // which is then read, and shown
    this.#askOld();
  }

  /**
   * Show the network as it was before teaching, or as it is.
   *
   * @param {boolean} before
   */
  #compare(before) {
    const shown = before && this.#isTaught;
    if (!shown) this.store.dropSource(this.#source);
    this.#source = null;
    this.before.setAttribute("aria-pressed", String(shown));
    if (!shown) return;
    const { reader, pad } = this;
    const note = "Shown: the network before teaching.";
    this.#source = { note, reader, read: () => readPad(reader, pad) };
    this.store.setSource(this.#source);
  }

  /** Have the worker read the old digits, before teaching and now. */
  #askOld() {
    const digits = this.#digits.value;
    if (!this.open || !digits) return;
    const { images, labels } = digits.test;
    const message = { images: images.slice(0, (images.length / labels.length) * OLD), labels: labels.slice(0, OLD) };
    for (const kind of /** @type {const} */ (["old", "taught"])) {
      if (kind === "old" && this.#answers.old) continue;
      const done = (/** @type {{ answers: Uint8Array }} */ { answers }) => {
        this.#answers[kind] = answers;
        this.#showKept();
      };
      this.background.ask(kind, message, done, kind === "old" ? this.reader : this.#state.reader);
    }
  }

  /**
   * A file of weights in place of the network.
   *
   * @param {File} file
   */
  async #load(file) {
    const { variant } = this.reader.description.network;
    try {
      if (file.size > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE / 1e6} MB`);
      const reader = readWeights(await file.arrayBuffer(), this.reader);
      this.#change({ ...this.#start, reader, file: file.name, lessons: this.#state.lessons });
      if (!this.open) this.store.setMode("teach");
      this.#say(`Loaded: ${file.name}.`);
    } catch (error) {
      const what = `${file.name} cannot be used: ${messageOf(error).replace(/\.$/, "")}`;
      this.store.notify(
        `${what}. Accepted is a safetensors file with the float32 weights of this network, ${variant}.`,
      );
    }
  }

  /** The taught network survives a reload. */
  #keep() {
    const key = KEY + this.reader.description.network.variant;
    try {
      if (this.#isTaught) sessionStorage.setItem(key, encodeTaught(this.#state, this.identity));
      else sessionStorage.removeItem(key);
    } catch {
      // no storage, or no room in it
    }
  }

  #restore() {
    try {
      const text = sessionStorage.getItem(KEY + this.reader.description.network.variant);
      if (text) this.#use(decodeTaught(text, this.identity, this.reader));
    } catch {
      // no storage, or it is of another network
    }
  }

  /** @param {string} text */
  #say(text) {
    this.status.textContent = text;
  }

  #show() {
    const { store, panel } = this;
    const { reading } = store;
    if (!this.open) return;
    const label = this.#label;
    store.setLesson(label);
    find(panel, ".hint").hidden = Boolean(reading);
    for (const [digit, button] of this.labels.entries()) button.setAttribute("aria-pressed", String(digit === label));
    for (const [i, button] of this.rateButtons.entries()) {
      button.setAttribute("aria-pressed", String(this.rates[i] === this.rate));
    }
    for (const button of findAll(panel, ".this-is button, [data-take]")) button.toggleAttribute("disabled", !reading);
    this.undo.disabled = !this.#history.length;
    for (const button of [this.forget, this.before, this.download]) button.disabled = !this.#isTaught;
    this.#describe(reading, label);
    this.#showLosses(reading, label);
    const { rows, times } = kernelRows(this.reader.network, this.#state.reader.network);
    patch(find(panel, ".kernel-rows"), rows);
    find(panel, ".changes figcaption").textContent = `C1: before, after, change${times}`;
    this.#showLessons();
    this.#showKept();
  }

  /**
   * @param {Reading | null} reading
   * @param {number | null} label
   */
  #describe(reading, label) {
    const says = find(this.panel, ".says");
    says.textContent = "";
    if (!reading || label === null) return;
    const { network } = this.store.source?.reader ?? this.#state.reader;
    const probability = network.probabilities(reading.outputs.output)[label]; // that of one of several digits
    const shape = SHAPES.has(reading.reason) && !reading.digits;
    const which = reading.digits ? `, of which this is ${ordinalDigit(reading)}` : "";
    says.textContent = shape
      ? "It is rejected for its shape, before the network is asked: no teaching changes that."
      : `${firstUpper(answerText(reading))}${which}; ${label} gets ${percentage(probability)}.`;
  }

  /**
   * @param {Reading | null} reading
   * @param {number | null} label
   */
  #showLosses(reading, label) {
    const { reader, losses, lessons } = this.#state;
    const figure = find(this.panel, ".losses");
    const now = lessons.length ? lessons : reading && label !== null ? [{ ink: reading.outputs.input, label }] : [];
    const loss = now.length ? meanLoss(reader.network, now) : 0;
    const { points, last } = lossCurve(now.length ? [...losses, loss] : losses);
    find(figure, "polyline", SVGElement).setAttribute("points", points);
    const marker = find(figure, "circle", SVGElement);
    marker.style.visibility = last ? "" : "hidden";
    for (const [i, name] of ["cx", "cy"].entries()) marker.setAttribute(name, String(last?.[i] ?? 0));
    const { length } = losses;
    const steps = length ? ` after ${length} ${length === 1 ? "step" : "steps"}` : "";
    find(figure, "figcaption").textContent = now.length ? `Loss ${decimal(loss, 3)}${steps}` : "Loss";
  }

  /** What has been taught; a press on one leaves it out of further steps. */
  #showLessons() {
    const { lessons } = this.#state;
    find(this.panel, ".lessons").hidden = !lessons.length;
    const list = find(this.panel, ".lessons ul");
    if (this.#listed === lessons) return;
    this.#listed = lessons;
    list.replaceChildren(
      ...lessons.map((lesson) => {
        const text = `Taught as ${lesson.label}: leave it out of further steps`;
        const caption = element("span", {}, `${lesson.label} \u00d7`);
        const button = element(
          "button",
          { type: "button", title: text, ariaLabel: text },
          thumbnail(lesson.ink),
          caption,
        );
        button.addEventListener("click", () => {
          this.#stop();
          this.#use({ ...this.#state, lessons: this.#state.lessons.filter((other) => other !== lesson) });
          this.#keep();
        });
        return element("li", {}, button);
      }),
    );
  }

  #showKept() {
    const { panel } = this;
    const digits = this.#digits.value;
    const { old, taught } = this.#answers;
    find(panel, ".kept").hidden = !digits || !old || !taught;
    if (!digits || !old || !taught) return;
    const { before, now, forgotten } = kept(digits.test.labels.subarray(0, OLD), old, taught);
    find(panel, ".kept-now").textContent = String(now);
    find(panel, ".kept-before").textContent = now === before ? "as before." : `${before} before.`;
    find(panel, ".kept-bar").style.setProperty("--kept", `${(100 * now) / OLD}%`);
    const key = forgotten.map((i) => `${i}:${taught[i]}`).join();
    if (key === this.#forgotten) return;
    this.#forgotten = key;
    const open = (/** @type {OpenImage} */ image) => this.pad.loadImage(image);
    find(panel, ".forgotten").replaceChildren(...forgottenDigits(digits.test, forgotten, taught, open));
  }
}

/** @param {string} text */
function firstUpper(text) {
  return text[0].toUpperCase() + text.slice(1);
}

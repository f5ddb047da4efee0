// Teach it: say which digit the drawing is, and let the network take steps of gradient descent towards that, with real
// gradients of all its weights, in the browser. The taught network is then the page's, in all modes, until it is forgotten.
import { element, find, findAll, setText } from "../dom.js";
import { isLearned, meanLoss, ratesOf, SURE } from "../network/teaching.js";
import { encode } from "../pad/code.js";
import { encodeInput } from "../pad/image_code.js";
import { messageOf } from "../server.js";
import { answerText, decimal, firstUpper, ordinalDigit, percentage } from "../show/format.js";
import { patch } from "../show/tree.js";
import { onThemeChange } from "../theme.js";
import { addChoices, press } from "./choices.js";
import { isSame, withLesson } from "./lessons.js";
import { OLD, OldDigits } from "./old_digits.js";
import { forgottenDigits, kernelRows, lossCurve, thumbnail } from "./progress.js";
import { stepsWithOthers, taught, withoutLesson } from "./steps.js";

/**
 * @import { LoadDigits } from "../network/digits.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Background } from "./background.js"
 * @import { Changes } from "./changes.js"
 * @import { Changed } from "./lessons.js"
 */

const NOT_IDLE = 100; // milliseconds of work after which the page has a turn, where one does not see each step
const UNDISPUTED = 0.9; // the probability from which nobody is expected to disagree
const FIRST_RATE = 1; // the number of the one that is chosen at first: misread digits are read after some six steps
/** @type {Set<string | null>} */
const SHAPES = new Set(["several digits", "too little ink"]); // for which a drawing is rejected, whatever the network says

export class Teaching {
  /** @type {number | null} what the visitor has chosen for the drawing that is on the pad */
  #chosen = null;
  #run = 0; // the number of the press whose steps are being taken; each has another
  #running = false; // also while such a press waits for the old digits
  /** @type {OldDigits} */
  #digits;
  /** @type {Changed["lessons"]} those that have been listed */
  #listed = [];
  #forgotten = ""; // the numbers of those that are in the gallery

  /**
   * @param {HTMLElement} panel
   * @param {Store} store
   * @param {Pad} pad
   * @param {Changes} changes
   * @param {Background} background
   * @param {LoadDigits} loadDigits
   */
  constructor(panel, store, pad, changes, background, loadDigits) {
    this.panel = panel;
    this.store = store;
    this.pad = pad;
    this.reader = changes.reader;
    this.changes = changes;
    this.status = find(this.panel, ".teaching-status");
    const hint = find(this.panel, ".digits-hint");
    this.#digits = new OldDigits(hint, changes, background, loadDigits, () => this.#showKept());
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    this.labels = this.#choices(".this-is", digits, (digit) => {
      this.#chosen = digit;
    });
    this.rates = ratesOf(this.reader.network);
    this.rate = this.rates[FIRST_RATE];
    this.rateButtons = this.#choices(".rates", this.rates, (rate) => {
      this.rate = rate;
    });
    this.replay = find(this.panel, ".replay input", HTMLInputElement);
    this.#listen();
    const say = (/** @type {string} */ text) => this.#say(text);
    changes.connect(panel, say, () => this.stop());
    changes.addEventListener("change", () => {
      if (this.open) this.#digits.ask();
      this.#show();
    });
    store.addEventListener("mode", () => this.#open());
    store.addEventListener("reading", () => this.#show());
    pad.addEventListener("new", () => {
      this.#chosen = null;
      this.#show();
    });
    pad.addEventListener("change", () => {
      this.stop();
      this.#say(""); // what was said is about another drawing
    });
    onThemeChange(changes.root, () => this.#show());
    this.#open();
  }

  get open() {
    return this.store.mode === "teach";
  }

  get #state() {
    return this.changes.state;
  }

  #listen() {
    const { panel } = this;
    for (const button of findAll(panel, "[data-take]")) {
      button.addEventListener("click", () => this.#take(Number(button.dataset.take), button.matches(".until")));
    }
    const input = find(panel, ".weights-file", HTMLInputElement);
    find(panel, ".load").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      if (input.files?.length) this.changes.load(input.files[0]);
      input.value = ""; // so that the same file can be chosen again
    });
  }

  /**
   * @param {string} selector
   * @param {number[]} values
   * @param {(value: number) => void} choose
   */
  #choices(selector, values, choose) {
    return addChoices(find(this.panel, selector), values.map(String), (i) => {
      choose(values[i]);
      this.#show();
    });
  }

  async #open() {
    if (!this.open) {
      this.stop();
      return;
    }
    this.#show();
    await this.#digits.load();
    this.#digits.ask();
  }

  /** The digit that the drawing is taught as: the one that is chosen, or that the visitor will most likely say it is. */
  get #label() {
    const reading = this.store.complete;
    if (!reading) return null;
    const known = this.#state.lessons.find(({ ink }) => isSame(ink, reading.outputs.input))?.label;
    const isPart = reading.digits || reading.number; // one of several, which none of the examples is
    return this.#chosen ?? known ?? (isPart ? undefined : this.pad.label) ?? likelyLabel(reading);
  }

  /**
   * Take steps, one a frame, so that one sees them; with `until`, no more than it takes to read all lessons right. A press
   * that has to wait for the old digits is dropped if anything that it was about is another one by then.
   *
   * @param {number} most
   * @param {boolean} until
   */
  async #take(most, until) {
    const reading = this.store.complete;
    const label = this.#label;
    if (!reading || label === null) return;
    const run = ++this.#run;
    const { changes } = this;
    const first = this.#state;
    changes.compare(false);
    this.#chosen = label;
    this.#running = true;
    const mixed = this.replay.checked;
    if (mixed) await this.#digits.load();
    if (run !== this.#run) return; // something else was done meanwhile
    const isWanted = this.#state === first && this.#label === label && this.replay.checked === mixed;
    const isLoaded = !mixed || this.#digits.value;
    if (!isWanted || !isLoaded) {
      this.#running = false;
      if (!isLoaded) this.#say("No step is taken: the old digits are not there. Try again, or without mixing them in.");
      return;
    }
    const code = this.#code(reading);
    const lessons = withLesson(first.lessons, { ink: reading.outputs.input, label, code });
    let state = { ...first, lessons };
    const rate = this.rates.indexOf(this.rate);
    const training = mixed ? this.#digits.value?.training : null;
    const isReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let since = performance.now();
    let steps = 0;
    let fault = "";
    while (steps < most && !(until && isLearned(state.reader.network, lessons))) {
      try {
        state = taught(state, rate, training);
      } catch (error) {
        fault = ` No further step is taken: ${messageOf(error)} Undo, forget, or choose a smaller learning rate.`;
        break;
      }
      if (!steps++) changes.remember(first);
      if (isReduced && performance.now() - since < NOT_IDLE) continue;
      changes.use(state);
      await new Promise(requestAnimationFrame);
      since = performance.now();
      if (run !== this.#run) return; // something else was done meanwhile
      if (this.#state !== state) {
        this.#running = false; // nor is it kept: a link may not have been followed to its end
        return;
      }
    }
    this.#running = false;
    if (steps) {
      changes.use(state); // without a step, not even the lesson: a link would not have it
      changes.keep();
    }
    const taken = steps === 1 ? "One step taken" : `${steps || "No"} steps taken`;
    const now = this.#state.reader.readInk(reading.outputs.input);
    const missed =
      until && !isLearned(state.reader.network, lessons) ? " It is not sure yet; other digits may contradict it." : "";
    const enough =
      until && !steps && !fault
        ? ` From ${percentage(SURE)} on, what is taught counts as read right, so there is nothing to do; take 10 steps to go on.`
        : "";
    const outcome = `${taken}: ${answerText(now)}, ${percentage(now.probabilities[label])} for ${label}.`;
    this.#say(`${outcome}${enough || fault || missed}`);
  }

  /**
   * The drawing as a link has it: its strokes, or, of an image or of one of several digits, the input.
   *
   * @param {Reading} reading
   */
  #code({ digits, outputs: { input } }) {
    const { image, strokes } = this.pad;
    return image || digits ? `i${encodeInput(input)}` : `d${encode(strokes)}`;
  }

  /** Take no more steps. */
  stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#run++;
    this.changes.keep();
  }

  /** @param {string} text */
  #say(text) {
    setText(this.status, text);
  }

  #show() {
    const { store, panel } = this;
    const reading = store.complete;
    if (!this.open) return;
    const label = this.#label;
    store.setLesson(label);
    find(panel, ".draw-first").hidden = Boolean(reading);
    press(this.labels, label ?? -1);
    press(this.rateButtons, this.rates.indexOf(this.rate));
    for (const button of findAll(panel, ".this-is button, [data-take]")) button.toggleAttribute("disabled", !reading);
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
    const isSure = probability > UNDISPUTED && label === reading.top[0][0];
    const nothing = isSure ? " To see a step, choose another digit." : "";
    says.textContent = shape
      ? "It is rejected for its shape, before the network is asked: no teaching changes that."
      : `${firstUpper(answerText(reading))}${which}; ${label} gets ${percentage(probability)}.${nothing}`;
  }

  /**
   * @param {Reading | null} reading
   * @param {number | null} label
   */
  #showLosses(reading, label) {
    const { reader, lessons, steps: taken } = this.#state;
    const losses = this.#state.losses.slice(stepsWithOthers(taken));
    const figure = find(this.panel, ".losses");
    const now = lessons.length ? lessons : reading && label !== null ? [{ ink: reading.outputs.input, label }] : [];
    const loss = now.length ? meanLoss(reader.network, now) : 0;
    const { points, last, highest } = lossCurve(now.length ? [...losses, loss] : losses);
    find(figure, "polyline", SVGElement).setAttribute("points", points);
    const marker = find(figure, "circle", SVGElement);
    marker.style.visibility = last ? "" : "hidden";
    for (const [i, name] of ["cx", "cy"].entries()) marker.setAttribute(name, String(last?.[i] ?? 0));
    const { length } = losses;
    find(figure, ".highest", SVGElement).textContent = last
      ? decimal(highest, highest < 1 ? 2 : highest < 10 ? 1 : 0)
      : "";
    find(figure, ".steps-taken", SVGElement).textContent = length ? String(length) : "";
    const steps = length ? ` after ${length} ${length === 1 ? "step" : "steps"}` : "";
    const what =
      now.length === 1
        ? `: negative logarithm of ${percentage(Math.exp(-loss))}, the share of ${now[0].label}`
        : `, the mean of ${now.length} drawings: negative logarithm of each one\u2019s share`;
    const words = now.length
      ? `Loss ${decimal(loss, 3)}${steps}${what} beside \u201cno digit\u201d, scores undivided.`
      : "Loss";
    const other = " The percentages above leave \u201cno digit\u201d out, and divide by the temperature.";
    const aside = now.length ? [element("span", { className: "of-percentages" }, other)] : [];
    find(figure, "figcaption").replaceChildren(words, ...aside);
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
        const caption = element("span", {}, `${lesson.label}: remove`);
        const button = element(
          "button",
          { type: "button", title: text, ariaLabel: text },
          thumbnail(lesson.ink),
          caption,
        );
        button.addEventListener("click", () => {
          this.stop();
          this.changes.use(withoutLesson(this.#state, lesson.code ?? ""));
          this.changes.keep();
        });
        return element("li", {}, button);
      }),
    );
  }

  #showKept() {
    const { panel } = this;
    const { result, value } = this.#digits;
    find(panel, ".kept").hidden = !result;
    if (!result || !value) return;
    const { before, now, forgotten, taught } = result;
    find(panel, ".kept-now").textContent = String(now);
    const isSame = now === before && !forgotten.length;
    find(panel, ".kept-before").textContent = isSame
      ? "as before."
      : `${before} before${now === before ? ", but not the same ones" : ""}.`;
    find(panel, ".kept-bar").style.setProperty("--kept", `${(100 * now) / OLD}%`);
    const key = forgotten.map((i) => `${i}:${taught[i]}`).join();
    if (key === this.#forgotten) return;
    this.#forgotten = key;
    const open = (/** @type {OpenImage} */ image) => this.pad.loadImage(image);
    find(panel, ".forgotten").replaceChildren(...forgottenDigits(value.test, forgotten, taught, open));
  }
}

/**
 * What a visitor will most likely say of a drawing that nobody knows: the digit that it is read as if that is sure, and
 * teaching confirms it; also the likeliest one if it is rejected, which is then what is wrong. Of an unsure answer the second
 * one, since it is a wrong answer that one goes to teach.
 *
 * @param {Pick<Reading, "digit" | "digits" | "top">} reading
 */
export function likelyLabel({ digit, digits, top: [[first, probability], [second]] }) {
  const isRejected = digit === null && !digits;
  return isRejected || probability >= UNDISPUTED ? first : second;
}

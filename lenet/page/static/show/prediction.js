// The prediction: one large digit, the three most likely digits as bars, whether the server has checked it, and a sentence
// for screen readers.
import { find, findAll } from "../dom.js";
import { percentage } from "./format.js";

/** @import { Store } from "../store.js" */

const MUTED = "Some maps or units are muted."; // also while the pad is blank: they stay muted
/** @type {Record<State, string>} */
const CHECKS = {
  live: "",
  checked: "Checked with PyTorch on the server.",
  alone: "Computed in your browser.",
  local: "Computed in your browser. Images are not sent.",
  overloaded: "Not checked: the server is busy. Retrying…",
  unchecked: "Not checked: cannot reach the server. Retrying…",
};

export class Prediction {
  #announced = "";
  #reported = "";

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   */
  constructor(root, store) {
    this.store = store;
    this.root = find(root, ".verdict");
    this.digit = find(root, ".digit");
    this.rows = findAll(root, ".top li").map((row) => ({
      row,
      name: find(row, ".name"),
      fill: find(row, ".bar span"),
      percent: find(row, ".percent"),
    }));
    this.reason = find(root, ".reason");
    this.check = find(root, ".check");
    this.notice = find(root, ".notice");
    this.announcement = find(root, ".announcement");
    store.addEventListener("reading", () => this.#show(store.reading));
    for (const event of ["state", "muted", "source"]) store.addEventListener(event, () => this.#showState());
    store.addEventListener("notice", () => {
      this.notice.textContent = store.notice;
    });
    store.addEventListener("announcement", (event) => this.#say(/** @type {CustomEvent} */ (event).detail));
    this.#show(null);
  }

  /**
   * Without a digit no percentages are shown.
   *
   * @param {Reading | null} reading
   */
  #show(reading) {
    const empty = !reading || reading.digit === null;
    this.#showReason(reading);
    this.root.classList.toggle("empty", empty && !reading?.number);
    this.digit.textContent = String(reading?.digit ?? reading?.number ?? "?");
    this.digit.classList.toggle("number", Boolean(reading?.number));
    this.digit.classList.toggle("long", (reading?.number ?? "").length > 2);
    this.rows.forEach(({ row, name, fill, percent }, i) => {
      const [digit, probability] = empty ? ["\u00a0", 0] : reading.top[i];
      name.textContent = String(digit);
      fill.style.transform = `scaleX(${probability})`;
      percent.textContent = empty ? "\u00a0" : percentage(probability);
      row.classList.toggle("unlikely", probability < 0.001);
    });
  }

  /**
   * While the pen moves, several digits are not read yet.
   *
   * @param {Reading | null} reading
   */
  #showReason(reading) {
    const { reason = null, digits = null, rejected = null } = reading ?? {};
    const waiting = reason === "several digits" && this.store.state === "live" && !this.store.source;
    if (rejected) this.reason.textContent = `Outside of the test, it would be rejected: ${rejected}.`;
    else if (digits) this.reason.textContent = inDigits(digits);
    else if (waiting) this.reason.textContent = "Several digits.";
    else this.reason.textContent = reason ? explanation(reason) : "";
  }

  #showState() {
    const { state, busy, reading, mutedMaps, source } = this.store;
    this.root.setAttribute("aria-busy", String(busy));
    this.#showReason(reading);
    const muted = mutedMaps.length ? MUTED : "";
    this.check.classList.toggle("muted-too", Boolean(muted));
    if (muted || (reading && source))
      this.check.textContent = [reading && source?.note, muted].filter(Boolean).join(" ");
    else this.check.textContent = reading ? CHECKS[state] : "";
    if (state !== "live") this.#announce(reading);
    else {
      this.#reported = "";
      if (source) this.#say(""); // what a slider shows is the slider's text; an earlier sentence is about something else
    }
  }

  /**
   * Announce the reading to screen readers: once the pen rests, not after every move, and not again when the server
   * confirms it, by when the user may have gone on to something else.
   *
   * @param {Reading | null} reading
   */
  #announce(reading) {
    const text = reading ? sentence(reading) : "";
    if (text && text === this.#reported) return;
    this.#reported = text;
    if (text) this.#say(text);
    else if (["overloaded", "unchecked"].includes(this.store.state)) this.#say(""); // an earlier sentence would be about another drawing
  }

  /** @param {string} text */
  #say(text) {
    if (text === this.#announced) return;
    this.#announced = text;
    this.announcement.textContent = text;
  }
}

/** @param {Reading} reading */
function sentence(reading) {
  if (reading.digits) return `Number: ${reading.number}. ${inDigits(reading.digits)}`;
  if (reading.digit === null) return explanation(reading.reason ?? "rejected");
  const top = reading.top.map(([digit, p]) => `${digit}, ${percentage(p)}`).join("; ");
  return `Prediction: ${reading.digit}. Most likely digits: ${top}.`;
}

/** @param {DigitProbability[]} digits */
function inDigits(digits) {
  return `Several digits, read one by one: ${digits.map(([digit, p]) => `${digit} (${percentage(p)})`).join(", ")}.`;
}

/** @type {Record<string, string>} */
const EXPLANATIONS = {
  blank: "No digit: the image is blank.",
  "too little ink": "No digit: only a dot or a filled shape.",
  "several digits": "Several digits, but not sure which.",
  "not a digit": "Not recognized as a digit.",
};

/** @param {string} reason */
function explanation(reason) {
  return EXPLANATIONS[reason] ?? `No digit: ${reason}.`;
}

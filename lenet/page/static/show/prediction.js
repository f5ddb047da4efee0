// The prediction: one large digit and, always, the three most likely ones; whether the server has checked it, and a sentence
// for screen readers.
import { find, findAll, setProperty, setText } from "../dom.js";
import { firstUpper, percentage, reasonText } from "./format.js";

/** @import { Store } from "../store.js" */

const MUTED = "Some maps or units are switched off."; // also while the pad is blank: they stay so
/** @type {Record<State, string>} */
export const CHECKS = {
  live: "",
  checked: "Checked with PyTorch on the server.",
  alone: "Computed in your browser.",
  local: "Computed in your browser. Images are not sent.",
  example: "An example. Draw your own.",
  overloaded: "Not checked: the server is busy. Retrying…",
  unchecked: "Not checked: cannot reach the server. Retrying…",
};

export class Prediction {
  #announced = "";
  #reported = "";

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Record<State, string>} checks
   */
  constructor(root, store, checks = CHECKS) {
    this.store = store;
    this.checks = checks;
    this.root = find(root, ".verdict");
    this.digit = find(root, ".digit");
    this.how = find(root, ".how");
    this.rows = findAll(root, ".top li").map((row) => ({
      row,
      name: find(row, ".name"),
      percent: find(row, ".percent"),
    }));
    this.reason = find(root, ".reason");
    this.check = find(root, ".check");
    this.notice = find(root, ".notice");
    this.announcement = find(root, ".announcement");
    for (const event of ["reading", "network"]) store.addEventListener(event, () => this.#show(store.reading));
    for (const event of ["state", "muted", "source"]) store.addEventListener(event, () => this.#showState());
    store.addEventListener("notice", () => {
      setText(this.notice, store.notice);
    });
    store.addEventListener("announcement", (event) => this.#say(/** @type {CustomEvent} */ (event).detail));
    this.#show(null);
  }

  /**
   * The most likely digits of what is rejected, too, and of blank paper.
   *
   * @param {Reading | null} reading
   */
  #show(reading) {
    this.#showReason(reading);
    const text = String(reading?.digit ?? reading?.number ?? "?");
    this.root.classList.toggle("empty", text === "?");
    setText(this.digit, text);
    setProperty(this.root, "--digits", String(text.length));
    const { blank } = this.store;
    const likely = reading ?? blank;
    setText(this.how, likely ? howSure(reading, this.store.source?.isChanged) : "\u00a0");
    const ranks = reading?.numbers ?? likely?.top ?? [];
    this.rows.forEach(({ row, name, percent }, i) => {
      const [digit, probability] = ranks[i] ?? ["\u00a0", 0];
      setText(name, String(digit));
      setText(percent, i in ranks ? percentage(probability) : "\u00a0");
      setProperty(row, "--probability", probability.toFixed(4));
      setProperty(row, "visibility", i in ranks ? "" : "hidden"); // of two digits there is no third
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
    if (rejected) setText(this.reason, `Outside of the test, it would be rejected: ${reasonText(rejected)}.`);
    else if (digits)
      setText(this.reason, "Several digits, read one by one."); // each is below, with its probability
    else if (waiting) setText(this.reason, "Several digits.");
    else setText(this.reason, reason ? explanation(reason) : "");
  }

  #showState() {
    const { state, busy, reading, mutedMaps, source, changed, note } = this.store;
    this.root.setAttribute("aria-busy", String(busy));
    this.#showReason(reading);
    const muted = mutedMaps.length ? MUTED : "";
    this.check.classList.toggle("muted-too", Boolean(muted));
    this.check.classList.toggle("of-change", Boolean(muted || (reading && (changed || source?.isChanged))));
    if (muted || (reading && note)) setText(this.check, [reading && note, muted].filter(Boolean).join(" "));
    else setText(this.check, reading ? this.checks[state] : "");
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
    const text = reading && this.store.state !== "example" ? sentence(reading) : "";
    if (text && text === this.#reported) return;
    this.#reported = text;
    if (text) this.#say(text);
    else if (["overloaded", "unchecked"].includes(this.store.state)) this.#say(""); // an earlier sentence would be about another drawing
  }

  /** @param {string} text */
  #say(text) {
    if (text === this.#announced) return;
    this.#announced = text;
    setText(this.announcement, text);
  }
}

/**
 * What the percentages are of.
 *
 * @param {Reading | null} reading
 */
function howSure(reading, isChanged = false) {
  if (!reading) return "blank; at best";
  if (reading.digits) return `${reading.digits.length} digits; most likely`;
  if (isChanged) return reading.digit === null ? "changed; no digit" : "changed input";
  return reading.digit === null ? "no digit; at best" : "most likely";
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

const SAY_ALL = new Set(["several digits", "not a digit"]); // the words for which say that there is no digit

/** @param {string} reason */
function explanation(reason) {
  return SAY_ALL.has(reason) ? `${firstUpper(reasonText(reason))}.` : `No digit: ${reasonText(reason)}.`;
}

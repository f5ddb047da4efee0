// The prediction: one large digit, the three most likely digits as bars, whether the server has checked it, and a sentence
// for screen readers.
import { percentage } from "./format.js";

const MUTED = "Some maps or units are muted.";

export class Prediction {
  #announced = "";
  #reported = "";

  constructor(root, store) {
    this.store = store;
    this.root = root.querySelector(".verdict");
    this.digit = root.querySelector(".digit");
    this.rows = [...root.querySelectorAll(".top li")].map((row) => ({
      row,
      name: row.querySelector(".name"),
      fill: row.querySelector(".bar span"),
      percent: row.querySelector(".percent"),
    }));
    this.reason = root.querySelector(".reason");
    this.check = root.querySelector(".check");
    this.notice = root.querySelector(".notice");
    this.announcement = root.querySelector(".announcement");
    store.addEventListener("reading", () => this.#show(store.reading));
    for (const event of ["state", "muted", "source"]) store.addEventListener(event, () => this.#showState());
    store.addEventListener("notice", () => {
      this.notice.textContent = store.notice;
    });
    store.addEventListener("announcement", ({ detail }) => this.#say(detail));
    this.#show(null);
  }

  /** Without a digit no percentages are shown. */
  #show(reading) {
    const empty = !reading || reading.digit === null;
    this.#showReason(reading);
    this.root.classList.toggle("empty", empty && !reading?.number);
    this.digit.textContent = reading?.digit ?? reading?.number ?? "?";
    this.digit.classList.toggle("number", Boolean(reading?.number));
    this.digit.classList.toggle("long", reading?.number?.length > 2);
    this.rows.forEach(({ row, name, fill, percent }, i) => {
      const [digit, probability] = empty ? ["\u00a0", 0] : reading.top[i];
      name.textContent = digit;
      fill.style.transform = `scaleX(${probability})`;
      percent.textContent = empty ? "\u00a0" : percentage(probability);
      row.classList.toggle("unlikely", probability < 0.001);
    });
  }

  /** While the pen moves, several digits are not read yet. */
  #showReason(reading) {
    const { reason, number, digits } = reading ?? {};
    const waiting = reason === "several digits" && this.store.state === "live";
    this.reason.textContent = number
      ? inDigits(digits)
      : waiting
        ? "Several digits."
        : reason
          ? explanation(reason)
          : "";
  }

  #showState() {
    const { state, busy, reading, unmuted, source } = this.store;
    this.root.setAttribute("aria-busy", busy);
    this.#showReason(reading);
    this.check.textContent = !reading
      ? ""
      : source || unmuted
        ? [source?.note, unmuted && MUTED].filter(Boolean).join(" ")
        : {
            live: "",
            checked: "Checked with PyTorch on the server.",
            alone: "Computed in your browser.",
            overloaded: "Not checked: the server is busy. Retrying…",
            unchecked: "Not checked: cannot reach the server. Retrying…",
          }[state];
    if (state === "live") this.#reported = "";
    else this.#announce(reading);
  }

  /**
   * Announce the reading to screen readers: once the pen rests, not after every move, and not again when the server
   * confirms it, by when the user may have gone on to something else.
   */
  #announce(reading) {
    const text = reading ? sentence(reading) : "";
    if (text && text === this.#reported) return;
    this.#reported = text;
    if (text) this.#say(text);
    else if (["overloaded", "unchecked"].includes(this.store.state)) this.#say(""); // an earlier sentence would be about another drawing
  }

  #say(text) {
    if (text !== this.#announced) this.announcement.textContent = this.#announced = text;
  }
}

function sentence(reading) {
  if (reading.number) return `Number: ${reading.number}. ${inDigits(reading.digits)}`;
  if (reading.digit === null) return explanation(reading.reason);
  const top = reading.top.map(([digit, p]) => `${digit}, ${percentage(p)}`).join("; ");
  return `Prediction: ${reading.digit}. Most likely digits: ${top}.`;
}

function inDigits(digits) {
  return `Several digits, read one by one: ${digits.map(([digit, p]) => `${digit} (${percentage(p)})`).join(", ")}.`;
}

const EXPLANATIONS = {
  blank: "No digit: the image is blank.",
  "too little ink": "No digit: only a dot or a filled shape.",
  "several digits": "Several digits, but not sure which.",
  "not a digit": "Not recognized as a digit.",
};

function explanation(reason) {
  return EXPLANATIONS[reason] ?? `No digit: ${reason}.`;
}

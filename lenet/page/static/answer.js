// The answer: one large digit, the three likeliest as bars, and a sentence for screen readers.
export class Answer {
  #last = "";

  constructor(root) {
    this.root = root.querySelector(".verdict");
    this.digit = root.querySelector(".digit");
    this.rows = [...root.querySelectorAll(".top li")].map((row) => ({
      name: row.querySelector(".name"),
      fill: row.querySelector(".bar span"),
      percent: row.querySelector(".percent"),
    }));
    this.reason = root.querySelector(".reason");
    this.announcement = root.querySelector(".announcement");
    this.show(null);
  }

  /** `reading` as the server sends it, or null for a blank pad. Where there is no digit there are no percentages. */
  show(reading) {
    const empty = !reading || reading.digit === null;
    this.reason.textContent = reading?.reason ? noDigit(reading.reason) : "";
    this.root.classList.toggle("empty", empty);
    this.digit.textContent = reading?.digit ?? "?";
    this.rows.forEach(({ name, fill, percent }, i) => {
      const [digit, probability] = empty ? ["\u00a0", 0] : reading.top[i];
      name.textContent = digit;
      fill.style.transform = `scaleX(${probability})`;
      percent.textContent = empty ? "\u00a0" : percentage(probability);
    });
  }

  busy(busy) { this.root.setAttribute("aria-busy", busy); }

  /** Say the answer to a screen reader: once the pen rests, not at every move. */
  announce(reading) {
    const text = sentence(reading);
    if (text !== this.#last) this.announcement.textContent = this.#last = text;
  }
}

function sentence(reading) {
  if (!reading) return "";
  const likely = reading.top.map(([digit, p]) => `${digit}, ${percentage(p)}`).join("; ");
  return reading.digit === null ? noDigit(reading.reason) : `Reads ${reading.digit}. Likeliest: ${likely}.`;
}

const REASONS = {
  "blank": "No digit: the picture is blank.",
  "too little ink": "No digit yet: a dot or a blot, but no lines.",
  "several digits": "Several digits: LeNet-5 reads one at a time.",
  "not a digit": "Not a digit, as far as LeNet-5 can tell.",
};

function noDigit(reason) {
  return REASONS[reason] ?? `No digit: ${reason}.`;
}

/** One decimal, and never more certain than the network is. */
export function percentage(p) {
  if (p > 0.999) return "> 99.9 %";
  if (p < 0.001) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

// The prediction: one large digit, the three most likely digits as bars, and a sentence for screen readers.
export class Prediction {
  #announced = "";

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

  /** `reading` as sent by the server, or null if the pad is blank. Without a digit no percentages are shown. */
  show(reading) {
    const empty = !reading || reading.digit === null;
    this.reason.textContent = reading?.reason ? explanation(reading.reason) : "";
    this.root.classList.toggle("empty", empty);
    this.digit.textContent = reading?.digit ?? "?";
    this.rows.forEach(({ name, fill, percent }, i) => {
      const [digit, probability] = empty ? ["\u00a0", 0] : reading.top[i];
      name.textContent = digit;
      fill.style.transform = `scaleX(${probability})`;
      percent.textContent = empty ? "\u00a0" : percentage(probability);
    });
  }

  setBusy(busy) { this.root.setAttribute("aria-busy", busy); }

  /** Announce the reading to screen readers: once the pen is up, not after every move. */
  announce(reading) {
    const text = sentence(reading);
    if (text !== this.#announced) this.announcement.textContent = this.#announced = text;
  }
}

function sentence(reading) {
  if (!reading) return "";
  if (reading.digit === null) return explanation(reading.reason);
  const top = reading.top.map(([digit, p]) => `${digit}, ${percentage(p)}`).join("; ");
  return `Prediction: ${reading.digit}. Most likely digits: ${top}.`;
}

const EXPLANATIONS = {
  "blank": "No digit: the image is blank.",
  "too little ink": "No digit yet: only a dot.",
  "several digits": "Several digits: LeNet-5 reads one at a time.",
  "not a digit": "Not recognised as a digit.",
};

function explanation(reason) {
  return EXPLANATIONS[reason] ?? `No digit: ${reason}.`;
}

/** With one decimal; never rounded to 0 or 100 %. */
export function percentage(p) {
  if (p > 0.999) return "> 99.9 %";
  if (p < 0.001) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

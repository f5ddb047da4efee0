// A tally of one's own digits: how many the page has read right, and what that says.
import { element, setText } from "../dom.js";
import { addChoices } from "../explore/choices.js";
import { percentage } from "../show/format.js";
import { statusLine } from "./parts.js";
import { keep, kept, wilson } from "./tally.js";

// Ways of writing that are rare where MNIST comes from, on a pad whose side is 280. The first is misread: its hook is
// flatter than those of the rare digits that were added to the training.
const TRIES = Object.entries({
  "a 1 with a flat hook": "70,84 154,42 154,238",
  "a 1 with hook and base": "88,100 146,40 146,240|92,240 200,240",
  "a 7 with a bar": "70,46 212,46 120,244|98,148 198,148",
});
const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

/**
 * @param {HTMLElement} parent
 * @param {Context} context
 * @returns {Mounted}
 */
export function mountTally(parent, { store, pad, confusion }) {
  const stop = new AbortController();
  let tally = kept();
  let isCounted = false; // the drawing on the pad
  const question = statusLine("asked");
  const tries = TRIES.map(([name, strokes]) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => pad.load(strokes.split("|").map(stroke)));
    return button;
  });
  const right = element("button", { type: "button" }, "right");
  const wrong = element("button", { type: "button", ariaExpanded: "false" }, "wrong, it is a \u2026");
  const labels = element("p", { className: "chips its-label", ariaLabel: "What it is" });
  labels.role = "group";
  labels.hidden = true;
  addChoices(labels, DIGITS, (digit) => count(digit === store.reading?.digit));
  const result = statusLine("result-of-tally");
  const again = element("button", { type: "button" }, "Start again");
  const bar = element("div", { className: "interval" }, element("span", {}), element("i", {}));
  const body = element(
    "div",
    { className: "tally" },
    question,
    element("p", { className: "chips" }, right, wrong),
    labels,
    result,
    bar,
    element("p", { className: "chips" }, again),
    element("p", { className: "remark" }, "The tally stays in this browser."),
    element("p", { className: "chips" }, element("span", { className: "of-chips" }, "Draw for me:"), ...tries),
  );
  parent.append(body);

  right.addEventListener("click", () => count(true));
  wrong.addEventListener("click", () => {
    labels.hidden = !labels.hidden;
    wrong.ariaExpanded = String(!labels.hidden);
  });
  again.addEventListener("click", () => {
    tally = { right: 0, wrong: 0 };
    keep(tally);
    update();
  });
  const isNew = () => {
    isCounted = false;
    update();
  };
  pad.addEventListener("new", isNew, { signal: stop.signal });

  /** @param {boolean} isRight */
  function count(isRight) {
    if (isCounted || !own()) return;
    tally = { right: tally.right + Number(isRight), wrong: tally.wrong + Number(!isRight) };
    keep(tally);
    isCounted = true;
    labels.hidden = true;
    wrong.ariaExpanded = "false";
    update();
  }

  /** The reading of what is on the pad: not of an example, or of a changed drawing, that a figure shows. */
  function own() {
    return store.source?.isChanged ? null : store.reading;
  }

  function update() {
    const reading = own();
    const number = reading?.number ?? reading?.digit ?? null;
    const read = number === null ? "The page rejects it" : `The page reads ${number}`;
    const asked = `${read}. Is that right?`;
    setText(
      question,
      !reading
        ? store.source?.isChanged
          ? "What is shown is not the drawing on your pad."
          : "Draw a digit, then say whether it was read right."
        : isCounted
          ? "Counted. Clear the pad, and draw the next one."
          : asked,
    );
    for (const button of [right, wrong]) button.disabled = !reading || isCounted;
    right.disabled ||= number === null; // of a drawing that is no digit there is nothing to count
    const { right: good, wrong: bad } = tally;
    const all = good + bad;
    again.disabled = !all;
    bar.hidden = !all;
    const [low, high] = wilson(bad, all);
    const words = `${good} of ${all} right: ${percent(bad / all)} are misread. From so many, the true share is likely to be between ${percent(low)} and ${percent(high)} (95 %).`;
    setText(result, `${all ? words : "Nothing is counted yet."}${test()}`);
    bar.style.setProperty("--low", String(low));
    bar.style.setProperty("--high", String(high));
    bar.style.setProperty("--share", String(bad / Math.max(1, all)));
  }

  /** The error of the test. */
  function test() {
    if (!confusion) return "";
    const all = confusion.flat().reduce((a, b) => a + b, 0);
    const correct = confusion.reduce((sum, row, i) => sum + row[i], 0);
    const share = `${(100 * (1 - correct / all)).toFixed(2)} %`;
    return ` Of the ${all.toLocaleString("en")} test digits of MNIST, the network misreads ${share}.`;
  }

  return {
    update,
    remove: () => {
      stop.abort();
      body.remove();
    },
  };
}

/** @param {number} share */
function percent(share) {
  return share === 0 ? "0 %" : share === 1 ? "100 %" : percentage(share);
}

/**
 * @param {string} text points as in SVG
 * @returns {Stroke}
 */
function stroke(text) {
  const points = text.split(" ").map((point) => /** @type {[number, number]} */ (point.split(",").map(Number)));
  return { width: 20, points };
}

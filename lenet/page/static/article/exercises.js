// Exercises: the reader predicts, and the page computes what it is then. What has been answered is kept in this browser.

import { element, find } from "../dom.js";
import { messageOf } from "../server.js";
import { decimal } from "../show/format.js";
import { paint } from "../show/palette.js";
import { nearness, numberIn } from "./guess.js";

/** @import { Answer } from "./checks.js" */

/**
 * An exercise as the server describes it: `lenet.page.article.exercises`.
 *
 * @typedef {object} Asked
 * @property {string} name
 * @property {string} check
 * @property {FigureSettings} settings
 * @property {"choice" | "number" | "map" | "digit"} answer
 * @property {Record<string, string>} options HTML of each outcome
 * @property {number} tolerance
 * @property {number} within
 * @property {string} unit
 * @property {string} why HTML
 * @property {import("./slot.js").Given | null} shows
 * @property {boolean} isOfDrawing whether the answer depends on the drawing
 * @property {string} draw what is to be drawn first; "" if any drawing will do
 * @property {string} meant what is asked about the drawing, which only the reader knows; "" if nothing is
 */

const KEY = "lenet.read";
const SLOW = ["errors-after", "fewer-errors"]; // checks for which a network is trained

/** Which exercises have been tried, and which are right. */
export class Progress {
  /** @type {Record<string, "right" | "tried">} */
  #kept = {};

  /** @param {string[]} names of all exercises: SECTION.EXERCISE */
  constructor(names) {
    this.names = names;
    this.element = element("p", { className: "article-progress", attributes: { role: "status" } });
    this.#load();
    this.#show();
  }

  #load() {
    try {
      this.#kept = { ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
    } catch {
      // no storage, as in a private window, or something else in it
    }
  }

  /** @param {string} name */
  of(name) {
    return this.#kept[name] ?? "";
  }

  /**
   * What was right once stays so.
   *
   * @param {string} name
   * @param {boolean} isRight
   */
  keep(name, isRight) {
    this.#load(); // another tab may have kept something meanwhile
    if (this.#kept[name] !== "right") this.#kept = { ...this.#kept, [name]: isRight ? "right" : "tried" };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // no storage, or no room in it
    }
    this.#show();
  }

  #show() {
    const right = this.names.filter((name) => this.#kept[name] === "right").length;
    this.element.textContent = `${right} of ${this.names.length} right`;
  }
}

export class Exercise {
  /** @type {AbortController | null} while it is computed */
  #stop = null;
  /** @type {number | null} the drawing on the pad when the question was first seen */
  #first = null;
  /** @type {{ drawing: number, network: number | undefined } | null} what the verdict is about */
  #judged = null;

  /**
   * `show` shows a figure in the section.
   *
   * @param {HTMLElement} box
   * @param {Asked} asked
   * @param {string} section
   * @param {Context} context
   * @param {Progress} progress
   * @param {(given: import("./slot.js").Given) => void} show
   */
  constructor(box, asked, section, context, progress, show) {
    this.element = box;
    this.asked = asked;
    this.name = `${section}.${asked.name}`;
    this.context = context;
    this.progress = progress;
    this.show = show;
    this.result = element("div", { className: "result", attributes: { role: "status" } });
    this.predict = element(
      "button",
      { type: "submit", className: "start" },
      SLOW.includes(asked.check) ? "Predict, and train for a minute" : "Predict",
    );
    this.cancel = element("button", { type: "button", hidden: true }, "Cancel");
    this.cancel.addEventListener("click", () => this.stop());
    this.bar = element("progress", { max: 1, value: 0, hidden: true });
    this.form = element(
      "form",
      { noValidate: true },
      element(
        "fieldset",
        { className: SLOW.includes(asked.check) ? "slow" : "" },
        this.#question(),
        this.#choices(),
        ...this.#meant(),
        element("p", { className: "doings" }, this.predict, this.cancel, this.bar),
      ),
      this.result,
    );
    const { pad, store } = context;
    pad.addEventListener("change", () => this.#outdate());
    store.addEventListener("source", () => this.#outdate()); // the network may have been taught
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer();
    });
    box.replaceChildren(this.form);
    box.dataset.state = progress.of(this.name);
    this.update();
  }

  /** The pictures of the maps are of the present drawing. */
  update() {
    const { asked, context } = this;
    const reading = context.store.reading ?? context.store.blank;
    if (asked.answer !== "map" || !reading || !context.store.network || !this.element.getClientRects().length) return;
    const layer = String(asked.settings.layer);
    const [, rows, columns] = context.store.network.shape(layer);
    const values = reading.outputs[layer];
    for (const [map, canvas] of this.form.querySelectorAll("canvas").entries()) {
      if (canvas.width !== columns) [canvas.width, canvas.height] = [columns, rows];
      paint(canvas, values.subarray(map * rows * columns, (map + 1) * rows * columns), 1);
    }
  }

  /** The question is seen. */
  ask() {
    this.#first ??= this.context.pad.version;
  }

  /** It is the one that a link leads to. */
  point() {
    this.element.classList.add("pointed-at");
    this.form.addEventListener("focusin", () => this.element.classList.remove("pointed-at"), { once: true });
  }

  #question() {
    const question = find(this.element, "p");
    return element("legend", {}, ...question.childNodes);
  }

  #choices() {
    const { answer, options, unit, settings } = this.asked;
    const choice = (/** @type {string} */ value, /** @type {(Node | string)[]} */ ...words) =>
      element("label", {}, element("input", { type: "radio", name: this.name, value }), element("span", {}, ...words));
    if (answer === "choice") {
      const choices = Object.entries(options).map(([value, html]) => choice(value, fragment(html)));
      return element("div", { className: "choices-of-exercise of-choice" }, ...choices);
    }
    if (answer === "number") {
      const field = element("input", {
        type: "text",
        inputMode: "decimal",
        name: this.name,
        autocomplete: "off",
        ariaLabel: "Your prediction",
      });
      const near = element("span", { className: "nearness" }, nearness(this.asked));
      return element("p", { className: "number-of-exercise" }, field, unit ? ` ${unit}` : "", near);
    }
    const count = answer === "digit" ? 10 : (this.context.reader.network.shape(String(settings.layer))[0] ?? 0);
    const choices = Array.from({ length: count }, (_, i) =>
      answer === "digit"
        ? choice(String(i), String(i))
        : choice(
            String(i),
            element("canvas", { width: 1, height: 1, attributes: { "aria-hidden": "true" } }),
            `map ${i}`,
          ),
    );
    return element("div", { className: `choices-of-exercise of-${answer}` }, ...choices);
  }

  /** What only the reader knows of the drawing. */
  #meant() {
    const { meant } = this.asked;
    if (!meant) return [];
    const field = element("input", { type: "text", name: "meant", autocomplete: "off", maxLength: 20 });
    return [element("label", { className: "meant" }, `${meant} `, field)];
  }

  /** What the reader says; null, after a sentence that says so, if that is nothing, or not yet of use. */
  #guess() {
    const { answer, draw, meant } = this.asked;
    if (draw && this.context.pad.version === this.#first) return this.#refuse(draw);
    if (meant && !this.#field("meant")) return this.#refuse("Say first what you have drawn.");
    const value = this.#field(this.name);
    if (answer === "choice") return value || this.#refuse("Choose one of the answers first.");
    if (answer !== "number") return value ? Number(value) : this.#refuse("Choose one first.");
    return numberIn(value) ?? this.#refuse("Type a number first.");
  }

  /** @param {string} name */
  #field(name) {
    return String(new FormData(this.form).get(name) ?? "").trim();
  }

  /** Compute no more. */
  stop() {
    this.#stop?.abort();
  }

  /** What a verdict is about, if it depends on that. */
  #present() {
    const { pad, store } = this.context;
    return { drawing: pad.version, network: this.asked.settings.network ? undefined : store.changed?.version };
  }

  /** What was said is about another drawing, or another network, than there is now. */
  #outdate() {
    if (!this.asked.isOfDrawing || this.#stop) return;
    if (!this.#judged)
      this.result.replaceChildren(); // it asked for a drawing, perhaps
    else {
      const { drawing, network } = this.#present();
      const isOther = drawing !== this.#judged.drawing;
      if (!isOther && network === this.#judged.network) return;
      const words = isOther ? "For an earlier drawing: " : "For the network as it was: ";
      this.result.dataset.of = words;
      find(this.result, ".of-what").textContent = words;
    }
  }

  /** @param {string} sentence */
  #refuse(sentence) {
    this.#judged = null;
    delete this.result.dataset.right;
    this.result.replaceChildren(element("p", {}, sentence));
    return null;
  }

  async #answer() {
    const { asked, context, name, progress } = this;
    if (this.#stop) return;
    const guess = this.#guess();
    if (guess === null) return;
    const stop = new AbortController();
    this.#stop = stop;
    const judged = this.#present();
    this.#setBusy(true);
    try {
      const { check } = await context.loadChecks().catch(() => {
        throw new Error("What checks this cannot be loaded. Check the connection, and try again.");
      });
      const { answer, right, remark } = await check(context, asked, guess, {
        meant: this.#field("meant"),
        signal: stop.signal,
        progress: (share) => {
          this.bar.value = share;
        },
        say: (text) => this.#refuse(text),
      });
      progress.keep(name, right);
      this.element.dataset.state = progress.of(name);
      this.#reveal(guess, answer, right, remark);
      this.#judged = judged;
    } catch (error) {
      this.#refuse(messageOf(error));
    }
    this.#stop = null;
    this.#setBusy(false);
    if (this.#judged) this.#outdate(); // one may have drawn meanwhile
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.predict.disabled = isBusy;
    this.cancel.hidden = this.bar.hidden = !(isBusy && SLOW.includes(this.asked.check));
    if (isBusy) this.#refuse("Computing\u2026");
  }

  /**
   * @param {string | number} guess
   * @param {Answer} answer
   * @param {boolean} right
   * @param {string} remark
   */
  #reveal(guess, answer, right, remark) {
    const { shows, why } = this.asked;
    const verdict = element("b", {}, right ? "Right." : "Not so.");
    const found = element(
      "p",
      {},
      verdict,
      " You said ",
      this.#words(guess),
      "; the page finds ",
      this.#words(answer),
      ".",
    );
    if (remark) found.append(` ${remark}`);
    found.prepend(element("span", { className: "of-what" }));
    this.result.replaceChildren(found, element("p", {}, fragment(why)));
    delete this.result.dataset.of;
    this.result.dataset.right = String(right);
    if (!shows) return;
    const button = element("button", { type: "button" }, "Show it");
    button.addEventListener("click", () => this.show(shows));
    this.result.append(button);
  }

  /**
   * A guess or an answer in words; of several that are all right, all.
   *
   * @param {Answer} answer
   * @returns {Node}
   */
  #words(answer) {
    const { answer: kind, options, unit } = this.asked;
    if (kind === "choice") return fragment(options[String(answer)]);
    if (Array.isArray(answer)) return document.createTextNode(answer.join(" or "));
    const number = Number(answer);
    const text = Number.isInteger(number) ? number.toLocaleString("en") : decimal(number, 2);
    return document.createTextNode(kind === "map" ? `map ${text}` : unit ? `${text} ${unit}` : text);
  }
}

/**
 * Words that the server has written, as HTML.
 *
 * @param {string} html
 */
function fragment(html) {
  return document.createRange().createContextualFragment(html);
}

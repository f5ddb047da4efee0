// One figure by itself, with the pad and the answer beside it: on a projector, and in somebody else's page.
import { element } from "../dom.js";
import { messageOf } from "../server.js";
import { onThemeChange } from "../theme.js";

/**
 * @import { Article } from "./article.js"
 * @import { Loan } from "./loan.js"
 */

/**
 * A figure of the article, the panel of a mode with what is set in the explorer, or, with neither, the whole network.
 *
 * @typedef {{ figure?: string, settings?: FigureSettings, mode?: string }} Shown
 */

export class Single {
  /** @type {Loan[]} */
  #loans = [];
  /** @type {Mounted | null} */
  #mounted = null;
  #giveBack = () => {};
  #isOpen = false;
  #wasHidden = /** @type {HTMLElement["hidden"]} */ (true);
  /** @type {"single" | "network" | ""} */
  #view = "";

  /**
   * @param {Article} article
   * @param {string} use what it is for, for the style sheet
   */
  constructor({ context, place, tools }, use) {
    const { root, store } = context;
    this.context = context;
    this.place = place;
    this.tools = tools;
    const lent = () => element("div", { className: "lent" });
    this.places = { ".pad": lent(), ".answer": lent(), ".tools": lent(), ".messages": lent() };
    this.side = element("div", { className: "single-side" }, ...Object.values(this.places));
    this.stage = element("div", { className: "single-stage" });
    this.element = element("div", { className: `single for-${use}` }, this.side, this.stage);
    const update = () => {
      if (this.#isOpen) this.#mounted?.update();
    };
    for (const event of ["reading", "state", "network"]) store.addEventListener(event, update);
    onThemeChange(root, update);
  }

  get isOpen() {
    return this.#isOpen;
  }

  open() {
    const { root, store } = this.context;
    this.#isOpen = true;
    this.#wasHidden = this.place.hidden;
    this.place.hidden = false;
    this.place.append(this.element);
    const { sliders, unit, pinned } = store;
    this.before = { sliders, unit: pinned ? unit : null };
    root.dataset.alone = this.element.className; // which the style sheet goes by, before anything is laid out
    this.#setView("single");
    this.#giveBack = this.tools.leaveExplorer(store);
  }

  /** @param {Shown} shown */
  show({ figure, settings = {}, mode }) {
    const { context, stage } = this;
    this.#remove();
    this.#setView(figure || mode ? "single" : "network");
    stage.scrollTo(0, 0);
    try {
      if (figure) {
        const inner = element("div", { className: "figure-stage" });
        stage.append(element("figure", { dataset: { figure } }, inner));
        this.#mounted = this.tools.mountOf(figure, settings)(inner, context, settings);
      } else if (mode) {
        this.#mounted = this.tools.borrow(stage, context, mode, this.before?.sliders);
        if (mode === "inspect" && this.before?.unit) context.store.pin(this.before.unit);
      }
      this.#mounted?.update();
    } catch (error) {
      console.error(error);
      stage.append(element("p", {}, messageOf(error)));
    }
  }

  /** Leave everything as it was before. */
  close() {
    if (!this.#isOpen) return;
    const { root } = this.context;
    this.#remove();
    this.#isOpen = false;
    this.element.remove();
    this.place.hidden = this.#wasHidden;
    delete root.dataset.alone;
    this.#setView("");
    this.#giveBack();
  }

  /**
   * In the network pad and answer stand where they do on the page; beside a figure they are lent.
   *
   * @param {"single" | "network" | ""} view
   */
  #setView(view) {
    const { root } = this.context;
    if (view === this.#view) return;
    this.#view = view;
    for (const loan of this.#loans.reverse()) loan.end();
    this.#loans = view === "single" ? this.tools.lend(root, this.places) : [];
    if (view) root.dataset.view = view;
    else delete root.dataset.view;
    dispatchEvent(new Event("resize")); // the figure is laid out again, or forgets where it has put the pad
  }

  #remove() {
    this.#mounted?.remove();
    this.#mounted = null;
    this.stage.replaceChildren();
  }
}

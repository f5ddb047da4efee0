// The place of a figure in a section. A figure of the article itself stays, once it has been near the window, and follows
// the pen while it is there. One that borrows a panel of the explorer does so in the section that is read; in others a
// picture of it stands in its place.
import { element, find } from "../dom.js";
import { messageOf } from "../server.js";
import { borrows, MORE, mountOf } from "./figures.js";
import { stillOf } from "./loan.js";

/** @typedef {{ figure: string, settings: FigureSettings }} Given */

export class Slot {
  /** @type {Mounted | null} */
  #mounted = null;
  #isRead = false;
  /** @type {Reading | null | undefined} that the picture is of, if there is one */
  #pictured;
  #isNear = false;
  /** @type {() => void} called when somebody has opened another figure here, which has to be seen then */
  opened = () => {};
  /** @type {Given} */
  #given;

  /**
   * @param {HTMLElement} figure
   * @param {Context} context
   */
  constructor(figure, context) {
    this.figure = figure;
    this.context = context;
    this.own = { figure: figure.dataset.figure ?? "", settings: JSON.parse(figure.dataset.settings ?? "{}") };
    this.#given = this.own;
    this.stage = element("div", { className: "figure-stage" });
    this.caption = find(figure, "figcaption");
    this.back = element(
      "button",
      { type: "button", className: "own-figure", hidden: true },
      "Back to the first figure",
    );
    this.back.addEventListener("click", () => this.#open(this.own));
    figure.prepend(this.stage);
    figure.append(this.back);
    this.#wait();
  }

  /**
   * Show a figure, by default the section's own.
   *
   * @param {Given} given
   */
  show(given = this.own) {
    if (given === this.#given) return;
    this.#remove();
    this.#pictured = undefined;
    this.#given = given;
    const isOwn = given === this.own;
    this.caption.hidden = !isOwn; // which is about the section's own
    this.back.hidden = isOwn;
    this.#mount();
  }

  /** @param {Given} given */
  #open(given) {
    this.show(given);
    this.opened();
  }

  /**
   * Figures that can be shown instead: another one of the section, and of those that answers show.
   *
   * @param {(Given | null)[]} shown
   */
  offer(shown) {
    /** @type {Given | null} */
    const other = JSON.parse(this.figure.dataset.more ?? "null");
    const buttons = [other, ...shown].flatMap((one) => {
      const more = MORE[one?.figure ?? ""];
      if (!one || !more || one.figure === this.own.figure || (one !== other && one.figure === "unit")) return [];
      const { figure, settings } = one;
      const given = { figure, settings: more.settings ?? settings };
      const button = element("button", { type: "button" }, more.title);
      button.addEventListener("click", () => this.#open(given));
      return [button];
    });
    if (buttons.length) this.figure.append(element("p", { className: "chips more-figures" }, "More: ", ...buttons));
  }

  /** @param {boolean} isRead whether its section is the one that is read */
  setRead(isRead) {
    if (isRead === this.#isRead) return;
    this.#isRead = isRead;
    if (!borrows(this.#given)) return;
    if (isRead) this.#mount();
    else this.#replace();
  }

  /** @param {boolean} isNear whether it is in the window, or nearly so */
  setNear(isNear) {
    this.#isNear = isNear;
    if (!isNear || borrows(this.#given)) return;
    if (this.#mounted) this.#mounted.update();
    else this.#mount();
  }

  /** There is another reading. */
  update() {
    if (this.#isNear || this.#isRead) this.#mounted?.update();
  }

  /** Whether what stands here is of the present drawing, so that it can be printed. */
  get isUpToDate() {
    if (!borrows(this.#given)) return this.#isNear && this.#mounted !== null;
    return this.#pictured === this.context.store.reading;
  }

  /** Show it wherever it is, until the function that is returned is called: what borrows leaves a picture. */
  showForNow() {
    const [isNear, isRead] = [this.#isNear, this.#isRead];
    this.setNear(true);
    this.setRead(true);
    return () => {
      this.setRead(isRead);
      this.#isNear = isNear;
    };
  }

  /** Show nothing, and give back what is borrowed. */
  close() {
    this.#isRead = this.#isNear = false;
    this.show();
    this.#remove();
    this.#wait();
  }

  #mount() {
    const isWanted = borrows(this.#given) ? this.#isRead : this.#isNear || this.#isRead;
    if (this.#mounted || !isWanted) return;
    this.stage.replaceChildren();
    const { figure, settings } = this.#given;
    try {
      this.#mounted = mountOf(figure, settings)(this.stage, this.context, settings);
      this.#mounted.update();
    } catch (error) {
      console.error(error);
      this.stage.append(element("p", { className: "remark" }, messageOf(error)));
    }
  }

  /** A frame in place of a figure that borrows, until there is a picture of it. A press on it is one on the figure. */
  #wait() {
    this.#pictured = undefined;
    if (!borrows(this.#given)) return;
    this.stage.append(
      element("button", { type: "button", className: "waiting-figure" }, "Show the figure of this section"),
    );
  }

  /** A picture, as large, in place of a figure that borrows. */
  #replace() {
    const still = stillOf(this.stage);
    this.#pictured = this.context.store.reading;
    const { blockSize } = getComputedStyle(this.stage);
    this.#remove();
    this.stage.style.minBlockSize = blockSize;
    this.stage.replaceChildren(...still.childNodes);
    for (const one of this.stage.children) /** @type {HTMLElement} */ (one).inert = true;
  }

  #remove() {
    this.#mounted?.remove();
    this.#mounted = null;
    this.stage.replaceChildren();
    this.stage.style.minBlockSize = "";
  }
}

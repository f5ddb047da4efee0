// For a room: one figure as large as the window, with type that is read from the last row, and keys for a clicker.
import { closest, element, find, findAll, isTyped, listenOutside } from "../dom.js";
import { isDark } from "../theme.js";
import { Single } from "./single.js";

/**
 * @import { Article } from "./article.js"
 * @import { Shown } from "./single.js"
 */

/** @typedef {Shown & { title: string, section?: string }} Slide */

// Where arrow keys go from value to value, or from choice to choice.
const GRIDS =
  "[role=grid], [role=gridcell], [role=application], .map, .kernel, .cards, input, select, textarea, summary";
/** @type {Record<string, number>} */
const STEPS = { PageDown: 1, PageUp: -1 };
/** @type {Record<string, number>} */
const ARROWS = { ArrowRight: 1, ArrowLeft: -1 };

export class Projector {
  #at = 0;
  #wasDark = false;
  #isFull = false;
  #scroll = 0;
  #place = ""; // where the article was open

  /** @param {Article} article */
  constructor(article) {
    this.article = article;
    const { root, store } = article.context;
    this.root = root;
    this.single = new Single(article, "projector");
    const sections = article.sections.map(({ name, slot, element: section }) => ({
      title: find(section, "h2").textContent ?? "",
      section: name,
      ...slot.own,
    }));
    const modes = findAll(root, ".strip [data-mode]").map(({ dataset, textContent }) => ({
      title: textContent ?? "",
      mode: dataset.mode ?? "",
    }));
    /** @type {Slide[]} */
    this.slides = [{ title: "The whole network" }, ...sections, ...modes];
    this.title = element("h2", {});
    this.number = element("span", { className: "slide-number" });
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ press) => {
      const made = element("button", { type: "button", ariaLabel: label, title: label }, text);
      made.addEventListener("click", press);
      return made;
    };
    const fold = button("Pad", "Fold the pad (F)", () => this.#fold());
    fold.ariaPressed = "true";
    this.fold = fold;
    this.buttons = element(
      "div",
      { className: "projector-buttons" },
      fold,
      button("\u2039", "Previous (Page Up)", () => this.#go(-1)),
      this.number,
      button("\u203a", "Next (Page Down)", () => this.#go(1)),
      button("\u25d0", "Light or dark (L)", () => this.#turn()),
      button("\u2715", "Leave the projector (Esc)", () => this.leave()),
    );
    this.single.element.prepend(element("header", { className: "projector-bar" }, this.title, this.buttons));
    listenOutside(root, window, "keydown", (/** @type {KeyboardEvent} */ event) => this.#press(event), {
      capture: true,
    });
    listenOutside(root, document, "fullscreenchange", () => {
      if (!document.fullscreenElement && this.#isFull) this.leave(); // the browser takes Esc for itself
    });
    store.addEventListener("place", () => {
      if (this.isOn && store.place !== this.#place) this.leave(); // by Back, or by a link
    });
  }

  get isOn() {
    return this.single.isOpen;
  }

  toggle() {
    if (this.isOn) this.leave();
    else this.open();
  }

  /** Show what is being looked at: the section that is read, the mode that is open, or else the network. */
  open() {
    const { article, root } = this;
    const { store } = article.context;
    const { mode, pinned } = store;
    this.#place = store.place;
    this.#wasDark = isDark();
    this.#scroll = scrollY;
    const section = article.isOpen ? store.place.split(".")[0] : "";
    const isNetwork = !section && mode === "inspect" && !pinned;
    this.#at = isNetwork
      ? 0
      : this.slides.findIndex((slide) => (section ? slide.section === section : slide.mode === mode));
    article.close();
    scrollTo(0, 0);
    this.single.open();
    this.#go(0);
    root
      .requestFullscreen?.()
      .then(() => {
        this.#isFull = this.isOn;
      })
      .catch(() => {}); // not allowed, as in a frame: the window is enough
  }

  /** Everything is as it was, and the article open at the section that was shown last. */
  leave() {
    if (!this.isOn) return;
    const { article, root } = this;
    const { store } = article.context;
    const { section } = this.slides[this.#at];
    delete root.dataset.black;
    this.#setDark(this.#wasDark);
    this.single.close();
    if (this.#isFull && document.fullscreenElement) document.exitFullscreen().catch(() => {});
    this.#isFull = false;
    if (this.#place && store.place) {
      const isSame = !section || section === this.#place.split(".")[0];
      article.show(isSame ? this.#place : section);
      if (isSame) scrollTo({ top: this.#scroll, behavior: "instant" });
    } else {
      scrollTo({ top: this.#scroll, behavior: "instant" });
      find(root, ".start-projector").focus({ preventScroll: true });
    }
  }

  /** @param {number} step */
  #go(step) {
    const { slides, root } = this;
    this.#at = Math.min(slides.length - 1, Math.max(0, this.#at + step));
    const slide = slides[this.#at];
    this.title.textContent = slide.title;
    this.number.textContent = `${this.#at + 1}/${slides.length}`;
    root.dataset.slide = slide.section ?? slide.mode ?? "network";
    this.single.show(slide);
    this.article.context.store.announce(`${slide.title}, ${this.#at + 1} of ${slides.length}.`);
  }

  #fold() {
    const isFolded = this.single.element.toggleAttribute("data-folded");
    this.fold.ariaPressed = String(!isFolded);
  }

  #turn() {
    this.#setDark(!isDark());
  }

  /** @param {boolean} dark */
  #setDark(dark) {
    document.body.classList.toggle("dark", dark);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (!this.isOn || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, target } = event;
    const step = STEPS[key] ?? (closest(target, GRIDS) ? undefined : ARROWS[key]);
    const press = this.#keys[key.toLowerCase()];
    if (step) this.#go(step);
    else if (key === "Escape") this.leave();
    else if (press && !isTyped(event) && !closest(target, ".sheet")) press();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @type {Record<string, () => void>} */
  #keys = {
    b: () => this.root.toggleAttribute("data-black"),
    ".": () => this.root.toggleAttribute("data-black"), // what some clickers send
    f: () => this.#fold(),
    l: () => this.#turn(),
    p: () => this.leave(),
  };
}

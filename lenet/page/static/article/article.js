// Read along: sections of one idea each, with a figure that is alive. Pad and answer come along as a bar, and figures that
// the explorer has borrow its panels; what is closed leaves all of it as it was.
import { element, find, findAll, listenOutside } from "../dom.js";
import { onThemeChange } from "../theme.js";
import { Exercise, Progress } from "./exercises.js";
import { borrow, mountOf } from "./figures.js";
import { leaveExplorer, lend } from "./loan.js";
import { addPrinting } from "./printing.js";
import { Slot } from "./slot.js";

/**
 * What the server has written: `lenet.page.article.sections`.
 *
 * @typedef {object} Content
 * @property {{ name: string, title: string, html: string, exercises: Asked[] }[]} sections
 * @property {{ title: string, url: string }[]} sources
 * @property {number[][] | null} confusion
 * @property {Accepted} figures all that can be shown, and how each can be set
 */

/**
 * @import { Asked } from "./exercises.js"
 * @import { Loan } from "./loan.js"
 */

/** @typedef {{ name: string, element: HTMLElement, slot: Slot, exercises: Map<string, Exercise> }} Section */

const READ = "-60% 0px -40% 0px"; // of the window: the section that is on this line is the one that is read
const SHORT = ".larger-pad .short"; // seen where the bar is so small that nobody could draw on its pad
const SETTLING = 1000; // milliseconds in which a figure that was opened is kept in view
const BELOW_BAR = 24; // CSS pixels around a figure that stays in view
const LENT = [".pad", ".answer", ".messages", ".tools", ".take-along"]; // what stands in the bar

/** What shows one figure by itself needs them, and is loaded later. */
const TOOLS = { borrow, mountOf, lend, leaveExplorer };

/** What enlarges the pad is called, and what makes it small again: where there is room for words, and where there is none. */
const SIZES = [
  ["Larger pad", "Draw"],
  ["Smaller pad", "Done"],
].map(([long, short]) => () => [
  element("span", { className: "long" }, long),
  element("span", { className: "short" }, short),
]);

export class Article {
  tools = TOOLS;
  /** @type {Section | null} the one that is read */
  #current = null;
  /** @type {Loan[]} */
  #loans = [];
  #giveBack = () => {};
  #scroll = 0; // of the page without the article
  /** @type {Slot | null} whose figure was just opened, and may still become higher */
  #opened = null;
  #settling = 0;

  /**
   * @param {HTMLElement} place
   * @param {Content} content
   * @param {Omit<Context, "confusion">} parts
   */
  constructor(place, { sections, sources, confusion, figures }, parts) {
    const { root, store } = parts;
    this.place = place;
    this.figures = figures;
    /** @type {Map<string | undefined, Promise<import("../network/reader.js").Reader>>} */
    const readers = new Map();
    const ownVariant = parts.reader.description.network.variant;
    this.context = {
      ...parts,
      confusion,
      readerOf: (/** @type {string | undefined} */ variant = ownVariant) => {
        if (variant === ownVariant) return parts.readerOf(variant); // which may have been taught since
        const known = readers.get(variant) ?? parts.readerOf(variant);
        readers.set(variant, known);
        known.catch(() => readers.delete(variant));
        return known;
      },
    };
    this.progress = new Progress(
      sections.flatMap(({ name, exercises }) => exercises.map((one) => `${name}.${one.name}`)),
    );
    this.choice = element(
      "select",
      { className: "article-choice", ariaLabel: "Section" },
      ...sections.map(({ name, title }, i) => element("option", { value: name }, `${i + 1} ${title}`)),
    );
    this.bar = this.#bar();
    this.choice.addEventListener("change", () => {
      if (this.bar.hasAttribute("data-menu")) find(this.bar, ".open-menu").click(); // what it covers is wanted
      this.#goTo(this.choice.value);
    });
    const body = element("div", { className: "article-body" });
    const column = element("div", { className: "article-sections" });
    body.append(this.#contents(sections), column);
    place.append(this.bar, body);
    /** @type {Section[]} */
    this.sections = sections.map(({ name, html, exercises }) => {
      const made = find(document.createRange().createContextualFragment(html), "section");
      column.append(made);
      find(made, "h2").tabIndex = -1; // the list of sections leads to it
      const slot = new Slot(find(made, "figure"), this.context);
      const asked = exercises.map((exercise) => {
        const box = find(made, `[data-exercise="${exercise.name}"]`);
        const show = (/** @type {import("./slot.js").Given} */ given) => {
          this.#read(section);
          slot.show(given);
          slot.opened();
        };
        return /** @type {const} */ ([
          exercise.name,
          new Exercise(box, exercise, name, this.context, this.progress, show),
        ]);
      });
      slot.opened = () => this.#reveal(slot);
      slot.offer(exercises.map(({ shows }) => shows));
      const section = { name, element: made, slot, exercises: new Map(asked) };
      made.addEventListener("focusin", ({ target }) => {
        const exercise = target instanceof Element ? target.closest("[data-exercise]") : null;
        this.#read(section); // also where another one is on the line
        if (exercise instanceof HTMLElement) store.setPlace(`${name}.${exercise.dataset.exercise}`);
      });
      slot.figure.addEventListener("click", () => this.#read(section)); // also where it is not the one that is read
      return section;
    });
    column.append(this.#sources(sources));

    const inMiddle = new IntersectionObserver((entries) => this.#scrolled(entries), { rootMargin: READ });
    for (const { element: one } of this.sections) inMiddle.observe(one);
    this.near = new IntersectionObserver(
      (entries) => {
        if (!this.isOpen) return;
        for (const { target, isIntersecting } of entries) this.#of(target)?.slot.setNear(isIntersecting);
      },
      { rootMargin: "30% 0px" },
    );
    const update = () => {
      if (!this.isOpen) return;
      for (const { slot, exercises } of this.sections) {
        slot.update();
        for (const exercise of exercises.values()) exercise.update();
      }
    };
    for (const event of ["reading", "state", "network"]) store.addEventListener(event, update);
    onThemeChange(root, update);
    const sizes = new ResizeObserver((entries) => {
      this.#measure();
      const opened = this.#opened;
      if (opened && entries.some(({ target }) => target === opened.figure)) this.#bringIntoView(opened);
    });
    sizes.observe(this.bar);
    for (const { slot } of this.sections) sizes.observe(slot.figure);
    listenOutside(root, window, "resize", () => this.#measure());
    listenOutside(root, document, "visibilitychange", update);
    addPrinting(this);
  }

  /** How much of the window the bar covers: what is scrolled to is below it. Figures that fit below it stay in view. */
  #measure() {
    if (!this.isOpen) return;
    const bar = this.bar.offsetHeight;
    this.place.style.setProperty("--bar", `${bar}px`);
    const heights = this.sections.map(({ slot }) => slot.figure.offsetHeight);
    for (const [i, { slot }] of this.sections.entries()) {
      slot.figure.toggleAttribute("data-fits", heights[i] <= innerHeight - bar - BELOW_BAR);
    }
  }

  /**
   * Show a figure that was just opened from its top, also while it is loaded.
   *
   * @param {Slot} slot
   */
  #reveal(slot) {
    clearTimeout(this.#settling);
    this.#opened = slot;
    this.#settling = window.setTimeout(() => {
      this.#opened = null;
    }, SETTLING);
    this.#measure(); // one that is too high does not stay in view
    this.#bringIntoView(slot);
  }

  /** @param {Slot} slot */
  #bringIntoView({ figure }) {
    const { top, bottom } = figure.getBoundingClientRect();
    if (top >= this.bar.offsetHeight && bottom <= innerHeight) return;
    figure.scrollIntoView({ block: "start", behavior: "instant" });
  }

  get current() {
    return this.#current;
  }

  get isOpen() {
    return this.context.root.dataset.view === "article";
  }

  /**
   * Open the article at a section, or at one of its exercises; at the first section if there is no such one.
   *
   * @param {string} place
   */
  show(place) {
    const [name, asked] = place.split(".");
    const section = this.sections.find((one) => one.name === name) ?? this.sections[0];
    const exercise = section.exercises.get(asked);
    if (!this.isOpen) this.#open();
    else if (section === this.#current) return; // it is there by scrolling, or an exercise has the focus
    this.#go(section, exercise ? place : section.name, exercise?.element);
    exercise?.point();
  }

  /**
   * Go to a section, and there to an element.
   *
   * @param {Section} section
   * @param {string} place
   * @param {HTMLElement} [to]
   */
  #go(section, place = section.name, to) {
    this.#read(section, place);
    if (to) to.scrollIntoView({ block: "center", behavior: "instant" });
    else section.element.scrollIntoView({ block: "start", behavior: "instant" });
    find(section.element, "h2").focus({ preventScroll: true });
  }

  /** @param {string} name */
  #goTo(name) {
    const section = this.sections.find((one) => one.name === name);
    if (section) this.#go(section);
  }

  #open() {
    const { root, store } = this.context;
    this.#scroll = scrollY;
    root.dataset.view = "article";
    const placeOf = (/** @type {string} */ selector) => find(this.bar, `[data-for="${selector.slice(1)}"]`);
    this.#loans = lend(root, Object.fromEntries(LENT.map((selector) => [selector, placeOf(selector)])));
    this.#giveBack = leaveExplorer(store);
    dispatchEvent(new Event("resize")); // the figure forgets where it has put the pad
    this.#measure();
    for (const { slot } of this.sections) this.near.observe(slot.figure);
  }

  /** Nothing computes any more: the article is closed, or the page shows another network. */
  stop() {
    for (const { slot, exercises } of this.sections) {
      slot.close();
      for (const exercise of exercises.values()) exercise.stop();
    }
  }

  /** Leave everything as it was before. */
  close() {
    if (!this.isOpen) return;
    const { root, store } = this.context;
    this.near.disconnect();
    this.stop();
    for (const loan of this.#loans.reverse()) loan.end();
    this.#current = null;
    delete root.dataset.view;
    dispatchEvent(new Event("resize")); // the figure is laid out and painted again
    this.#giveBack();
    scrollTo({ top: this.#scroll, behavior: "instant" });
    if (!store.restoring) find(root, ".start-reading").focus({ preventScroll: true });
  }

  /**
   * A section is the one that is read: its figure is alive.
   *
   * @param {Section} section
   * @param {string} place
   */
  #read(section, place = section.name) {
    if (!this.isOpen || section === this.#current) return;
    if (section.slot !== this.#opened) this.#opened = null;
    this.#current?.slot.setRead(false);
    this.#current = section;
    section.slot.setRead(true);
    for (const exercise of section.exercises.values()) exercise.ask();
    for (const link of findAll(this.place, ".article-contents a")) {
      if (link.dataset.section === section.name) link.ariaCurrent = "true";
      else link.removeAttribute("aria-current");
    }
    this.choice.value = section.name;
    this.context.store.setPlace(place);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #scrolled(entries) {
    const entered = entries.filter(({ isIntersecting }) => isIntersecting).at(-1);
    const section = entered && this.#of(entered.target);
    if (section && this.isOpen) this.#read(section);
  }

  /**
   * The section that an element is of.
   *
   * @param {Element} inside
   */
  #of(inside) {
    return this.sections.find((one) => one.element.contains(inside));
  }

  /** What comes along: the pad, the answer, and what one draws with; and where one is. */
  #bar() {
    const { store } = this.context;
    const lent = (/** @type {string} */ name) => element("div", { className: `for-${name}`, dataset: { for: name } });
    const larger = element("button", { type: "button", className: "larger-pad", ariaExpanded: "false" }, ...SIZES[0]());
    const resize = () => {
      const isLarge = bar.toggleAttribute("data-large");
      larger.ariaExpanded = String(isLarge);
      larger.replaceChildren(...SIZES[Number(isLarge)]());
    };
    larger.addEventListener("click", resize);
    const close = element("button", { type: "button", className: "close-article" }, "Close");
    close.addEventListener("click", () => store.setPlace(""));
    const where = element("div", { className: "article-where" }, this.choice, this.progress.element);
    const doings = element("div", { className: "article-doings" }, lent("take-along"), close);
    const menu = element("button", { type: "button", className: "open-menu", ariaExpanded: "false" }, "Menu");
    menu.addEventListener("click", () => {
      menu.ariaExpanded = String(bar.toggleAttribute("data-menu"));
    });
    const pad = lent("pad");
    const bar = element(
      "header",
      { className: "article-bar" },
      pad,
      lent("answer"),
      element("div", { className: "article-tools" }, lent("messages"), lent("tools"), larger),
      menu,
      element("div", { className: "article-menu" }, where, doings),
    );
    const isTooSmall = () => !bar.hasAttribute("data-large") && find(bar, SHORT).getClientRects().length > 0;
    const keep = (/** @type {Event} */ event) => isTooSmall() && event.stopPropagation(); // also beside the pad
    bar.addEventListener("pointerdown", keep, { capture: true });
    pad.addEventListener("click", () => isTooSmall() && resize());
    return bar;
  }

  /** @param {Content["sections"]} sections */
  #contents(sections) {
    const links = sections.map(({ name, title }) => {
      const link = element("a", { href: `#v=1&a=${name}`, dataset: { section: name } }, title);
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.#goTo(name);
      });
      return element("li", {}, link);
    });
    return element(
      "nav",
      { className: "article-contents", ariaLabel: "Sections" },
      element("h1", {}, "LeNet-5, read along"),
      element("ol", {}, ...links),
    );
  }

  /** @param {Content["sources"]} sources */
  #sources(sources) {
    const items = sources.map(({ title, url }) =>
      element("li", {}, element("a", { href: url, target: "_blank", rel: "noopener" }, title)),
    );
    return element(
      "footer",
      { className: "article-sources" },
      element("h2", {}, "Sources"),
      element("ul", {}, ...items),
    );
  }
}

// For a room: one figure as large as the window, with type that is read from the last row, and keys for a clicker.
import { closest, element, find, findAll, isTyped, listenOutside } from "../dom.js";
import { namesOf } from "../explore/networks.js";
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

// The window that slides are laid out for: a larger one has the same slide, larger, and none has smaller type than 13 pixels.
const [WIDTH, HEIGHT] = [1280, 720];
const LEAST = 13 / 24;
const NEAR = 8; // pixels: what is so near to the end is seen

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
    this.answers = element("p", { className: "whose-answer" });
    this.single.places[".answer"].before(this.answers);
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
    const { stage } = this.single;
    const more = button("\u2193 More", "There is more below", () => stage.scrollBy({ top: 0.8 * stage.clientHeight }));
    more.className = "more-below";
    const measure = () => {
      more.hidden = stage.scrollHeight - stage.scrollTop - stage.clientHeight < NEAR;
    };
    stage.addEventListener("scroll", measure);
    this.sizes = new ResizeObserver(measure);
    this.single.element.append(more);
    listenOutside(root, window, "resize", () => {
      if (this.isOn) this.#scale();
    });
    listenOutside(root, window, "keydown", (/** @type {KeyboardEvent} */ event) => this.#press(event), {
      capture: true,
    });
    listenOutside(root, document, "fullscreenchange", () => {
      if (document.fullscreenElement || !this.#isFull) return;
      this.#isFull = false;
      this.#escape(); // the browser takes the key for itself
    });
    store.addEventListener("place", () => {
      if (this.isOn && store.place !== this.#place) this.leave(); // by Back
    });
    store.addEventListener("link", () => this.#giveWay());
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
    this.#scale();
    this.single.open();
    find(root, ".network", HTMLSelectElement).disabled = true; // another one is another page
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
    if (this.#isFull) {
      this.#isFull = false;
      const leave = () => this.leave(); // what is behind the whole screen cannot be scrolled
      document.exitFullscreen().then(leave, leave);
      return;
    }
    const { article, root } = this;
    const { store } = article.context;
    const { section } = this.slides[this.#at];
    delete root.dataset.black;
    this.#setDark(this.#wasDark);
    this.single.close();
    root.dispatchEvent(new Event("lenet:projected")); // over
    find(root, ".network", HTMLSelectElement).disabled = false;
    if (this.#place && store.place) {
      const isSame = !section || section === this.#place.split(".")[0];
      article.show(isSame ? this.#place : section);
      if (isSame) scrollTo({ top: this.#scroll, behavior: "instant" });
    } else {
      scrollTo({ top: this.#scroll, behavior: "instant" });
      find(root, ".start-projector").focus({ preventScroll: true });
    }
  }

  /** A link is about to be followed: what it sets must not be given back with the rest. */
  #giveWay() {
    if (this.#isFull) {
      this.#isFull = false;
      document.exitFullscreen().catch(() => {}); // it is over already
    }
    this.leave();
  }

  /** @param {number} step */
  #go(step) {
    const { slides, root } = this;
    this.#at = Math.min(slides.length - 1, Math.max(0, this.#at + step));
    const slide = slides[this.#at];
    const other = slide.settings?.network;
    const { reader } = this.article.context;
    const own = reader.description.network.variant;
    const isOther = typeof other === "string" && other !== own;
    const names = namesOf(root);
    this.title.textContent = isOther ? `${slide.title} (LeNet-5 ${names.get(other)})` : slide.title;
    this.answers.textContent = isOther ? `Answer of LeNet-5 ${names.get(own)}` : "";
    this.number.textContent = `${this.#at + 1}/${slides.length}`;
    root.dataset.slide = slide.section ?? slide.mode ?? "network";
    this.single.show(slide);
    this.sizes.disconnect();
    for (const one of [this.single.stage, ...this.single.stage.children]) this.sizes.observe(one);
    this.article.context.store.announce(`${slide.title}, ${this.#at + 1} of ${slides.length}.`);
  }

  #scale() {
    const zoom = String(Math.max(LEAST, Math.min(innerWidth / WIDTH, innerHeight / HEIGHT)));
    const { style } = this.root;
    if (style.getPropertyValue("--zoom") === zoom) return;
    style.setProperty("--zoom", zoom);
    dispatchEvent(new Event("resize")); // what was laid out before this is laid out again
  }

  /** Out of the black first. */
  #escape() {
    if (this.root.dataset.black === undefined) this.leave();
    else delete this.root.dataset.black;
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
    else if (key === "Escape") this.#escape();
    else if (press && !isTyped(event)) press();
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

// The address of the page: its fragment follows what is shown, and what is shown follows a link that is opened.
import { find, findAll, listenOutside } from "../dom.js";
import { encode } from "../pad/code.js";
import { ownsPage } from "../pad/embedding.js";
import { encodeImage } from "../pad/image_code.js";
import { imageOf } from "../pad/images.js";
import { hasSession } from "../pad/session.js";
import { messageOf } from "../server.js";
import { networkOf, parse, write } from "./link.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Changes } from "./changes.js"
 */

const PAUSE = 300; // milliseconds: browsers limit how often the address may change
const COPIED = 2_000;
const UNCHANGED =
  "The link does not contain how the network was changed: that is too long, or a file. Save weights keeps it.";

const NOTHING_SET = {
  mode: "",
  unit: null,
  pair: null,
  view: { before: false, difference: false, gradient: false, digit: null },
  sliders: {},
};

/** Something that is opened is a step in the history, so that Back closes it before it leaves the page. */
class Step {
  /** @type {string | null} the fragment that Back returns to, if it closes this */
  #before = null;
  #returning = false;

  /**
   * @param {string} key what the history calls it
   * @param {() => boolean} isOpen
   * @param {() => void} close
   * @param {boolean} own whether the history is the page's
   */
  constructor(key, isOpen, close, own) {
    this.key = key;
    this.isOpen = isOpen;
    this.close = close;
    if (own) this.begin();
  }

  /** It may have been open on the page that this one is in place of, or where Forward leads; after a link it was not. */
  begin() {
    this.#before = history.state?.[this.key] ?? null;
    this.#returning = false;
  }

  /** It has been opened or closed. */
  follow() {
    if (this.#returning) return;
    if (this.isOpen() && this.#before === null) {
      this.#before = location.hash;
      history.pushState({ ...history.state, [this.key]: this.#before }, "", location.href);
    } else if (!this.isOpen() && this.#before !== null) {
      this.#returning = true; // until the browser has made the step back
      history.back();
    }
  }

  /** The fragment that Back returns to; "" if it closes nothing. */
  get before() {
    return this.#before ?? "";
  }

  /** Whether the step back has been made. */
  get isDone() {
    return this.#returning || location.hash === this.#before;
  }

  finish() {
    const closed = this.#returning;
    this.begin();
    if (closed) this.follow();
    else this.close();
  }
}

export class Address {
  #written = "";
  #timer = 0;

  /**
   * `settings.space`: the address of the Space if the page runs on one; links lead there, not into its frame. `fragment`
   * is applied at once, by default that of the page's address; `isLink` says whether somebody has followed it, or whether it
   * is of the page as it was left. `choose` shows the page of another network. `example` is what the page draws when it opens.
   *
   * @param {HTMLElement} root
   * @param {Pad} pad
   * @param {Store} store
   * @param {Reader} reader
   * @param {Changes} changes
   * @param {Pick<Settings, "space" | "home" | "others">} settings
   * @param {string | null} fragment
   * @param {boolean} isLink
   * @param {(network: string, fragment: string) => Promise<void>} choose
   * @param {Stroke[]} example
   */
  constructor(root, pad, store, reader, changes, { space, home, others }, fragment, isLink, choose, example) {
    this.root = root;
    this.pad = pad;
    this.store = store;
    this.reader = reader;
    this.changes = changes;
    this.variant = reader.description.network.variant;
    this.home = home;
    this.space = space;
    this.example = example;
    this.field = find(root, ".link", HTMLInputElement);
    this.modes = findAll(root, ".modes [data-mode]").map(({ dataset }) => dataset.mode ?? "");
    const own = ownsPage(root);
    const [first] = this.modes;
    const isOpen = () => store.mode !== first;
    this.mode = new Step("before", isOpen, () => isOpen() && store.setMode(first), own);
    this.article = new Step(
      "article",
      () => store.place !== "",
      () => store.setPlace(""),
      own,
    );
    this.#apply(fragment ?? (own ? location.hash : ""), true, isLink);
    if (own) {
      listenOutside(root, window, "hashchange", (/** @type {HashChangeEvent} */ { newURL }) => {
        const { hash } = new URL(newURL); // the page may have written another address since
        if (hash === this.#written) return;
        const network = networkOf(hash);
        if (network !== this.variant && [home, ...others].includes(network)) {
          choose(network, hash).catch((error) => store.notify(messageOf(error)));
        } else {
          for (const step of [this.article, this.mode]) step.begin();
          this.#apply(hash, false, true);
        }
      });
      const later = () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#write(), PAUSE);
      };
      store.addEventListener("mode", () => {
        if (!store.restoring && !this.#isLent) this.mode.follow(); // the article chooses modes for its figures
      });
      store.addEventListener("place", () => !store.restoring && this.article.follow());
      listenOutside(root, window, "popstate", () => {
        const step = [this.article, this.mode].find((one) => one.isDone);
        if (!step) return; // a link, which "hashchange" is about
        this.#written = location.hash; // what it has of the drawing may be old
        step.finish();
        later();
      });
      for (const event of ["change", "rest"]) pad.addEventListener(event, later);
      for (const event of ["mode", "selection", "muted", "pair", "view", "sliders", "place"]) {
        store.addEventListener(event, later);
      }
      changes.addEventListener("change", later);
      listenOutside(root, window, "click", ({ target }) => {
        if (!(target instanceof Node && root.contains(target))) later(); // Gradio's page about the API writes an address of its own
      });
      if (location.hash && this.fragment() !== location.hash) later(); // what a reload has restored may be newer
    }
    this.#addButton();
  }

  /**
   * "" for a page as it is at the start, blank or with its example; of another `network`, the same as shown by that. Of the
   * article it has where that is open, and not what its figures have set.
   */
  fragment(network = this.variant) {
    const { mutedMaps, place } = this.store;
    const link = {
      network,
      ...this.#drawing(),
      muted: mutedMaps.map(([layer, map]) => ({ layer, map })),
      steps: network === this.variant ? this.changes.link : "",
      place,
      ...(this.#isLent ? NOTHING_SET : this.#explored()),
    };
    const isUntouched = this.pad.isExample && !write({ ...link, strokes: [] }, this.home);
    return isUntouched ? "" : write(link, this.home);
  }

  /** Whether the explorer shows what the article, or a figure by itself, has set. */
  get #isLent() {
    return Boolean(this.store.place || this.root.dataset.view);
  }

  /** What is set in the explorer. */
  #explored() {
    const { mode, unit, pinned, pair, view, sliders } = this.store;
    const { change, value, preprocessed, step, training, attack } = sliders;
    return {
      mode: mode === this.modes[0] ? "" : mode,
      unit: pinned ? unit : null,
      pair,
      view,
      sliders: {
        ...(mode === "break" ? { change, value, preprocessed } : {}),
        ...(mode === "learn" ? { step } : {}),
        ...(mode === "train" ? { training } : {}),
        ...(mode === "fool" ? { attack } : {}),
      },
    };
  }

  #write() {
    if (this.pad.penDown || !this.root.isConnected) return;
    this.#written = this.fragment();
    history.replaceState(history.state, "", this.#written || location.pathname + location.search);
    if (this.field.value !== this.link()) this.field.hidden = true; // what was copied is not what is shown any more
  }

  /** What is on the pad, as a link has it; of the example all strokes, also while it still draws itself. */
  #drawing() {
    const { strokes = [], image } = this.pad.isExample ? { strokes: this.example } : this.pad.state;
    return { strokes, image: image ? encodeImage(image, this.reader) : "" };
  }

  /**
   * @param {string} fragment
   * @param {boolean} opening when the page opens, a link without a drawing leaves what has been kept
   * @param {boolean} isLink
   */
  #apply(fragment, opening, isLink) {
    const { pad, store } = this;
    const known = store.network;
    const link = known && parse(fragment, known);
    if (!link) return;
    store.dispatchEvent(new Event("link"));
    store.restoring = true;
    const { strokes, image, muted, steps, network, place } = link;
    store.setPlace(""); // which gives back what its figures have set
    const opened = image ? imageOf(image, this.reader.description.preprocessing) : null;
    const other = JSON.stringify({ strokes, image }) !== JSON.stringify(this.#drawing());
    if (!strokes || (image && !opened)) store.notify("The link does not contain a valid drawing.");
    else if (opened && other) pad.loadImage(opened);
    else if (!opened && other && (strokes.length || !opening)) {
      // Where nothing has been drawn, the page's example is what it was: the first touch takes it away.
      const isExample = opening && pad.blank && !hasSession() && encode(strokes) === encode(this.example);
      if (isExample) pad.showExample(strokes);
      else pad.load(strokes);
    }
    if (network === this.variant) this.changes.follow(steps, !isLink);
    store.mute(muted);
    this.#explore((opening && place && parse(this.article.before, known)) || link);
    if (network !== this.variant) {
      store.notify(`The link was made with the network "${network}"; this page uses "${this.variant}".`);
    }
    store.setPlace(place);
    store.restoring = false;
  }

  /**
   * Below an article that is open when the page opens is what Back returns to.
   *
   * @param {import("./link.js").Link} link
   */
  #explore({ mode, unit, pair, view, sliders }) {
    const { store } = this;
    store.setPair(pair);
    store.startSliders(sliders);
    store.setView(view);
    if (this.modes.includes(mode)) store.setMode(mode); // after what it depends on: it begins to compute at once
    if (unit) store.pin(unit);
    else if (store.pinned) store.free();
  }

  /** The address of what is shown, on a Space that of the Space. */
  link() {
    const page = this.space ?? location.origin + location.pathname + location.search;
    return page + this.fragment();
  }

  #addButton() {
    const { field } = this;
    const button = find(this.root, ".copy-link");
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const link = this.link();
      try {
        await navigator.clipboard.writeText(link);
        button.textContent = "Copied";
        const { any, link: steps } = this.changes;
        const remarks = [
          this.pad.image ? "The link contains what is read of the image: its ink, at reduced size." : "",
          any && !steps ? UNCHANGED : "",
          this.store.source?.unlinked,
        ].filter(Boolean);
        if (remarks.length) this.store.notify(remarks.join(" "));
        this.store.announce("Link copied.");
        setTimeout(() => {
          button.textContent = label;
        }, COPIED);
      } catch {
        // not allowed, as in a frame or without HTTPS
        field.value = link;
        field.hidden = false;
        field.focus();
        field.select();
      }
    });
  }
}

// The address of the page: its fragment follows what is shown, and what is shown follows a link that is opened.
import { find, findAll } from "../dom.js";
import { ownsPage } from "../pad/embedding.js";
import { encodeImage } from "../pad/image_code.js";
import { imageOf } from "../pad/images.js";
import { parse, write } from "./link.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

const PAUSE = 300; // milliseconds: browsers limit how often the address may change
const COPIED = 2_000;

export class Address {
  #written = "";
  #timer = 0;

  /**
   * `space`: the address of the Space if the page runs on one; links lead there, not into its frame.
   *
   * @param {HTMLElement} root
   * @param {Pad} pad
   * @param {Store} store
   * @param {Reader} reader
   * @param {string | null} space
   */
  constructor(root, pad, store, reader, space) {
    this.root = root;
    this.pad = pad;
    this.store = store;
    this.reader = reader;
    this.variant = reader.description.network.variant;
    this.space = space;
    this.modes = findAll(root, ".modes [data-mode]").map(({ dataset }) => dataset.mode ?? "");
    if (ownsPage(root)) {
      this.#apply(true);
      window.addEventListener("hashchange", () => {
        if (location.hash !== this.#written) this.#apply(false);
      });
      const later = () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#write(), PAUSE);
      };
      for (const event of ["change", "rest"]) pad.addEventListener(event, later);
      for (const event of ["mode", "selection", "muted", "pair", "view", "sliders"]) {
        store.addEventListener(event, later);
      }
    }
    this.#addButton();
  }

  /** "" for a blank pad and a page as it is at the start. */
  fragment() {
    const { mode, unit, pinned, mutedMaps, pair, view, sliders } = this.store;
    const { change, value, preprocessed, step } = sliders;
    return write({
      network: this.variant,
      ...this.#drawing(),
      mode: mode === this.modes[0] ? "" : mode,
      unit: pinned ? unit : null,
      muted: mutedMaps.map(([layer, map]) => ({ layer, map })),
      pair,
      view,
      sliders: { ...(mode === "break" ? { change, value, preprocessed } : {}), ...(mode === "learn" ? { step } : {}) },
    });
  }

  #write() {
    if (this.pad.penDown) return;
    this.#written = this.fragment();
    history.replaceState(history.state, "", this.#written || location.pathname + location.search);
  }

  /** What is on the pad, as a link has it. */
  #drawing() {
    const { strokes = [], image } = this.pad.state;
    return { strokes, image: image ? encodeImage(image, this.reader) : "" };
  }

  /** @param {boolean} opening when the page opens, a link without a drawing leaves what has been kept */
  #apply(opening) {
    const { pad, store } = this;
    const link = store.network && parse(location.hash, store.network);
    if (!link) return;
    store.restoring = true;
    const { strokes, image, mode, unit, muted, pair, view, sliders, network } = link;
    const opened = image ? imageOf(image, this.reader.description.preprocessing) : null;
    const other = JSON.stringify({ strokes, image }) !== JSON.stringify(this.#drawing());
    if (!strokes || (image && !opened)) store.notify("The link does not contain a valid drawing.");
    else if (opened && other) pad.loadImage(opened);
    else if (!opened && other && (strokes.length || !opening)) pad.load(strokes);
    store.mute(muted);
    store.setPair(pair);
    store.setSliders(sliders);
    store.setView(view);
    if (this.modes.includes(mode)) store.setMode(mode); // after what it depends on: it begins to compute at once
    if (unit) store.pin(unit);
    if (network !== this.variant) {
      store.notify(`The link was made with the network "${network}"; this page uses "${this.variant}".`);
    }
    store.restoring = false;
  }

  /** The address of what is shown, on a Space that of the Space. */
  link() {
    const page = this.space ?? location.origin + location.pathname + location.search;
    return page + this.fragment();
  }

  #addButton() {
    const button = find(this.root, ".copy-link");
    const field = find(this.root, ".link", HTMLInputElement);
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const link = this.link();
      try {
        await navigator.clipboard.writeText(link);
        button.textContent = "Copied";
        if (this.pad.image) this.store.notify("The link contains what is read of the image: its ink, at reduced size.");
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

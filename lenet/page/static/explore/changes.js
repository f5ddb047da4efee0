// The network on the page, where it is not the bundled one: taught, changed by hand, or loaded from a file. All modes use
// it until it is reset, also after a reload of the tab. What has been done is a list of steps, which a link carries.
import { find, findAll } from "../dom.js";
import { LARGEST_FILE, readWeights, writeWeights } from "../network/weights.js";
import { readPad } from "../pad/read_pad.js";
import { messageOf } from "../server.js";
import { decodeChanged, encodeChanged, UnusableWeights } from "./lessons.js";
import { save } from "./saving.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 * @import { Background } from "./background.js"
 * @import { Changed } from "./lessons.js"
 */

const UNDOABLE = 100;
const KEY = "lenet-taught-";
const AS_IT_WAS = "The network is as it was, before anything was taught or changed.";
const LONGEST = 3_000; // characters of the steps in a link

/**
 * See replay.js.
 *
 * @typedef {(text: string, state: Changed, use: (state: Changed) => void, signal: AbortSignal) => Promise<Changed>} Replay
 */

/** Event "change": another network is on the page, or it may be undone now. */
export class Changes extends EventTarget {
  /** @type {Changed[]} what Undo goes back to */
  #history = [];
  #version = 0;
  /** @type {{ text: string, from: Changed, controller: AbortController } | null} the link that is repeated */
  #replaying = null;
  /** @type {Source | null} the network before the changes, while it is shown */
  #before = null;

  /**
   * `identity` is that of the network, `replay` takes the steps of a link.
   *
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Pad} pad
   * @param {Reader} reader
   * @param {Background} background
   * @param {string} identity
   * @param {Replay} replay
   */
  constructor(root, store, pad, reader, background, identity, replay) {
    super();
    this.root = root;
    this.store = store;
    this.pad = pad;
    this.reader = reader;
    this.background = background;
    this.identity = identity;
    this.replay = replay;
    /** @type {Changed} */
    this.start = { reader, file: "", losses: [], lessons: [], edits: 0, steps: [] };
    this.state = this.start;
    store.addEventListener("weights", (event) => this.load(/** @type {CustomEvent} */ (event).detail));
    store.addEventListener("mode", () => this.compare(false));
  }

  /** The network as it was left, after the drawing, with which what a notice says would go. */
  restore() {
    try {
      const text = sessionStorage.getItem(this.#key);
      if (text) this.use(decodeChanged(text, this.identity, this.reader));
    } catch (error) {
      // no storage, or it is of another network
      if (!(error instanceof UnusableWeights)) return;
      const what = "The network is as it was; the one that was changed cannot be loaded again";
      this.store.notify(`${what}: ${error.message}.`);
      sessionStorage.removeItem(this.#key);
    }
  }

  /** The page is left for that of another network: what a link says is repeated no further. */
  stop() {
    this.#replaying?.controller.abort();
  }

  get #key() {
    return KEY + this.reader.description.network.variant;
  }

  get any() {
    return this.state.reader !== this.reader;
  }

  /** The network in words. */
  get name() {
    const { file, losses, edits } = this.state;
    const { length } = losses;
    const taught = length ? `after ${length} ${length === 1 ? "step" : "steps"} of teaching` : "";
    const parts = [file && `of ${file}`, taught].filter(Boolean).join(" ");
    return `the network${parts && ` ${parts}`}${edits ? `${parts && ","} changed by hand` : ""}`;
  }

  /** What a link says of the changes; "" if there are none, or if it cannot. */
  get link() {
    const { file, steps } = this.state;
    if (this.#replaying) return this.#replaying.text;
    const text = this.any && !file ? steps.join(".") : "";
    return text.length > LONGEST ? "" : text;
  }

  /** What Undo goes back to from now on: not what a link has come to so far. */
  get #settled() {
    return this.#replaying?.from ?? this.state;
  }

  /**
   * From now on, the page's network is that of a state, whatever a link wanted.
   *
   * @param {Changed} state
   */
  use(state) {
    this.#endReplay(state);
    this.#show(state);
  }

  /**
   * A link is repeated no further. If `next` is made from what it has come to so far, Undo goes back over that, too.
   *
   * @param {Changed} next
   */
  #endReplay(next) {
    if (!this.#replaying) return;
    const { from, controller } = this.#replaying;
    this.#replaying = null;
    controller.abort();
    if (next.reader === from.reader || this.state.reader === from.reader) return;
    this.#push(from);
    this.store.notify("What the link says is not repeated to its end, since the network was changed meanwhile.");
  }

  /** @param {Changed} state */
  #push(state) {
    this.#history = [...this.#history, state].slice(-UNDOABLE);
  }

  /** @param {Changed} state */
  #show(state) {
    this.state = state;
    const { reader } = state;
    this.background.network = reader;
    const version = ++this.#version;
    const note = `Shown: ${this.name}. It is in your browser alone.`;
    this.store.setChanged(this.any ? { note, reader, version } : null); // which is then read, and shown
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Changed} state what Undo goes back to */
  remember(state) {
    this.#endReplay(state);
    this.#push(state);
  }

  /**
   * Another state, which can be undone and survives a reload.
   *
   * @param {Changed} state
   * @param {Changed} from
   */
  change(state, from = this.#settled) {
    this.compare(false);
    this.remember(from);
    this.use(state);
    this.keep();
  }

  /** One change back. Returns whether there was one. */
  undo() {
    this.compare(false);
    const state = this.#replaying?.from ?? this.#history.pop();
    if (!state) return false;
    this.use(state);
    this.keep();
    return true;
  }

  keep() {
    try {
      if (this.any) sessionStorage.setItem(this.#key, encodeChanged(this.state, this.identity));
      else sessionStorage.removeItem(this.#key);
    } catch {
      // no storage, or no room in it
    }
  }

  /**
   * Show the network as it was before all changes, or as it is.
   *
   * @param {boolean} before
   */
  compare(before) {
    const shown = before && this.any;
    const old = this.#before;
    this.#before = null;
    if (old) this.store.dropSource(old);
    if (shown) {
      const { reader, pad } = this;
      const note = `Shown: the network before ${this.state.edits ? "it was changed" : "teaching"}.`;
      this.#before = { note, reader, read: () => readPad(reader, pad) };
      this.store.setSource(this.#before);
    }
    if (old || shown) this.dispatchEvent(new Event("change"));
  }

  /**
   * Buttons of a panel, `[data-network]`, which "undo", "reset", show the network "before" or "save" it. `say` is given a
   * sentence about what has been done; before that, `stop` ends what is going on.
   *
   * @param {HTMLElement} panel
   * @param {(text: string) => void} say
   */
  connect(panel, say, stop = () => {}) {
    /** @type {Record<string, () => void>} */
    const actions = {
      undo: () => {
        if (this.undo()) say(this.any ? `Undone: ${this.name}.` : "Undone: the network is as it was.");
      },
      reset: () => {
        this.change(this.start);
        say(AS_IT_WAS);
      },
      before: () => this.compare(!this.#before),
      save: () => {
        const { variant } = this.reader.description.network;
        const how = this.state.edits ? "changed" : "taught";
        save(`lenet-5-${variant}-${how}.safetensors`, new Blob([writeWeights(this.state.reader)]));
      },
    };
    const buttons = /** @type {HTMLButtonElement[]} */ (findAll(panel, "button[data-network]"));
    const show = () => {
      for (const button of buttons) {
        const isAble = button.dataset.network === "undo" ? this.#history.length || this.#replaying : this.any;
        button.disabled = !isAble;
      }
      find(panel, '[data-network="before"]').setAttribute("aria-pressed", String(Boolean(this.#before)));
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        stop();
        actions[button.dataset.network ?? ""]();
      });
    }
    this.addEventListener("change", show);
    show();
  }

  /**
   * A file of weights in place of the network.
   *
   * @param {File} file
   */
  async load(file) {
    const { variant } = this.reader.description.network;
    try {
      if (file.size > LARGEST_FILE) throw new Error(`it is larger than ${LARGEST_FILE / 1e6} MB`);
      const reader = readWeights(await file.arrayBuffer(), this.reader);
      this.store.notify(""); // of an earlier file
      this.change({ ...this.start, reader, file: file.name, lessons: this.state.lessons });
      this.store.announce(`Loaded: ${file.name}.`);
      if (this.store.mode !== "hand") this.store.setMode("teach");
    } catch (error) {
      const what = `${file.name} cannot be used: ${messageOf(error).replace(/\.$/, "")}`;
      this.store.notify(
        `${what}. Accepted is a safetensors file with the float32 weights of this network, ${variant}.`,
      );
    }
  }

  /**
   * Take the steps of a link, from the network as it was; one without steps is to that network. `returning`: the page is to
   * be as it was left, and the link is what its address said then, which may not have the last step.
   *
   * @param {string} text
   * @param {boolean} returning
   */
  async follow(text, returning) {
    const isDone = text ? text === this.link : !(this.any || this.#replaying);
    if (isDone || (returning && this.any)) return;
    const from = this.#settled;
    this.#endReplay(from);
    const controller = new AbortController();
    const { signal } = controller;
    this.#replaying = { text, from, controller };
    this.state = { ...this.state }; // so that teaching that goes on finds another one, and ends
    try {
      if (text.length > LONGEST) throw new Error("they are too long.");
      const state = text ? await this.replay(text, this.start, (state) => this.#show(state), signal) : this.start;
      if (signal.aborted) return; // something else was done meanwhile
      if (text || from.reader !== this.reader) this.change(state, from);
      else this.use(state); // nothing was changed before the link that this one ends
    } catch (error) {
      if (signal.aborted) return;
      this.use(from);
      this.store.notify(`The changes of the network in the link cannot be repeated: ${messageOf(error)}`);
    }
  }
}

/**
 * A button beside what says that the network is changed, in all modes, which forgets that.
 *
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Changes} changes
 */
export function addForgetting(root, store, changes) {
  const button = find(root, ".forget-changes");
  store.addEventListener("source", () => {
    button.hidden = !store.changed;
  });
  button.addEventListener("click", () => {
    changes.change(changes.start);
    store.announce(AS_IT_WAS);
  });
}

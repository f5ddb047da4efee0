// What is shown: the reading, how far it has been checked, the selected unit, and a notice. Views listen to its events.
import { isSameUnit } from "./show/cells.js";

/** @import { Network } from "./network/network.js" */

/** @type {Sliders} */
const SLIDERS = { change: "rotation", value: null, preprocessed: true, step: null, training: "", attack: "" };

export class Store extends EventTarget {
  /** @type {Reading | null} */
  reading = null;
  /**
   * "live" while the drawing changes, "checked" by the server, "unchecked" if that cannot be reached, "overloaded" if it
   * is busy, or "alone" if there is none, or nothing that it could check, or
   * "local" if that is because an image stays in the browser, or "example" of what the page draws when it opens.
   *
   * @type {State}
   */
  state = "checked";
  /** Whether the reading is not yet that of the drawing: until the next frame. */
  busy = false;
  notice = "";
  mode = "inspect";
  /** Where the article is open, SECTION or SECTION.EXERCISE; "" while it is closed. */
  place = "";
  /**
   * The digits that are compared; null for the two most likely ones.
   *
   * @type {[number, number] | null}
   */
  pair = null;
  /** Which of several digits the layers are of, from left to right. */
  part = 0;
  /**
   * Whether the layers are shown before the activation function, and as the difference from blank paper; or the gradient
   * of the loss for a digit, null for the likeliest one.
   */
  view = { before: false, difference: false, gradient: false, digit: /** @type {number | null} */ (null) };
  /** @type {Sliders} */
  sliders = SLIDERS;
  /**
   * The network, once it is loaded.
   *
   * @type {Network | null}
   */
  network = null;
  /** @type {Source | null} */
  source = null;
  /** @type {ChangedNetwork | null} */
  changed = null;
  /** What the drawing is taught as; null if nothing can be taught. */
  lesson = /** @type {number | null} */ (null);
  /**
   * The unit that is explained: the pinned one, else the one that is pointed at, else null.
   *
   * @type {Unit | null}
   */
  unit = null;
  pinned = false;
  /** Whether a link is being applied: what is pinned then is not scrolled to, since the drawing is to be seen first. */
  restoring = false;
  /** @type {Muted} */
  muted = {};
  /**
   * The same reading without muting; null if nothing is muted.
   *
   * @type {Reading | null}
   */
  unmuted = null;
  /**
   * The reading of blank paper, which the layers can be compared with.
   *
   * @type {Reading | null}
   */
  blank = null;

  /**
   * Event "reading": another reading, or null if there is nothing to read. `unmuted`: if anything is muted.
   *
   * @param {Reading | null} reading
   * @param {Reading | null} unmuted
   */
  show(reading, unmuted = null) {
    [this.reading, this.unmuted] = [reading, unmuted];
    this.dispatchEvent(new Event("reading"));
  }

  /** The reading of the complete network, in which nothing is muted. */
  get complete() {
    return this.unmuted ?? this.reading;
  }

  /**
   * Event "network": the network is loaded; `blank` is its reading of blank paper.
   *
   * @param {Network} network
   * @param {Reading} blank
   */
  setNetwork(network, blank) {
    [this.network, this.blank] = [network, blank];
    this.dispatchEvent(new Event("network"));
  }

  /**
   * Event "source": the reading comes from something else, or from drawing and network again.
   *
   * @param {Source | null} source
   */
  setSource(source) {
    this.source = source;
    this.dispatchEvent(new Event("source"));
  }
  /**
   * Nothing happens if it is not the present source.
   *
   * @param {Source | null} source
   */
  dropSource(source) {
    if (source && source === this.source) this.setSource(null);
  }

  /**
   * Event "source": the network has been taught or changed by hand, or is as it was.
   *
   * @param {ChangedNetwork | null} changed
   */
  setChanged(changed) {
    this.changed = changed;
    this.dispatchEvent(new Event("source"));
  }

  /** What is shown, if it is not the drawing or not the network as they are; else "". */
  get note() {
    const { source, changed } = this;
    return [source?.note, source?.reader ? "" : changed?.note].filter(Boolean).join(" ");
  }

  /** The digit whose loss the gradient that is shown is of. */
  get digit() {
    const taught = this.mode === "teach" ? this.lesson : null;
    return taught ?? this.view.digit ?? this.reading?.top[0][0] ?? 0;
  }

  /**
   * Event "lesson": the drawing is taught as another digit, and the gradient of its loss is shown.
   *
   * @param {number | null} digit
   */
  setLesson(digit) {
    if (digit === this.lesson) return;
    this.lesson = digit;
    if (this.view.gradient) this.dispatchEvent(new Event("lesson"));
  }

  /**
   * Event "weights": a file of weights is to be loaded.
   *
   * @param {File} file
   */
  offer(file) {
    this.dispatchEvent(new CustomEvent("weights", { detail: file }));
  }

  /** Whether the selected unit is explained: in Inspect, and where the drawing or the network changes. */
  get inspecting() {
    return (
      this.mode === "inspect" ||
      (this.pinned && ["break", "fool", "learn", "teach", "train", "hand"].includes(this.mode))
    );
  }

  /**
   * Event "mode": another part of the explorer is shown.
   *
   * @param {string} mode
   */
  setMode(mode) {
    this.mode = mode;
    this.dispatchEvent(new Event("mode"));
  }

  /**
   * Event "place": the article is open at another place, or closed.
   *
   * @param {string} place
   */
  setPlace(place) {
    if (place === this.place) return;
    this.place = place;
    this.dispatchEvent(new Event("place"));
  }

  /**
   * Event "selection": another unit is explained, or none.
   *
   * @param {Unit | null} unit
   */
  point(unit) {
    if (!this.pinned && !isSameUnit(unit, this.unit)) this.#select(unit, false);
  }
  /** @param {Unit} unit */
  pin(unit) {
    this.#select(unit, true);
  }
  free() {
    this.#select(null, false);
  }
  /**
   * Pin a unit, in Inspect unless it is explained where one is.
   *
   * @param {Unit} unit
   */
  inspect(unit) {
    this.pin(unit);
    if (!this.inspecting) this.setMode("inspect");
  }
  /**
   * @param {Unit | null} unit
   * @param {boolean} pinned
   */
  #select(unit, pinned) {
    [this.unit, this.pinned] = [unit, pinned];
    this.dispatchEvent(new Event("selection"));
  }

  /**
   * Event "pair": other digits are compared, [first, second]; null for the two most likely ones.
   *
   * @param {[number, number] | null} pair
   */
  setPair(pair) {
    this.pair = pair;
    this.dispatchEvent(new Event("pair"));
  }

  /**
   * Event "part": the layers are of another one of several digits.
   *
   * @param {number} part
   */
  setPart(part) {
    if (part === this.part) return;
    this.part = part;
    this.dispatchEvent(new Event("part"));
  }

  /**
   * Event "view": the layers are shown in another way.
   *
   * @param {Partial<Store["view"]>} view
   */
  setView(view) {
    this.view = { ...this.view, ...view };
    this.dispatchEvent(new Event("view"));
  }

  /**
   * Event "sliders": a slider is moved.
   *
   * @param {Partial<Sliders>} sliders
   */
  setSliders(sliders) {
    this.sliders = { ...this.sliders, ...sliders };
    this.dispatchEvent(new Event("sliders"));
  }
  /**
   * The same, and the others are where they were at first, but for the settings of a training, which may be going on.
   *
   * @param {Partial<Sliders>} sliders
   */
  startSliders(sliders) {
    this.setSliders({ ...SLIDERS, training: this.sliders.training, ...sliders });
  }

  /**
   * Event "muted": other maps or units are replaced by zeros.
   *
   * @param {string} layer
   * @param {number} map
   */
  toggleMuted(layer, map) {
    const maps = this.#mutedIn(layer);
    if (!maps.delete(map)) maps.add(map);
    this.dispatchEvent(new Event("muted"));
  }
  /**
   * Mute these, and no others.
   *
   * @param {{ layer: string, map: number }[]} units
   */
  mute(units) {
    this.muted = {};
    for (const { layer, map } of units) this.#mutedIn(layer).add(map);
    this.dispatchEvent(new Event("muted"));
  }
  /** @param {string} layer */
  #mutedIn(layer) {
    this.muted[layer] ??= new Set();
    return this.muted[layer];
  }
  /**
   * [layer, map] of everything that is muted.
   *
   * @returns {[layer: string, map: number][]}
   */
  get mutedMaps() {
    return Object.entries(this.muted).flatMap(([layer, maps]) => [...maps].map((map) => [layer, map]));
  }

  /**
   * Event "state": another state, or busy or not.
   *
   * @param {State} state
   * @param {boolean} busy
   */
  setState(state, busy = false) {
    if (state === this.state && busy === this.busy) return;
    [this.state, this.busy] = [state, busy];
    this.dispatchEvent(new Event("state"));
  }

  /**
   * Event "announcement": a sentence for screen readers only, about what the user has just done.
   *
   * @param {string} text
   */
  announce(text) {
    this.dispatchEvent(new CustomEvent("announcement", { detail: text }));
  }

  /**
   * Event "notice": a sentence for the user, or "" for none.
   *
   * @param {string} notice
   */
  notify(notice) {
    this.notice = notice;
    this.dispatchEvent(new Event("notice"));
  }
}

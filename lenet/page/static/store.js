// What is shown: the reading, how far it has been checked, the selected unit, and a notice. Views listen to its events.
//
// A reading is {digit, reason, probabilities, top, outputs, before, placement}: digit is null with a reason if the input
// is rejected, top lists the three most likely [digit, probability], outputs and before hold a Float32Array for each
// layer, and placement says where in the input the drawing is.
export class Store extends EventTarget {
  reading = null;
  /**
   * "live" while the drawing changes, "checked" by the server, "unchecked" if that cannot be reached, "overloaded" if it
   * is busy, or "alone" if there is none, or nothing that it could check.
   */
  state = "checked";
  /** Whether the reading is not yet that of the drawing: until the next frame, or until the server has read an image. */
  busy = false;
  notice = "";
  mode = "inspect";
  pair = null;
  /** Whether the layers are shown before the activation function, and as the difference from blank paper. */
  view = { before: false, difference: false };
  /** Where the sliders are: in Break the change, its value and whether there is preprocessing; in Learn the step. */
  settings = { change: "rotation", value: null, preprocessed: true, step: null };
  /** The network, once it is loaded. */
  network = null;
  /**
   * What the reading comes from, if not from the drawing and the network as they are: {note, read(pad, ink), reader}.
   * `read` returns a reading, `ink` is an image's preprocessed input; `reader` is needed for another network only.
   */
  source = null;
  /** The unit that is explained, {layer, map, row, column}: the pinned one, else the one that is pointed at, else null. */
  unit = null;
  pinned = false;
  /** For each layer, the numbers of the maps or units that are replaced by zeros. */
  muted = {};
  /** The same reading without muting; null if nothing is muted. */
  unmuted = null;
  /** The reading of blank paper, which the layers can be compared with. */
  blank = null;

  /** Event "reading": another reading, or null if there is nothing to read. `unmuted`: if anything is muted. */
  show(reading, unmuted = null) {
    [this.reading, this.unmuted] = [reading, unmuted];
    this.dispatchEvent(new Event("reading"));
  }

  /** Event "network": the network is loaded; `blank` is its reading of blank paper. */
  setNetwork(network, blank) {
    [this.network, this.blank] = [network, blank];
    this.dispatchEvent(new Event("network"));
  }

  /** Event "source": the reading comes from something else, or from drawing and network again. */
  setSource(source) {
    this.source = source;
    this.dispatchEvent(new Event("source"));
  }
  /** Nothing happens if it is not the present source. */
  dropSource(source) {
    if (source && source === this.source) this.setSource(null);
  }

  /** Whether the selected unit is explained: in Inspect, and where the drawing or the network changes. */
  get inspecting() {
    return this.mode === "inspect" || (this.pinned && ["break", "learn"].includes(this.mode));
  }

  /** Event "mode": another part of the explorer is shown. */
  setMode(mode) {
    this.mode = mode;
    this.dispatchEvent(new Event("mode"));
  }

  /** Event "selection": another unit is explained, or none. */
  point(unit) {
    if (!this.pinned && !same(unit, this.unit)) this.#select(unit, false);
  }
  pin(unit) {
    this.#select(unit, true);
  }
  free() {
    this.#select(null, false);
  }
  /** Pin a unit, in Inspect unless it is explained where one is. */
  inspect(unit) {
    this.pin(unit);
    if (!this.inspecting) this.setMode("inspect");
  }
  #select(unit, pinned) {
    [this.unit, this.pinned] = [unit, pinned];
    this.dispatchEvent(new Event("selection"));
  }

  /** Event "pair": other digits are compared, [first, second]; null for the two most likely ones. */
  setPair(pair) {
    this.pair = pair;
    this.dispatchEvent(new Event("pair"));
  }

  /** Event "view": the layers are shown in another way. */
  setView(view) {
    this.view = { ...this.view, ...view };
    this.dispatchEvent(new Event("view"));
  }

  /** Event "settings": a slider is moved. null stands for the start of Break's slider and the end of Learn's. */
  setSettings(settings) {
    this.settings = { ...this.settings, ...settings };
    this.dispatchEvent(new Event("settings"));
  }

  /** Event "muted": other maps or units are replaced by zeros. */
  toggleMuted(layer, map) {
    const maps = this.#mutedOf(layer);
    if (!maps.delete(map)) maps.add(map);
    this.dispatchEvent(new Event("muted"));
  }
  /** Mute these, {layer, map}, and no others. */
  mute(units) {
    this.muted = {};
    for (const { layer, map } of units) this.#mutedOf(layer).add(map);
    this.dispatchEvent(new Event("muted"));
  }
  #mutedOf(layer) {
    this.muted[layer] ??= new Set();
    return this.muted[layer];
  }
  /** [layer, map] of everything that is muted. */
  get mutedMaps() {
    return Object.entries(this.muted).flatMap(([layer, maps]) => [...maps].map((map) => [layer, map]));
  }

  /** Event "state": another state, or busy or not. */
  setState(state, busy = false) {
    if (state === this.state && busy === this.busy) return;
    [this.state, this.busy] = [state, busy];
    this.dispatchEvent(new Event("state"));
  }

  /** Event "announcement": a sentence for screen readers only, about what the user has just done. */
  announce(text) {
    this.dispatchEvent(new CustomEvent("announcement", { detail: text }));
  }

  /** Event "notice": a sentence for the user, or "" for none. */
  notify(notice) {
    this.notice = notice;
    this.dispatchEvent(new Event("notice"));
  }
}

function same(a, b) {
  return (
    a === b || Boolean(a && b && a.layer === b.layer && a.map === b.map && a.row === b.row && a.column === b.column)
  );
}

// What is shown: the reading, how far it has been checked, and a notice. Views listen to its events.
//
// A reading is {digit, reason, probabilities, top, outputs, before}: digit is null with a reason if the input is rejected,
// top lists the three most likely [digit, probability], and outputs and before hold a Float32Array for each layer.
export class Store extends EventTarget {
  reading = null;
  /** "live" while the drawing changes, "checked" by the server, or "unchecked" if that cannot be reached. */
  state = "checked";
  /** Whether the reading is not yet that of the drawing: until the next frame, or until the server has read an image. */
  busy = false;
  notice = "";
  /** The reading of blank paper, which the layers can be compared with. */
  blank = null;

  /** Event "reading": another reading, or null if there is nothing to read. */
  show(reading) {
    this.reading = reading;
    this.dispatchEvent(new Event("reading"));
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

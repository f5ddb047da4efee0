// One question in flight at a time, and the state after the last stroke is always the one shown.
const PATIENCE = 15_000; // milliseconds until a question counts as lost

export class Asker {
  #asking = false;
  #due = false;
  #drawing = 0; // counts the drawings, so that an answer to an earlier one is dropped

  /** snapshot() gives the picture or null; ask(picture) a promise; show, settled and fail take what came of it. */
  constructor({ snapshot, ask, show, settled, fail }) {
    Object.assign(this, { snapshot, ask, show, settled, fail });
  }

  /** The same drawing has more ink. */
  request() {
    this.#due = true;
    if (!this.#asking) this.#run();
  }

  /** Another drawing is on the pad: what is in flight no longer counts. */
  restart() {
    this.#drawing++;
    if (this.snapshot() === null) this.show(null);
    this.request();
  }

  async #run() {
    this.#asking = true;
    let shown = null;
    while (this.#due) {
      this.#due = false;
      const drawing = this.#drawing;
      const picture = this.snapshot();
      try {
        const reading = picture === null ? null : await inTime(this.ask(picture));
        if (reading?.error) throw new Error(`${reading.error}.`);
        if (drawing === this.#drawing) this.show((shown = reading));
      } catch (error) {
        if (drawing === this.#drawing) this.fail(error);
        shown = null;
      }
    }
    this.#asking = false;
    this.settled(shown);
  }
}

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the server takes too long.")), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

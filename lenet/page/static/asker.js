// One question in flight at a time, and the state after the last stroke is always the one shown.
const PATIENCE = 15_000; // milliseconds until a question counts as lost

export class Asker {
  #asking = false;
  #due = false;
  #shown = null;
  #drawing = 0; // counts the drawings, so that an answer to an earlier one is dropped

  /**
   * snapshot() gives the picture, or null where there is none to ask about; ask(picture) promises a reading.
   * show(reading or null) and fail(error) take what came of it; busy(true or false) says whether more will come, and
   * settled(reading or null) takes the last.
   */
  constructor({ snapshot, ask, show, fail, busy, settled }) {
    Object.assign(this, { snapshot, ask, show, fail, busy, settled });
  }

  /** The same drawing has more ink. */
  request() {
    this.#due = true;
    if (!this.#asking) this.#run();
  }

  /** Another drawing is on the pad: an answer to the one before no longer counts. */
  restart() {
    this.#drawing++;
    this.show(null);
    this.request();
  }

  /** Tell what the last answer was, unless another is on its way. */
  settle() {
    if (!this.#asking) this.settled(this.#shown);
  }

  async #run() {
    this.#asking = true;
    this.busy(true);
    while (this.#due) {
      let question = this.#pose();
      while (question) {
        const { reading, error } = await question.outcome;
        // The next question leaves before this answer is painted: the server works while the browser does.
        const next = this.#due ? this.#pose() : null;
        this.#shown = error ? null : reading;
        if (question.drawing === this.#drawing) error ? this.fail(error) : this.show(reading);
        question = next;
      }
    }
    this.#asking = false;
    this.busy(false);
    this.settle();
  }

  /** Ask about what is on the pad now. The outcome, {reading} or {error}, never rejects. */
  #pose() {
    this.#due = false;
    return { drawing: this.#drawing, outcome: this.#ask().then((reading) => ({ reading }), (error) => ({ error })) };
  }

  async #ask() {
    const picture = this.snapshot();
    if (picture === null) return null;
    const reading = await inTime(this.ask(picture));
    if (reading === undefined) throw new Error("the server cannot be reached."); // Gradio's way to say so
    if (reading.error) throw new Error(`${reading.error}.`);
    return reading;
  }
}

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the server takes too long.")), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

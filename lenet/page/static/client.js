// Requests to the server: one at a time, and the last reading shown is always that of the finished drawing.
const TIMEOUT = 15_000; // milliseconds

export class Client {
  #running = false;
  #pending = false; // the drawing has changed since the last request
  #shown = null;
  #drawing = 0; // number of the drawing, to discard the response to an earlier one

  /**
   * snapshot() returns the image to read, or null if the pad is blank; send(image) returns a promise of its reading.
   * show(reading or null) and fail(error) receive the outcome of each request, busy(true or false) whether requests are
   * running, and settled(reading or null) the last outcome.
   */
  constructor({ snapshot, send, show, fail, busy, settled }) {
    Object.assign(this, { snapshot, send, show, fail, busy, settled });
  }

  /** Ink was added to the drawing. */
  update() {
    this.#pending = true;
    if (!this.#running) this.#run();
  }

  /** The drawing was replaced: responses to earlier requests are discarded. */
  replace() {
    this.#drawing++;
    this.show(null);
    this.update();
  }

  /** Report the last outcome, unless a request is running, which will report its own. */
  settle() {
    if (!this.#running) this.settled(this.#shown);
  }

  async #run() {
    this.#running = true;
    this.busy(true);
    while (this.#pending) {
      let request = this.#start();
      while (request) {
        const { reading, error } = await request.outcome;
        // Send the next request before showing this outcome, so that server and browser work at the same time.
        const next = this.#pending ? this.#start() : null;
        this.#shown = error ? null : reading;
        if (request.drawing === this.#drawing) error ? this.fail(error) : this.show(reading);
        request = next;
      }
    }
    this.#running = false;
    this.busy(false);
    this.settle();
  }

  /** Send what is on the pad now. The outcome, {reading} or {error}, never rejects. */
  #start() {
    this.#pending = false;
    return { drawing: this.#drawing, outcome: this.#read().then((reading) => ({ reading }), (error) => ({ error })) };
  }

  async #read() {
    const image = this.snapshot();
    if (image === null) return null;
    const reading = await withTimeout(this.send(image));
    if (reading === undefined) throw new Error("the server could not be reached."); // what Gradio returns in this case
    if (reading.error) throw new Error(`${reading.error}.`);
    return reading;
  }
}

function withTimeout(promise) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the server did not respond in time.")), TIMEOUT);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

// A slider that can be played: a button moves it on to its end, position by position, and stops it.

export class Player {
  #timer = 0;

  /**
   * `show` is called when the slider has moved, by hand or by itself, every so many `milliseconds`, and `ended` when it
   * has come to its end by itself.
   *
   * @param {HTMLInputElement} slider
   * @param {HTMLElement} button
   * @param {number} milliseconds
   * @param {() => void} show
   * @param {() => void} ended
   */
  constructor(slider, button, milliseconds, show, ended = () => {}) {
    this.slider = slider;
    this.button = button;
    this.milliseconds = milliseconds;
    this.show = show;
    this.ended = ended;
    slider.addEventListener("input", () => {
      this.stop();
      show();
    });
    button.addEventListener("click", () => (this.#timer ? this.stop() : this.#start()));
  }

  get #atEnd() {
    return Number(this.slider.value) === Number(this.slider.max);
  }

  #start() {
    if (this.#atEnd) this.#moveTo(0);
    this.button.textContent = "Stop";
    this.#timer = setInterval(() => {
      if (this.#atEnd) {
        this.stop();
        this.ended();
      } else this.#moveTo(Number(this.slider.value) + 1);
    }, this.milliseconds);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.button.textContent = "Play";
  }

  /** @param {number} position */
  #moveTo(position) {
    this.slider.value = String(position);
    this.show();
  }
}

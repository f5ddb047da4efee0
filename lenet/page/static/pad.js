// The pad: the drawing, its history, and the canvas that shows it.
//
// A state of the pad is {strokes} or {image, paper}. States are immutable, so Undo is one step back in a list, and
// undoes a stroke, a Clear or a loaded image alike.
import { SIDE, drawStroke } from "./strokes.js";

const EMPTY = { strokes: [] };

export class Pad {
  /** Called after the pen has added ink. */
  onmove = () => {};
  /** Called after the pen is lifted, which adds no ink. */
  onup = () => {};
  /** Called after the drawing was replaced: by undo, clear, an example or an image. */
  onchange = () => {};
  brush = 20;
  /** Number of changes to the drawing, so that an image that is slow to open does not overwrite a newer drawing. */
  changes = 0;

  #canvas;
  #context;
  #colour;
  #states = [EMPTY];
  #stroke = null;
  #pointer = null;

  constructor(element) {
    this.element = element;
    this.#canvas = element.querySelector("canvas");
    this.#context = this.#canvas.getContext("2d");
    this.#listen();
  }

  get state() { return this.#states.at(-1); }
  get drawing() { return this.#stroke !== null; }
  get blank() { return !this.#stroke && !this.state.image && !this.state.strokes.length; }

  /** The image on the pad, if any; the first stroke replaces it. */
  get #image() { return this.#stroke ? undefined : this.state.image; }

  /** The drawing as a PNG data URL, or null if the pad is blank. */
  snapshot() {
    if (this.blank) return null;
    const image = this.#image;
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = image ? [image.width, image.height] : [SIDE, SIDE];
    copy.getContext("2d").drawImage(image ?? this.#canvas, 0, 0, copy.width, copy.height);
    return copy.toDataURL("image/png");
  }

  load(strokes) { this.#push({ strokes }); }
  /** Show and read an image, a canvas, on paper of the given colour. The next stroke begins a new drawing. */
  loadImage(image, paper) { this.#push({ image, paper }); }
  clear() {
    if (this.blank) return;
    this.#stroke = null;
    this.#push(EMPTY);
  }
  undo() {
    if (this.#stroke) this.#stroke = null;
    else if (this.#states.length > 1) this.#states.pop();
    else return;
    this.#changed();
  }

  down(x, y) {
    this.changes++;
    this.#stroke = { width: this.brush, points: [[x, y]] };
    if (this.state.image) this.#redraw(); // removes the image
    else this.#paint(this.#stroke);
    this.#showPlaceholder();
    this.onmove();
  }
  move(points) {
    const from = this.#stroke.points.length;
    this.#stroke.points.push(...points);
    this.#paint(this.#stroke, from);
    this.onmove();
  }
  up() {
    const strokes = [...(this.state.strokes ?? []), this.#stroke];
    this.#stroke = null;
    this.#states.push({ strokes });
    this.onup();
  }

  #push(state) {
    this.#states.push(state);
    this.#changed();
  }
  #changed() {
    this.changes++;
    this.#redraw();
    this.#showPlaceholder();
    this.onchange();
  }
  #showPlaceholder() { this.element.classList.toggle("blank", this.blank); }

  #paint(stroke, from) {
    this.#context.strokeStyle = this.#context.fillStyle = this.#colour;
    drawStroke(this.#context, stroke, from);
  }
  #redraw() {
    this.#colour = getComputedStyle(this.#canvas).color; // once per redraw, not at every pointer event
    const { width, height } = this.#canvas;
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    this.#context.setTransform(width / SIDE, 0, 0, height / SIDE, 0, 0);
    const { paper, strokes } = this.state;
    const image = this.#image;
    if (image) {
      const scale = Math.min(SIDE / image.width, SIDE / image.height);
      const [w, h] = [image.width * scale, image.height * scale];
      this.#context.fillStyle = paper; // visible where the image is transparent
      this.#context.fillRect((SIDE - w) / 2, (SIDE - h) / 2, w, h);
      this.#context.drawImage(image, (SIDE - w) / 2, (SIDE - h) / 2, w, h);
    }
    for (const stroke of strokes ?? []) this.#paint(stroke);
    if (this.#stroke) this.#paint(this.#stroke);
  }

  #listen() {
    const canvas = this.#canvas;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
    };
    const isPen = (event) => this.#stroke && event.pointerId === this.#pointer;
    canvas.addEventListener("pointerdown", (event) => {
      if (this.#stroke || event.button !== 0) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#pointer = event.pointerId;
      this.down(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!isPen(event)) return;
      const between = event.getCoalescedEvents?.() ?? [];
      this.move((between.length ? between : [event]).map(at));
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, (event) => { if (isPen(event)) this.up(); });
    }
    // The canvas has one pixel per screen pixel. Gradio switches dark mode with a class on the body.
    const fit = () => {
      const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
      if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
      this.#redraw();
    };
    new ResizeObserver(fit).observe(canvas);
    window.addEventListener("resize", fit); // zooming changes the number of pixels, but not the size in CSS pixels
    new MutationObserver(() => this.#redraw()).observe(document.body, { attributeFilter: ["class"] });
    this.#showPlaceholder();
  }
}

// The pad: the drawing, its history, the canvas that shows it, and a hidden one that is read.
//
// A state of the pad is {strokes} or {image, paper}. States are immutable, so Undo is one step back in a list, and
// undoes a stroke, a Clear or a loaded image alike; Redo is one step forward.
import { onThemeChange } from "../theme.js";
import { drawStroke, onGrid, SIDE } from "./strokes.js";

const EMPTY = { strokes: [] };

/** Events: "change" when the drawing has changed, "rest" when the pen is lifted, which changes nothing. */
export class Pad extends EventTarget {
  brush = 20;
  side = SIDE;
  /** The number of changes so far, to tell a response to an earlier drawing. */
  version = 0;

  #canvas;
  #context;
  #color;
  #ink; // the context of the hidden canvas: black ink on a transparent ground, SIDE pixels wide
  #states = [EMPTY];
  #undone = [];
  #stroke = null;
  #pointer = null;

  constructor(element) {
    super();
    this.element = element;
    this.#canvas = element.querySelector("canvas");
    this.#context = this.#canvas.getContext("2d");
    const hidden = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    this.#ink = hidden.getContext("2d", { willReadFrequently: true });
    this.#listen();
  }

  get state() {
    return this.#states.at(-1);
  }
  get drawing() {
    return this.#stroke !== null;
  }
  get blank() {
    return !this.#stroke && !this.state.image && !this.state.strokes.length;
  }
  get canUndo() {
    return this.#stroke !== null || this.#states.length > 1;
  }
  get canRedo() {
    return this.#undone.length > 0;
  }

  /** The image on the pad, a canvas, if any; the first stroke replaces it. */
  get strokes() {
    return [...(this.state.strokes ?? []), ...(this.#stroke ? [this.#stroke] : [])];
  }
  get image() {
    return this.#stroke ? undefined : this.state.image;
  }

  /** The drawing's opacity, 0 to 255, row by row. */
  opacity() {
    const { data } = this.#ink.getImageData(0, 0, SIDE, SIDE);
    const opacity = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < opacity.length; i++) opacity[i] = data[4 * i + 3];
    return opacity;
  }

  /** The image, or the part of the drawing that has ink, as a PNG: a promise of a Blob. */
  png() {
    const canvas = this.image ?? crop(this.#ink.canvas, this.opacity());
    return new Promise((resolve) => {
      canvas.toBlob(resolve, "image/png");
    });
  }

  load(strokes) {
    this.#push({ strokes: strokes.map(({ width, points }) => ({ width, points: onGrid(points) })) });
  }
  /** Show and read an image, a canvas, on paper of the given color. The next stroke begins a new drawing. */
  loadImage(image, paper) {
    this.#push({ image, paper });
  }
  clear() {
    if (this.blank) return;
    this.#stroke = null;
    this.#push(EMPTY);
  }
  undo() {
    if (!this.canUndo) return;
    if (this.#stroke) this.#stroke = null;
    else this.#undone.push(this.#states.pop());
    this.#replaced();
  }
  redo() {
    if (!this.canRedo || this.#stroke) return;
    this.#states.push(this.#undone.pop());
    this.#replaced();
  }

  down(x, y) {
    const replaces = this.state.image;
    this.#stroke = { width: this.brush, points: onGrid([[x, y]]) };
    if (replaces) this.#redraw();
    else this.#paint(this.#stroke);
    this.#changed();
  }
  move(points) {
    const from = this.#stroke.points.length;
    this.#stroke.points.push(...onGrid(points));
    this.#paint(this.#stroke, from);
    this.#changed();
  }
  up() {
    const strokes = [...(this.state.strokes ?? []), this.#stroke];
    this.#stroke = null;
    this.#states.push({ strokes });
    this.#undone = [];
    this.dispatchEvent(new Event("rest"));
  }

  #push(state) {
    this.#states.push(state);
    this.#undone = [];
    this.#replaced();
  }
  #replaced() {
    this.#redraw();
    this.#changed();
  }
  #changed() {
    this.version++;
    this.element.classList.toggle("blank", this.blank);
    this.dispatchEvent(new Event("change"));
  }

  #paint(stroke, from) {
    this.#context.strokeStyle = this.#context.fillStyle = this.#color;
    drawStroke(this.#context, stroke, from);
    drawStroke(this.#ink, stroke, from);
  }
  #redraw() {
    this.#color = getComputedStyle(this.#canvas).color; // once per redraw, not at every pointer event
    const { width, height } = this.#canvas;
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    this.#context.setTransform(width / SIDE, 0, 0, height / SIDE, 0, 0);
    this.#ink.clearRect(0, 0, SIDE, SIDE);
    const { paper, strokes } = this.state;
    const { image } = this;
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
      this.element.classList.add("pointing");
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#pointer = event.pointerId;
      this.down(...at(event));
    });
    canvas.addEventListener("keydown", () => this.element.classList.remove("pointing"));
    canvas.addEventListener("blur", () => this.element.classList.remove("pointing"));
    canvas.addEventListener("pointermove", (event) => {
      if (!isPen(event)) return;
      const between = event.getCoalescedEvents?.() ?? [];
      this.move((between.length ? between : [event]).map(at));
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, (event) => {
        if (isPen(event)) this.up();
      });
    }
    // The canvas has one pixel per screen pixel.
    const fit = () => {
      const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
      if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
      this.#redraw();
    };
    new ResizeObserver(fit).observe(canvas);
    window.addEventListener("resize", fit); // zooming changes the number of pixels, but not the size in CSS pixels
    onThemeChange(() => this.#redraw());
    this.element.classList.add("blank");
  }
}

/** A copy of the smallest part of a canvas that contains all ink: the preprocessing crops to it anyway. */
function crop(canvas, opacity) {
  let [top, left, bottom, right] = [SIDE, SIDE, 0, 0];
  for (let i = 0; i < opacity.length; i++) {
    if (!opacity[i]) continue;
    const [x, y] = [i % SIDE, Math.trunc(i / SIDE)];
    [top, left, bottom, right] = [Math.min(top, y), Math.min(left, x), Math.max(bottom, y + 1), Math.max(right, x + 1)];
  }
  const [width, height] = [Math.max(1, right - left), Math.max(1, bottom - top)];
  const copy = Object.assign(document.createElement("canvas"), { width, height });
  copy.getContext("2d").drawImage(canvas, -left, -top);
  return copy;
}

// The pad: the drawing, its history, the canvas that shows it, and a hidden one that is read.
//
// States of the pad are immutable, so Undo is one step back in a list, and undoes a stroke, a Clear or a loaded image
// alike; Redo is one step forward.
import { contextOf, densityOf, element, find, listenOutside } from "../dom.js";
import { boundingBox, crop } from "../network/image.js";
import { onThemeChange } from "../theme.js";
import { ownsPage } from "./embedding.js";
import { grayPng } from "./png.js";
import { CONTROLS, isPalm } from "./pointers.js";
import { drawStroke, extent, onGrid, SIDE } from "./strokes.js";

/** @type {PadState} */
const EMPTY = { strokes: [] };
const NOTHING = { top: 0, left: 0, bottom: 1, right: 1 }; // where there is no ink
const BESIDE = 64; // pad units around the pad where a stroke may begin

/**
 * Events: "change" when the drawing has changed, "rest" when the pen is lifted, which changes nothing, and "new", after
 * "change", when it is another drawing, not the same with more or fewer strokes.
 */
export class Pad extends EventTarget {
  brush = 20;
  side = SIDE;
  /** The number of changes so far, to tell a response to an earlier drawing. */
  version = 0;

  #canvas;
  #context;
  #color = "";
  #ink; // the context of the hidden canvas: black ink on a transparent ground, SIDE pixels wide
  #states = [EMPTY];
  /** @type {PadState[]} */
  #undone = [];
  /** @type {Stroke | null} */
  #stroke = null;
  /** @type {PointerEvent | null} what has begun the stroke; null if it was the keyboard */
  #pointer = null;
  #lastPen = -Infinity; // when a pen was seen
  /** @type {Stroke[]} what a blank pad shows until somebody draws; it is read, but nobody has drawn it */
  #example = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.element = root;
    this.#canvas = find(root, "canvas", HTMLCanvasElement);
    this.#context = contextOf(this.#canvas);
    this.#ink = contextOf(element("canvas", { width: SIDE, height: SIDE }), { willReadFrequently: true });
    this.#listen();
  }

  get state() {
    return this.#states[this.#states.length - 1];
  }
  get penDown() {
    return this.#stroke !== null;
  }
  get blank() {
    return !this.#stroke && !this.state.image && !this.strokes.length;
  }
  /** Whether what is shown is an example, which is no part of the history. */
  get isExample() {
    return this.#example.length > 0;
  }
  get canUndo() {
    return this.#stroke !== null || this.#states.length > 1;
  }
  get canRedo() {
    return this.#undone.length > 0;
  }

  get strokes() {
    return [...this.#example, ...(this.state.strokes ?? []), ...(this.#stroke ? [this.#stroke] : [])];
  }
  /** The image on the pad, if any; the first stroke replaces it. */
  get image() {
    return this.#stroke ? undefined : this.state.image;
  }

  /** The digit that is on the pad, where it is not the visitor who has drawn it. */
  get label() {
    return this.#stroke ? undefined : (this.state.image ?? this.state).label;
  }

  /** The drawing's opacity, 0 to 255, row by row. */
  opacity() {
    const opacity = new Uint8Array(SIDE * SIDE);
    const { top, left, bottom, right } = extent(this.strokes); // beside them, the pad is blank
    if (right <= left || bottom <= top) return opacity;
    const { data } = this.#ink.getImageData(left, top, right - left, bottom - top);
    for (let y = top, from = 3; y < bottom; y++) {
      for (let i = y * SIDE + left, end = y * SIDE + right; i < end; i++, from += 4) opacity[i] = data[from];
    }
    return opacity;
  }

  /** The opacity of the part of the drawing that has ink, as a PNG: the preprocessing crops to it anyway. */
  async png() {
    const drawing = { data: Float32Array.from(this.opacity()), width: SIDE, height: SIDE };
    const { data, width, height } = crop(drawing, boundingBox(drawing, 0) ?? NOTHING);
    return grayPng({ data: Uint8Array.from(data), width, height });
  }

  /**
   * @param {Stroke[]} strokes
   * @param {number} [label] the digit that they are, if that is known
   */
  load(strokes, label) {
    this.#push({ strokes: strokes.map(toGrid), label });
  }
  /**
   * Show strokes on a blank pad, until the first touch.
   *
   * @param {Stroke[]} strokes
   */
  showExample(strokes) {
    this.#example = strokes.map(toGrid);
    this.#replaced();
  }
  /**
   * Show an image. The next stroke begins a new drawing.
   *
   * @param {OpenImage} image
   */
  loadImage(image) {
    this.#push({ image });
  }
  clear() {
    if (this.isExample) this.showExample([]);
    if (this.blank) return;
    this.#stroke = this.#pointer = null;
    this.#push(EMPTY);
  }
  undo() {
    if (!this.canUndo) return;
    this.#example = [];
    const last = this.#stroke ? undefined : this.#states.pop();
    if (last) this.#undone.push(last);
    this.#stroke = this.#pointer = null;
    this.#replaced();
  }
  redo() {
    const next = this.#stroke ? undefined : this.#undone.pop();
    if (!next) return;
    this.#example = [];
    this.#states.push(next);
    this.#replaced();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  down(x, y) {
    const replaces = this.state.image || this.isExample;
    this.#example = [];
    this.#stroke = { width: this.brush, points: onGrid([[x, y]]) };
    if (replaces) this.#redraw();
    else this.#paint(this.#stroke);
    this.#changed();
    if (replaces) this.dispatchEvent(new Event("new"));
  }
  /** @param {Point[]} points */
  move(points) {
    if (!this.#stroke) return;
    const from = this.#stroke.points.length;
    this.#stroke.points.push(...onGrid(points));
    this.#paint(this.#stroke, from);
    this.#changed();
  }
  up() {
    const { strokes } = this;
    this.#stroke = this.#pointer = null;
    this.#states.push({ strokes });
    this.#undone = [];
    this.dispatchEvent(new Event("rest"));
  }

  /** Take back what has been drawn since the pen is down. */
  cancel() {
    if (!this.#stroke) return;
    this.#stroke = this.#pointer = null;
    this.#replaced();
  }

  /** @param {PadState} state */
  #push(state) {
    this.#example = [];
    this.#states.push(state);
    this.#undone = [];
    this.#replaced();
    this.dispatchEvent(new Event("new"));
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

  /**
   * @param {Stroke} stroke
   * @param {number} [from]
   */
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
    if (this.image) {
      const { canvas, paper } = this.image;
      const scale = Math.min(SIDE / canvas.width, SIDE / canvas.height);
      const [w, h] = [canvas.width * scale, canvas.height * scale];
      this.#context.fillStyle = paper; // visible where the image is transparent
      this.#context.fillRect((SIDE - w) / 2, (SIDE - h) / 2, w, h);
      this.#context.drawImage(canvas, (SIDE - w) / 2, (SIDE - h) / 2, w, h);
    }
    for (const stroke of this.strokes) this.#paint(stroke);
  }

  #listen() {
    const canvas = this.#canvas;
    /** @type {(event: PointerEvent) => Point} */
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
    };
    const isPen = (/** @type {PointerEvent} */ event) => this.#stroke && event.pointerId === this.#pointer?.pointerId;
    const begin = (/** @type {PointerEvent} */ event, /** @type {Point} */ point) => {
      this.element.classList.add("pointing");
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#pointer = event;
      this.down(...point);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      if (isPalm(event, this.#lastPen)) return;
      if (this.#stroke) {
        if (!this.#pointer) return; // the keyboard's
        const { pointerType } = this.#pointer;
        const isPalms = event.pointerType === "pen" && pointerType === "touch"; // it came before the pen
        const isLost = event.isPrimary && event.pointerType === pointerType; // it never got its release
        if (isPalms) this.cancel();
        else if (isLost) this.up();
        else return; // another finger
      }
      begin(event, at(event));
    });
    canvas.addEventListener("keydown", () => this.element.classList.remove("pointing"));
    canvas.addEventListener("blur", () => this.element.classList.remove("pointing"));
    canvas.addEventListener("pointermove", (event) => {
      if (!isPen(event)) return;
      if (!(event.buttons & 1)) {
        this.up(); // the release got lost, as in a dialog that opened meanwhile
        return;
      }
      const between = event.getCoalescedEvents?.() ?? [];
      this.move((between.length ? between : [event]).map(at));
    });
    // What the browser takes back, as when it recognizes a palm or a gesture, was no drawing.
    canvas.addEventListener("pointercancel", (event) => {
      if (isPen(event)) this.cancel();
    });
    for (const end of /** @type {const} */ (["pointerup", "lostpointercapture"])) {
      canvas.addEventListener(end, (event) => {
        if (isPen(event)) this.up();
      });
    }
    for (const name of /** @type {const} */ (["pointerdown", "pointermove", "pointerup"])) {
      canvas.addEventListener(name, (event) => {
        if (event.pointerType === "pen") this.#lastPen = event.timeStamp;
      });
    }
    this.#listenBeside(at, begin);
    // The canvas has one pixel per screen pixel.
    const fit = () => {
      const side = Math.max(1, Math.round(canvas.clientWidth * densityOf(canvas)));
      if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
      this.#redraw();
    };
    new ResizeObserver(fit).observe(canvas);
    listenOutside(this.element, window, "resize", fit); // zooming changes the number of pixels, but not the size in CSS pixels
    onThemeChange(this.element, () => this.#redraw());
    this.element.classList.add("blank");
  }

  /**
   * A stroke may begin beside the pad: the hand aims at the digit, not at the frame.
   *
   * @param {(event: PointerEvent) => Point} at
   * @param {(event: PointerEvent, point: Point) => void} begin
   */
  #listenBeside(at, begin) {
    /** @type {Point | null} where a pressed pointer was last, on its way to the pad */
    let from = null;
    listenOutside(this.element, document, "pointerdown", (/** @type {PointerEvent} */ event) => {
      const isControl = event.target instanceof Element && event.target.closest(CONTROLS);
      const isOurs =
        ownsPage(this.element) || this.element.closest(".lenet")?.contains(/** @type {Node} */ (event.target));
      const point = at(event);
      const beside = point.every((x) => x > -BESIDE && x < SIDE + BESIDE);
      from = isOurs && beside && !isControl && event.button === 0 && event.pointerType !== "touch" ? point : null;
    });
    listenOutside(this.element, document, "pointermove", (/** @type {PointerEvent} */ event) => {
      if (!(event.buttons & 1)) from = null;
      if (!from) return;
      if (event.target !== this.#canvas || this.#stroke) {
        from = at(event);
        return;
      }
      getSelection()?.removeAllRanges(); // the text that was passed
      begin(event, from);
      this.move([at(event)]);
      from = null;
    });
  }
}

/**
 * @param {Stroke} stroke
 * @returns {Stroke}
 */
function toGrid({ width, points }) {
  return { width, points: onGrid(points) };
}

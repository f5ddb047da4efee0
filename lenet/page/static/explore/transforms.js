// Changes of a drawing: rotated, scaled, squeezed, slanted, shifted, with other strokes, with noise or gaps, and what the
// reader makes of it.
import { preprocess } from "../network/preprocess.js";
import { resize } from "../network/resize.js";
import { drawStroke, SIDE } from "../pad/strokes.js";

/** @import { Reader } from "../network/reader.js" */

/** @typedef {[a: number, b: number, c: number, d: number, e: number, f: number]} Matrix */

export const POSITIONS = 61;

const RADIANS = Math.PI / 180;
const DASH = 2.5; // length of a dash and its gap, in widths of the stroke
const FINE = 10; // pixels per pixel of the input when it is drawn without preprocessing

/**
 * `start` leaves the drawing as it is. `matrix` is an affine transformation around the center of the drawing.
 *
 * @type {Record<string, {
 *   label: string,
 *   from: number,
 *   to: number,
 *   start: number,
 *   unit: string,
 *   matrix?: (value: number) => Matrix,
 *   needsStrokes?: boolean,
 * }>}
 */
export const TRANSFORMS = {
  rotation: { label: "Rotation", from: -90, to: 90, start: 0, unit: "\u00b0", matrix: (x) => turn(x * RADIANS) },
  scale: { label: "Scale", from: 0.2, to: 1.4, start: 1, unit: "x", matrix: (x) => [x, 0, 0, x, 0, 0] },
  squeeze: { label: "Squeeze", from: 0.2, to: 1.8, start: 1, unit: "x", matrix: (x) => [x, 0, 0, 1, 0, 0] },
  slant: {
    label: "Slant",
    from: -60,
    to: 60,
    start: 0,
    unit: "\u00b0",
    matrix: (x) => [1, 0, -Math.tan(x * RADIANS), 1, 0, 0],
  },
  shift: { label: "Shift", from: -90, to: 90, start: 0, unit: " px", matrix: (x) => [1, 0, 0, 1, x, 0] },
  width: { label: "Stroke width", from: 0.1, to: 3.1, start: 1, unit: "x", needsStrokes: true },
  noise: { label: "Noise on the input", from: 0, to: 1, start: 0, unit: "" },
  gaps: { label: "Gaps", from: 0, to: 0.9, start: 0, unit: "", needsStrokes: true },
};

/**
 * The value at a position from 0 to POSITIONS - 1.
 *
 * @param {string} name
 * @param {number} position
 */
export function valueAt(name, position) {
  const { from, to } = TRANSFORMS[name];
  return Number((from + ((to - from) * position) / (POSITIONS - 1)).toFixed(4));
}

/**
 * @param {string} name
 * @param {number} value
 */
export function positionOf(name, value) {
  const { from, to } = TRANSFORMS[name];
  return Math.round(((value - from) / (to - from)) * (POSITIONS - 1));
}

/**
 * The value of the slider that is nearest to a number.
 *
 * @param {string} name
 * @param {number} value
 */
export function nearestValue(name, value) {
  const { from, to } = TRANSFORMS[name];
  return valueAt(name, positionOf(name, Math.min(to, Math.max(from, value))));
}

/**
 * Whether this change is possible: the strokes of an image are not known.
 *
 * @param {string} name
 * @param {Drawing} drawing
 */
export function applies(name, drawing) {
  return !TRANSFORMS[name].needsStrokes || Boolean(drawing.strokes);
}

/**
 * The reading of the changed drawing, with its `opacity` as drawn; `preprocessed`: whether it is cropped, scaled and
 * centered. Only then, and without noise on the input, several digits side by side are read, unless `rows` is false.
 *
 * @param {Reader} reader
 * @param {Drawing} drawing
 * @param {string} name
 * @param {number} value
 * @param {boolean} preprocessed
 * @param {{ rows?: boolean }} options
 * @returns {Reading}
 */
export function readChanged(reader, drawing, name, value, preprocessed, options = {}) {
  const center = centerOf(drawing);
  const opacity = render(drawing, name, value, SIDE, noView, center);
  const noisy = name === "noise" && value > 0;
  if (preprocessed && !noisy) return { ...reader.read(opacity, SIDE, SIDE, options), opacity };
  let { ink, placement } = preprocessed
    ? preprocess(opacity, SIDE, SIDE, reader.description.preprocessing)
    : { ink: unprocessed(drawing, name, value, center), placement: null };
  if (noisy) ink = ink.map((x, i) => Math.min(1, Math.max(0, x + value * NOISE[i])));
  return { ...reader.readInk(ink), placement, opacity };
}

/**
 * The reader's answers over the whole range: `probabilities`, ten for each position, of the whole drawing as a single
 * digit, and `answers`, a digit or a number each, "" if it is rejected.
 *
 * @param {Reader} reader
 * @param {Drawing} drawing
 * @param {string} name
 * @param {boolean} preprocessed
 */
export function sweep(reader, drawing, name, preprocessed) {
  const probabilities = new Float32Array(POSITIONS * 10);
  /** @type {string[]} */
  const answers = [];
  for (let position = 0; position < POSITIONS; position++) {
    const reading = readChanged(reader, drawing, name, valueAt(name, position), preprocessed);
    probabilities.set(reading.probabilities, position * 10);
    answers.push(String(reading.digit ?? reading.number ?? ""));
  }
  return { probabilities, answers };
}

/** Standard normal numbers, always the same: with another noise each time, one could not compare. */
const NOISE = (() => {
  let state = 1998;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Float32Array.from({ length: 1024 }, () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()));
})();

const noView = () => {};
/** @type {Map<number, OffscreenCanvasRenderingContext2D>} */
const canvases = new Map();
/** @type {WeakMap<Float32Array, OffscreenCanvas>} the ink of images, by their input */
const inks = new WeakMap();

/** @param {number} side */
function contextOf(side) {
  const context = canvases.get(side) ?? new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("the browser cannot draw");
  canvases.set(side, context);
  return context;
}

/**
 * The opacity, 0 to 255, of the changed drawing; `view` sets the transformation from the pad to the canvas.
 *
 * @param {Drawing} drawing
 * @param {string} name
 * @param {number} value
 * @param {number} side
 * @param {(context: AnyContext) => void} view
 * @param {Point} center
 */
function render(drawing, name, value, side, view, [x, y]) {
  const context = contextOf(side);
  context.resetTransform();
  context.clearRect(0, 0, side, side);
  view(context);
  const { matrix } = TRANSFORMS[name];
  if (matrix) {
    context.translate(x, y);
    context.transform(...matrix(value));
    context.translate(-x, -y);
  }
  if (drawing.image) drawInk(context, drawing.image);
  for (const stroke of drawing.strokes ?? []) drawChanged(context, stroke, name, value);
  const { data } = context.getImageData(0, 0, side, side);
  const opacity = new Uint8Array(side * side);
  for (let i = 0; i < opacity.length; i++) opacity[i] = data[4 * i + 3];
  return opacity;
}

/**
 * @param {AnyContext} context
 * @param {Stroke} stroke
 * @param {string} name
 * @param {number} value
 */
function drawChanged(context, stroke, name, value) {
  if (name === "width") {
    drawStroke(context, { ...stroke, width: stroke.width * value });
  } else if (name === "gaps" && value > 0 && stroke.points.length > 1) {
    const period = DASH * stroke.width;
    context.lineWidth = stroke.width;
    context.lineCap = "butt";
    context.lineJoin = "round";
    context.setLineDash([(1 - value) * period, value * period]);
    context.beginPath();
    for (const point of stroke.points) context.lineTo(...point);
    context.stroke();
    context.setLineDash([]);
  } else if (stroke.points.length > 1 && value !== TRANSFORMS[name].start) {
    // As one path: much faster than segment by segment, which only a moving pen needs.
    context.lineWidth = stroke.width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    for (const point of stroke.points) context.lineTo(...point);
    context.stroke();
  } else {
    drawStroke(context, stroke);
  }
}

/**
 * The ink of an image, in black, where the input has it: the input itself on the whole pad, or, of what may be several
 * digits, for which that has too few pixels, the cropped ink.
 *
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {Preprocessed} image
 */
function drawInk(context, { ink, cropped, placement }) {
  const wide = placement && cropped && cropped.width > cropped.height;
  const raster = wide ? cropped : { data: ink, width: 32, height: 32 };
  const { left, top, width, height } = wide ? placement.to : { left: 0, top: 0, width: 32, height: 32 };
  const scale = SIDE / 32;
  const canvas = inks.get(ink) ?? inkCanvas(raster);
  inks.set(ink, canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, left * scale, top * scale, width * scale, height * scale);
}

/**
 * Black ink on a transparent ground.
 *
 * @param {Raster} ink
 */
function inkCanvas({ data, width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(width, height);
  for (let i = 0; i < data.length; i++) pixels.data[4 * i + 3] = Math.round(255 * data[i]);
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  return canvas;
}

/**
 * The center of the drawing's points; of an image, that of the pad.
 *
 * @param {Drawing} drawing
 * @returns {Point}
 */
function centerOf({ strokes }) {
  if (!strokes?.length) return [SIDE / 2, SIDE / 2];
  const middle = (/** @type {0 | 1} */ axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (const { points } of strokes) {
      for (const point of points) [low, high] = [Math.min(low, point[axis]), Math.max(high, point[axis])];
    }
    return (low + high) / 2;
  };
  return [middle(0), middle(1)];
}

/**
 * The input without preprocessing: the whole pad, reduced to its size.
 *
 * @param {Drawing} drawing
 * @param {string} name
 * @param {number} value
 * @param {Point} center
 */
function unprocessed(drawing, name, value, center) {
  const fine = 32 * FINE;
  const view = (/** @type {AnyContext} */ context) => context.scale(fine / SIDE, fine / SIDE);
  const opacity = render(drawing, name, value, fine, view, center);
  const paper = new Float32Array(opacity.length); // `from` would take several times as long as all the rest
  for (let i = 0; i < paper.length; i++) paper[i] = opacity[i] / 255;
  const { data } = resize({ data: paper, width: fine, height: fine }, 32, 32);
  return data.map((x) => Math.min(1, Math.max(0, x)));
}

/**
 * @param {number} angle
 * @returns {Matrix}
 */
function turn(angle) {
  return [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0];
}

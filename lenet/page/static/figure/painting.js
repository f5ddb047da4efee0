// What the figure is painted with: canvases of the screen's density, curves, outlines, and maps enlarged.
import { contextOf, element } from "../dom.js";
import { fill } from "../show/palette.js";

const ENLARGED = 4; // times, before a map is scaled to its tile: else its units would not be equally wide
const SHARP = 1.5; // pixels per CSS pixel from which that is not seen
const LEAST_OUTLINE = 7; // CSS pixels: units are smaller

/** A canvas of any density, whose unit is the CSS pixel. */
export class Surface {
  density = 1;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} density
   */
  fit(width, height, density) {
    const { canvas } = this;
    const [w, h] = [Math.round(width * density), Math.round(height * density)];
    this.density = density;
    if (canvas.width === w && canvas.height === h) return;
    Object.assign(canvas, { width: w, height: h });
    Object.assign(canvas.style, { inlineSize: `${width}px`, blockSize: `${height}px` });
  }

  /** The context, with nothing on the canvas. */
  clean() {
    const { canvas, context, density } = this;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    return context;
  }

  /**
   * Draw lines of a width and an opacity. Many lines wider than a pixel of the canvas take up to thirty times as long, so
   * these are a pixel wide, and more opaque.
   *
   * @param {number} width
   * @param {number} opacity
   */
  thin(width, opacity) {
    const { context, density } = this;
    context.lineWidth = Math.min(width, 1 / density);
    context.globalAlpha = Math.min(1, opacity * Math.sqrt(width / context.lineWidth));
  }
}

/** The maps of a layer, one below the other, as pixels. */
export class Strip {
  /**
   * @param {number} side
   * @param {number} maps
   */
  constructor(side, maps) {
    this.side = side;
    const size = { width: side, height: side * maps };
    this.canvas = element("canvas", size);
    this.context = contextOf(this.canvas);
    this.image = this.context.createImageData(size.width, size.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.large = element("canvas", { width: ENLARGED * size.width, height: ENLARGED * size.height });
    this.enlarged = contextOf(this.large);
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {number} scale
   * @param {import("../show/palette.js").Palette} palette
   */
  set(values, scale, palette = "diverging") {
    fill(this.pixels, values, scale, palette);
    this.context.putImageData(this.image, 0, 0);
    if (devicePixelRatio >= SHARP) return;
    this.enlarged.imageSmoothingEnabled = false;
    this.enlarged.drawImage(this.canvas, 0, 0, this.large.width, this.large.height);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} map
   * @param {Tile} tile
   */
  draw(context, map, { x, y, width, height }) {
    const sharp = devicePixelRatio >= SHARP;
    const side = sharp ? this.side : ENLARGED * this.side;
    context.imageSmoothingEnabled = !sharp;
    context.imageSmoothingQuality = "low"; // "medium" takes three times as long
    context.drawImage(sharp ? this.canvas : this.large, 0, map * side, side, side, x, y, width, height);
  }
}

/**
 * Add a link to a path: straight to the edge of its column, a curve to the next one, and straight on.
 *
 * @param {Path2D} path
 * @param {Connection} link
 */
export function addLink(path, { from, to }) {
  const [[x0, y0], [x1, y1]] = [from[from.length - 1], to[0]];
  const bend = 0.45 * (x1 - x0);
  path.moveTo(...from[0]);
  for (let i = 1; i < from.length; i++) path.lineTo(...from[i]);
  path.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
  for (let i = 1; i < to.length; i++) path.lineTo(...to[i]);
}

/**
 * An outline of the highlighter, with a dark edge, so that it is seen on any color.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Tile} tile
 * @param {number} width
 * @param {{ mark: string, edge: string }} colors
 */
export function outline(context, tile, width, { mark, edge }) {
  const grown = Math.max(0, (LEAST_OUTLINE - tile.width) / 2);
  /** @type {[number, number, number, number]} */
  const box = [tile.x - grown - 0.5, tile.y - grown - 0.5, tile.width + 2 * grown + 1, tile.height + 2 * grown + 1];
  context.lineJoin = "miter";
  for (const [style, size] of /** @type {const} */ ([
    [edge, width + 2],
    [mark, width],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = size;
    context.strokeRect(...box);
  }
}

/**
 * The cone between a square on the pad and a unit that sees it, as in the paper.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Tile} from
 * @param {Tile} to
 * @param {{ mark: string, ink: string, dark: boolean }} colors
 * @param {boolean} several
 */
export function ray(context, from, to, { mark, ink, dark }, several) {
  const path = new Path2D();
  path.moveTo(from.x + from.width, from.y);
  path.lineTo(to.x, to.y);
  path.lineTo(to.x, to.y + to.height);
  path.lineTo(from.x + from.width, from.y + from.height);
  context.fillStyle = mark;
  context.globalAlpha = (dark ? 0.3 : 0.5) / (several ? 3.2 : 1);
  context.fill(path);
  context.globalAlpha = several ? 0.3 : 0.8;
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.stroke(path);
  context.globalAlpha = 1;
}

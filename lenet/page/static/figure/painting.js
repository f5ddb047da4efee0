// What the figure is painted with: canvases of the screen's density, curves, outlines, and maps as pixels.
import { contextOf } from "../dom.js";
import { fill } from "../show/palette.js";

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
    // At least a pixel: there may be no room, as in a frame that is closed, and what is empty cannot be copied.
    const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * density)));
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
   * The context, with a copy of another canvas of the same size: pixel by pixel, which takes half as long as to clear this
   * one and to draw the other at its size in CSS pixels.
   *
   * @param {Surface} other
   */
  copy({ canvas }) {
    const { context, density } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(canvas, 0, 0);
    context.globalCompositeOperation = "source-over";
    context.setTransform(density, 0, 0, density, 0, 0);
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

/**
 * The maps of a layer as pixels of the canvas, which are put there as they are: scaled by the browser, with units that are
 * equally wide, they would take four times as long; and so would paler ones if paper were painted over them. Units of C5
 * and F6 are one map, with gaps.
 */
export class Strip {
  #stale = true; // whether the image is not that of the values
  #paper = 0;
  /** @type {number[]} */
  #covered = []; // how much paper covers each map, or each unit of one map, of 256
  #columns = new Cells(1, 1, 0);
  #rows = new Cells(1, 1, 0);
  #image = new ImageData(1, 1);
  #pixels = new Uint32Array(1);

  /**
   * @param {number} across units of a map
   * @param {number} down
   * @param {number} maps
   * @param {number} gap CSS pixels between units
   */
  constructor(across, down, maps, gap = 0) {
    this.gap = gap;
    this.across = across;
    this.down = down;
    this.maps = maps;
    this.values = new Uint32Array(across * down * maps);
    this.shown = this.values.slice();
  }

  /**
   * Scale to tiles of this size.
   *
   * @param {Tile} tile
   * @param {number} density
   */
  fit({ width, height }, density) {
    const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * density)));
    const gap = Math.round(this.gap * density);
    this.#columns = new Cells(this.across, w, gap);
    this.#rows = new Cells(this.down, h, gap);
    this.#image = new ImageData(w, h * this.maps);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#stale = true;
  }

  /**
   * @param {ArrayLike<number>} values
   * @param {number} scale
   * @param {import("../show/palette.js").Palette} palette
   */
  set(values, scale, palette = "diverging") {
    fill(this.values, values, scale, palette);
    this.#stale = true;
  }

  /**
   * Cover maps with paper, or units where all are one map: as much of each as is said, from 0 to 1; with an empty list,
   * none.
   *
   * @param {number[]} parts
   * @param {string} paper
   */
  cover(parts, paper) {
    const covered = parts.map((part) => Math.round(256 * part));
    const pixel = pixelOf(paper);
    if (pixel === this.#paper && String(covered) === String(this.#covered)) return;
    [this.#covered, this.#paper] = [covered, pixel];
    this.#stale = true;
  }

  #scale() {
    const { across, down, maps, values: found, shown: values } = this;
    const each = found.length / Math.max(1, this.#covered.length);
    for (let i = 0; i < found.length; i++) {
      values[i] = mix(found[i], this.#paper, this.#covered[Math.trunc(i / each)] ?? 0);
    }
    const { first: columns, second: parts } = this.#columns;
    const { first: rows, second: weights } = this.#rows;
    const pixels = this.#pixels;
    const width = columns.length;
    const units = new Uint32Array(across + 1);
    let to = 0;
    for (let map = 0; map < maps; map++) {
      for (let y = 0; y < rows.length; y++, to += width) {
        const weight = weights[y];
        if (y && !weight && !weights[y - 1] && rows[y] === rows[y - 1]) {
          pixels.copyWithin(to, to - width, to);
          continue;
        }
        if (rows[y] < 0) continue; // a gap
        const from = (map * down + rows[y]) * across;
        for (let i = 0; i < across; i++) units[i] = mix(values[from + i], values[from + across + i], weight);
        for (let x = 0; x < width; x++) {
          const column = columns[x];
          if (column >= 0) pixels[to + x] = mix(units[column], units[column + 1], parts[x]);
        }
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} map
   * @param {Tile} tile
   * @param {number} density
   */
  draw(context, map, { x, y }, density) {
    if (this.#stale) this.#scale();
    this.#stale = false;
    const [width, height] = [this.#columns.first.length, this.#rows.first.length];
    const [left, top] = [Math.round(x * density), Math.round(y * density)];
    context.putImageData(this.#image, left, top - map * height, 0, map * height, width, height);
  }
}

/**
 * How units share pixels: the unit that each pixel begins in, -1 for a gap, and how much of it belongs to the next one, of
 * 256.
 */
class Cells {
  /**
   * @param {number} units
   * @param {number} pixels
   * @param {number} gap
   */
  constructor(units, pixels, gap) {
    this.first = new Int16Array(pixels);
    this.second = new Uint16Array(pixels);
    for (let i = 0; i < pixels; i++) {
      const [from, to] = [(i * units) / pixels, ((i + 1) * units) / pixels];
      const unit = Math.floor(from + 1e-6);
      const rest = to - unit - 1;
      const inGap = gap && Math.floor(((i + gap) * units) / pixels + 1e-6) > unit;
      this.first[i] = inGap ? -1 : unit;
      this.second[i] = gap || rest < 1e-6 || unit + 1 >= units ? 0 : Math.round((256 * rest) / (to - from));
    }
  }
}

/**
 * A color as a pixel.
 *
 * @param {string} color as #rrggbb
 */
function pixelOf(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * @param {number} a a pixel
 * @param {number} b
 * @param {number} part of b, of 256
 */
function mix(a, b, part) {
  if (!part) return a;
  const rest = 256 - part;
  const redAndBlue = ((a & 0xff00ff) * rest + (b & 0xff00ff) * part) / 256;
  const green = ((a & 0xff00) * rest + (b & 0xff00) * part) / 256;
  return ((redAndBlue & 0xff00ff) | (green & 0xff00) | 0xff000000) >>> 0;
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

// The network as one drawing, on one canvas: where the browser paints without a graphics card, each canvas that changes is
// copied twice a frame. What is lit for the unit that is pointed at is painted with it: links below the maps, which need
// no clipping then, and outlines above them. What does not change while one draws is painted once, on a canvas that is not
// shown, and copied.
import { densityOf, element, find, findAll, listenOutside, setProperty, setText, zoomOf } from "../dom.js";
import { onDrawing, receptiveField, sourceOf } from "../network/explain.js";
import { ownsPage } from "../pad/embedding.js";
import { SIDE } from "../pad/strokes.js";
import { number } from "../show/format.js";
import { gradientOf } from "../show/gradient.js";
import { overlay } from "../show/overlay.js";
import { KERNEL } from "../show/palette.js";
import { scaleOf } from "../show/view.js";
import { colors, onThemeChange } from "../theme.js";
import { around, barsOf, COLUMNS, partOf, unitAt, unitBeside } from "./geometry.js";
import { layOut, setKind } from "./layout.js";
import { carried, hairlines, lightsOf, sidesOf, signals } from "./links.js";
import { addLink, outline, ray, Strip, Surface } from "./painting.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Store } from "../store.js"
 */

const MAPS = ["input", "c1", "s2", "c3", "s4"];
const UNITS = ["c5", "f6"];
/** @type {[layer: string, most: number][]} */
const SIGNALS = [
  ["c3", 36],
  ["c5", 110],
  ["f6", 100],
  ["output", 50],
];
const BORDER = 2; // pixels of the pad's border
const LATE = 19; // milliseconds to the next frame, on average: of 60 a second, some are missed
const COARSE = 1; // pixels per CSS pixel while the pen moves where frames are late
const FADED = { beside: 0.68, other: 0.4 }; // of what is not lit, in layers that are and in others
const SMALL = 24; // pixels of a map
const ROOM = 30; // pixels between zero and the end of the scale of the scores, if both are to be labeled
const STEPS = 8; // of color and width of the links that are lit: those alike are drawn at once

export class Figure {
  /** @type {Geometry | null} */
  geometry = null;

  #key = ""; // of the sizes that it was laid out for
  #size = { width: 0, height: 0 };
  #still = ""; // what the canvas of that name shows
  #line = 1;
  /** @type {Record<string, Strip>} */
  #strips = {};
  /** @type {Record<string, Float32Array>} */
  #carries = {};
  #late = { frame: 0, mean: 0, slow: false };

  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {NetworkDescription} description
   */
  constructor(root, store, description) {
    this.root = root;
    this.store = store;
    this.description = description;
    this.sides = sidesOf(description);
    this.framed = !ownsPage(root) || window.self !== window.top;
    this.base = new Surface(find(root, "canvas.base", HTMLCanvasElement));
    this.still = new Surface(element("canvas"));
    this.field = element("div", { className: "outline field", hidden: true, attributes: { "aria-hidden": "true" } });
    find(root, ".pad").append(this.field);
    const { digits, scores, axis } = addMaps(root, description.layers);
    this.digits = digits;
    this.scores = scores;
    this.axis = axis;
    for (const name of MAPS) this.#strips[name] = new Strip(this.sides[name], this.sides[name], this.#maps(name));
    for (const name of UNITS) {
      const { count, across } = COLUMNS[name];
      this.#strips[name] = new Strip(across, count / across, 1, 1);
    }
    const size = description.layers[0].size ?? 1;
    this.#strips.kernels = new Strip(size, size, this.#maps("c1"));
    store.addEventListener("reading", () => this.#read());
    store.addEventListener("network", () => this.#repaint());
    for (const event of ["view", "lesson"]) store.addEventListener(event, () => this.#show());
    store.addEventListener("muted", () => this.#showMuted());
    store.addEventListener("selection", () => this.#draw());
    store.addEventListener("mode", () => (store.view.gradient ? this.#show() : this.#draw())); // there may be a lesson
    store.addEventListener("state", () => {
      if (store.state === "live") return;
      this.#sharpen();
      this.#showScores();
    });
    onThemeChange(root, () => this.#repaint());
    new ResizeObserver(() => this.#resize()).observe(root);
    listenOutside(root, window, "resize", () => this.#resize());
    this.#resize();
  }

  /**
   * The unit at a point of the window.
   *
   * @param {number} x
   * @param {number} y
   */
  unitAt(x, y) {
    const { canvas } = this.base;
    const { left, top } = canvas.getBoundingClientRect();
    const [right, down] = [x - left, y - top].map((pixels) => pixels / zoomOf(canvas));
    return this.geometry && unitAt(this.geometry, this.sides, right, down);
  }

  /**
   * The unit beside one, on the next map at the edge of one.
   *
   * @param {Unit} unit
   * @param {[down: number, right: number]} step
   */
  beside(unit, step) {
    return unitBeside(this.sides, unit, step);
  }

  /** @param {string} name */
  #maps(name) {
    return this.description.layers.find((layer) => layer.name === name)?.shape[0] ?? 1;
  }

  /** The unit that is lit: a pinned one only where it is explained. */
  get #unit() {
    const { unit, pinned, inspecting, network } = this.store;
    return network && (!pinned || inspecting) ? unit : null;
  }

  get #colors() {
    return colors(this.root);
  }

  /** What is painted: of a blank pad, what the network makes of blank paper. */
  get #reading() {
    return this.store.reading ?? this.store.blank;
  }

  /** In the article, and where one figure is by itself, it is not seen; and pad and answer are there. */
  get #isHidden() {
    return ["article", "single"].includes(this.root.dataset.view ?? "");
  }

  /** Lay out again if the page has another size; the panel below changes its height all the time. */
  #resize() {
    const { root } = this;
    if (this.#isHidden) {
      this.#key = "";
      setKind(root, this.framed);
      return;
    }
    const { top } = find(root, ".figure").getBoundingClientRect();
    const height = this.framed ? "" : `${innerHeight} ${Math.round(top + scrollY)}`;
    const { clientWidth, dataset } = root;
    const key = `${clientWidth} ${height} ${densityOf(root)} ${find(root, ".modes").offsetHeight} ${dataset.view}`;
    if (key === this.#key || !clientWidth) return;
    this.#key = key;
    const { geometry, width, height: high, density } = layOut(root, this.framed);
    this.geometry = geometry;
    this.#size = { width, height: high };
    this.#line = Math.max(0.3, Math.min(1, geometry.gap / 45));
    this.#fit(density);
    this.#repaint();
  }

  /**
   * The tiles of the maps of a layer; the units of C5 and F6 are one map.
   *
   * @param {string} name
   */
  #tiles(name) {
    const { tiles, kernels } = /** @type {Geometry} */ (this.geometry);
    if (name === "kernels") return kernels;
    return UNITS.includes(name) ? [around(tiles[name])] : (tiles[name] ?? []);
  }

  /** @param {number} density */
  #fit(density) {
    this.#still = "";
    for (const surface of [this.still, this.base]) surface.fit(this.#size.width, this.#size.height, density);
    for (const [name, strip] of Object.entries(this.#strips)) {
      const [tile] = this.#tiles(name);
      if (tile) strip.fit(tile, density);
    }
  }

  /** Everything again: another size, theme or network. */
  #repaint() {
    this.#still = "";
    this.#carries = {};
    const weight = this.store.network?.layer("c1").weight;
    if (weight) this.#strips.kernels.set(weight, KERNEL);
    this.#show();
  }

  /**
   * What changes only with the network, the size and the unit that is lit: the hairlines of all connections, the frames of
   * the maps, and the lit links that carry no value of their own.
   *
   * @param {Network} network
   * @param {Geometry} geometry
   * @param {Lights | null} lights
   */
  #drawStill(network, geometry, lights) {
    const shown = JSON.stringify(lights && [this.#unit, MAPS.map((name) => coverOf(geometry, lights, name))]);
    if (shown === this.#still) return;
    this.#still = shown;
    const context = this.still.clean();
    const { ink, dark } = this.#colors;
    const path = new Path2D();
    const { links, lanes } = hairlines(network, geometry);
    for (const link of links) addLink(path, link);
    for (const [first, ...rest] of lanes) {
      path.moveTo(...first);
      for (const point of rest) path.lineTo(...point);
    }
    context.strokeStyle = ink;
    this.still.thin(this.#line, (dark ? 0.14 : 0.12) * (lights ? 0.5 : 1)); // paler while one is lit
    context.stroke(path);
    const passing = new Path2D();
    for (const link of lights?.links ?? []) if (link.value === null) addLink(passing, link);
    Object.assign(context, { globalAlpha: 0.45, lineWidth: 1 });
    context.stroke(passing);
    for (const [name, list] of Object.entries({ ...geometry.tiles, kernels: geometry.kernels })) {
      if (name !== "kernels" && !MAPS.includes(name)) continue;
      const covered = lights ? coverOf(geometry, lights, name) : [];
      for (const [i, { x, y, width, height }] of list.entries()) {
        context.globalAlpha = (dark ? 0.38 : 0.6) * (1 - (covered[i] ?? 0));
        context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
      }
    }
    context.globalAlpha = 1;
  }

  #read() {
    const { store } = this;
    if (store.state === "live") this.#measure();
    this.#show();
  }

  /** While one draws and frames come late, canvases have fewer pixels; they are sharp again when the pen rests. */
  #measure() {
    const late = this.#late;
    const began = performance.now();
    if (!late.frame) {
      late.frame = requestAnimationFrame(() => {
        late.frame = 0;
        late.mean = 0.8 * late.mean + 0.2 * (performance.now() - began);
        late.slow ||= late.mean > LATE;
      });
    }
    if (late.slow && this.base.density > COARSE) this.#fit(COARSE);
  }

  #sharpen() {
    if (this.base.density >= devicePixelRatio) return;
    this.#fit(devicePixelRatio);
    this.#draw();
  }

  /** Another reading, or the same in another view. */
  #show() {
    const { view, network } = this.store;
    const reading = this.#reading;
    if (!reading || !network) return;
    if (this.#isHidden) {
      this.#draw();
      return;
    }
    for (const name of [...MAPS, ...UNITS]) {
      const strip = this.#strips[name];
      const isInk = name === "input" && !view.gradient;
      if (isInk) strip.set(reading.outputs.input, 1, "gray");
      else strip.set(this.#shown(reading, name), this.#scale(reading, name));
    }
    if (this.store.state !== "live" || this.store.source || this.store.changed) this.#showScores();
    this.#draw();
  }

  /** The scores for screen readers, which read them once the pen rests. */
  #showScores() {
    const output = this.#reading?.outputs.output;
    for (const [digit, line] of this.scores.entries()) setText(line, output ? number(output[digit]) : "");
  }

  /**
   * What is shown of a layer: its values, their difference from those for blank paper, or the gradient.
   *
   * @param {Reading} reading
   * @param {string} name
   */
  #shown(reading, name) {
    const { view, blank } = this.store;
    const gradient = view.gradient && gradientOf(this.store);
    if (gradient) return gradient[name];
    const of = (/** @type {Reading} */ { before, outputs }) => (view.before ? before : outputs)[name];
    return difference(of(reading), view.difference && blank ? of(blank) : undefined);
  }

  /**
   * The end of the scale of a layer: of gradients, the largest.
   *
   * @param {Reading} reading
   * @param {string} name
   */
  #scale(reading, name) {
    const { view } = this.store;
    if (!view.gradient) return scaleOf(this.store.network?.description ?? this.description, view.before, name);
    return this.#shown(reading, name).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  }

  #draw() {
    const { geometry, base } = this;
    const { network } = this.store;
    const [unit, reading] = [this.#unit, this.#reading];
    if (!geometry || !reading || !network) return;
    if (this.#isHidden) {
      const field = unit && receptiveField(network, unit, "input");
      this.field.hidden = !(field && this.#fieldOnPad(field));
      return;
    }
    const lights = unit && lightsOf(network, reading, unit, geometry);
    const onPad = lights?.input ? this.#fieldOnPad(lights.input) : null;
    this.field.hidden = !onPad;
    this.#drawStill(network, geometry, lights);
    const context = base.copy(this.still);
    if (lights && onPad) this.#drawRays(context, lights, onPad);
    if (lights) this.#drawLinks(context, lights);
    else this.#drawSignals(context);
    for (const [name, strip] of Object.entries(this.#strips)) {
      strip.cover(lights ? coverOf(geometry, lights, name) : [], this.#colors.paper);
      for (const [map, tile] of this.#tiles(name).entries()) strip.draw(context, map, tile, base.density);
    }
    this.#drawScores(context, reading);
    this.#drawMuted(context); // also where the rest is paler
    if (lights) this.#drawOutlines(context, lights);
  }

  /**
   * In color, the connections that carry the most at this moment.
   *
   * @param {CanvasRenderingContext2D} context
   */
  #drawSignals(context) {
    const { geometry, store } = this;
    const { network } = store;
    const reading = this.#reading;
    if (!geometry || !network || !reading) return;
    const { positive, negative } = this.#colors;
    this.base.thin(this.#line * (devicePixelRatio > 1.5 ? 0.8 : 1), 0.42);
    for (const [name, most] of SIGNALS) {
      const paths = { positive: new Path2D(), negative: new Path2D() };
      this.#carries[name] = carried(network, reading.outputs[sourceOf(network, name)], name, this.#carries[name]);
      for (const link of signals(network, this.#carries[name], name, most, geometry)) {
        addLink(link.value > 0 ? paths.positive : paths.negative, link);
      }
      context.strokeStyle = negative;
      context.stroke(paths.negative);
      context.strokeStyle = positive;
      context.stroke(paths.positive);
    }
    context.globalAlpha = 1;
  }

  /**
   * Each digit with its score as a bar.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Reading} reading
   */
  #drawScores(context, { top, digit, outputs: { output } }) {
    const { geometry, description } = this;
    if (!geometry) return;
    const { ink, positive, negative } = this.#colors;
    const distances = description.layers.some(({ kind }) => kind === "RBF");
    const { bars, zero, right, end } = barsOf(geometry, output, distances);
    for (const [i, { x, y, width, height }] of bars.entries()) {
      const chosen = i === top[0][0] && digit !== null;
      this.digits[i].classList.toggle("chosen", chosen);
      context.globalAlpha = chosen ? 1 : 0.75;
      context.fillStyle = output[i] > 0 ? positive : negative;
      context.fillRect(x, y, width, height);
    }
    context.globalAlpha = 0.45;
    context.fillStyle = ink;
    for (const { y, height } of geometry.tiles.output) context.fillRect(zero - 0.5, y - 1, 1, height + 2);
    context.globalAlpha = 1;
    const { x } = geometry.columns.output;
    const [least, most, name] = this.axis;
    for (const [mark, at] of /** @type {const} */ ([
      [least, zero],
      [most, right],
      [name, (zero + right) / 2],
    ])) {
      setProperty(mark, "inset-inline-start", `${Math.round(at - x)}px`);
    }
    least.hidden = right - zero < ROOM;
    setText(most, String(Math.round(end)));
    setText(name, distances ? "distance: least wins" : "score");
  }

  #showMuted() {
    nameMaps(this.root, this.description.layers, this.store.muted);
    this.#draw();
  }

  /** @param {CanvasRenderingContext2D} context */
  #drawMuted(context) {
    context.strokeStyle = this.#colors.ink;
    context.lineWidth = 2;
    context.beginPath();
    for (const [layer, map] of this.store.mutedMaps) {
      const tile = this.geometry?.tiles[layer]?.[map];
      if (!tile) continue;
      const { x, y, width, height } = tile;
      context.rect(x + 1, y + 1, width - 2, height - 2);
      context.moveTo(x + 1, y + height - 1);
      context.lineTo(x + width - 1, y + 1);
    }
    context.stroke();
  }

  /**
   * From what the unit sees on the pad to the maps of C1 that it sees.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {Lights} lights
   * @param {Box} onPad
   */
  #drawRays(context, { unit, fields }, onPad) {
    const pad = this.geometry?.pad;
    if (!pad) return;
    const inside = { x: BORDER, y: pad.y + BORDER, width: pad.width - 2 * BORDER, height: pad.height - 2 * BORDER };
    const from = partOf(inside, SIDE, onPad);
    const seen = fields.filter(({ layer, back }) => back && layer === "c1").map(({ tile }) => tile);
    if (unit && this.#unit?.layer === "c1") {
      const kernel = this.geometry?.kernels[this.#unit.map]; // through it, and not across those of other maps
      ray(context, from, kernel ?? unit, this.#colors, false);
      if (kernel) ray(context, kernel, unit, this.#colors, false);
      return;
    }
    for (const tile of seen) ray(context, from, tile, this.#colors, seen.length > 1);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Lights} lights
   */
  #drawOutlines(context, { unit, input, fields }) {
    const { tiles, kernels } = /** @type {Geometry} */ (this.geometry);
    const { layer, map } = /** @type {Unit} */ (this.#unit);
    for (const { tile, back, layer: of } of fields) {
      // The links lead to the maps that the unit feeds, of which frames would hide all that there is on a phone.
      if (back || tiles[of][0].width >= SMALL) outline(context, tile, back ? 1 : 2, this.#colors);
    }
    if (tiles.input && input && layer !== "input") {
      outline(context, partOf(tiles.input[0], this.sides.input, input), 1, this.#colors);
    }
    if (layer === "c1" && kernels.length) outline(context, kernels[map], 2, this.#colors);
    if (unit) outline(context, unit, this.store.pinned ? 3 : 2, this.#colors);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Lights} lights
   */
  #drawLinks(context, { links }) {
    const { between } = /** @type {Geometry} */ (this.geometry);
    const { positive, negative } = this.#colors;
    context.lineJoin = "round";
    /** @type {Record<string, number>} */
    const most = {};
    for (const { value, group } of links) most[group] = Math.max(most[group] ?? 1e-9, Math.abs(value ?? 0));
    const steps = Array.from({ length: STEPS + 1 }, () => ({ above: new Path2D(), below: new Path2D() }));
    for (const link of links) {
      const { value, group } = link;
      if (value === null) continue; // see #drawStill
      const step = steps[Math.ceil((STEPS * Math.abs(value)) / most[group]) || 0]; // 0 also of what is not a number
      addLink(value > 0 ? step.above : step.below, link);
    }
    for (const [step, { above, below }] of steps.entries()) {
      context.globalAlpha = 0.25 + (0.75 * step) / STEPS;
      context.lineWidth = 0.75 + (Math.min(4, between - 1) * step) / STEPS;
      context.strokeStyle = negative;
      context.stroke(below);
      context.strokeStyle = positive;
      context.stroke(above);
    }
    context.globalAlpha = 1;
  }

  /**
   * Outline the square on the pad where a part of the input comes from, and return it; null if it is not known, as of
   * images.
   *
   * @param {Box} field
   * @returns {Box | null}
   */
  #fieldOnPad(field) {
    const placement = this.store.reading?.placement;
    if (!placement) return null;
    // Partly outside of the pad if the digit is near its edge, or large.
    const clamp = (/** @type {number} */ at) => Math.min(SIDE, Math.max(0, at));
    const { top, left, bottom, right } = onDrawing(placement, field);
    const box = { top: clamp(top), left: clamp(left), bottom: clamp(bottom), right: clamp(right) };
    overlay(this.field, box, SIDE);
    return box;
  }
}

/**
 * How much paper covers each map or unit of a layer, or each kernel, where others are lit.
 *
 * @param {Geometry} geometry
 * @param {Lights} lights
 * @param {string} name
 */
function coverOf({ tiles, kernels }, { touched }, name) {
  const list = name === "kernels" ? kernels : (tiles[name] ?? []);
  if (name === "input") return list.map(() => 0);
  const lit = list.map((_, i) => touched.has(`${name === "kernels" ? "c1" : name}.${i}`));
  const part = lit.includes(true) ? FADED.beside : FADED.other;
  return lit.map((isLit) => (isLit ? 0 : part));
}

/**
 * The maps of all layers as boxes that can have the focus, one Tab stop a layer; C5, F6 and the output are one each.
 * Returns the ten digits of the output, its scores, which are for screen readers, and the marks of their scale.
 *
 * @param {HTMLElement} root
 * @param {LayerDescription[]} layers
 */
function addMaps(root, layers) {
  for (const stage of findAll(root, ".stage")) {
    const name = stage.dataset.stage ?? "";
    const count = mapsOf(layers, name);
    const maps = Array.from({ length: count }, (_, i) =>
      element("div", {
        className: "map",
        tabIndex: i ? -1 : 0,
        dataset: { index: i },
        attributes: { role: "application", "aria-roledescription": "grid of units" },
      }),
    );
    find(stage, ".maps").append(...maps);
    if (name !== "c1") continue;
    const kernels = Array.from({ length: count }, (_, map) => {
      const words = `Kernel of C1, map ${map}`;
      return element("div", { className: "kernel", title: words, attributes: { role: "img", "aria-label": words } });
    });
    stage.append(...kernels);
  }
  nameMaps(root, layers, {});
  const digits = Array.from({ length: 10 }, (_, digit) =>
    element("span", { className: "label", attributes: { "aria-hidden": "true" } }, String(digit)),
  );
  const scores = Array.from({ length: 10 }, () => element("li"));
  const list = element("ol", { className: "scores", start: 0, attributes: { "aria-label": "Scores" } }, ...scores);
  const axis = ["axis", "axis", "axis name"].map((className) => element("p", { className }, "0"));
  find(root, '[data-stage="output"]').append(...digits, list, ...axis);
  return { digits, scores, axis };
}

/**
 * The number of boxes of a layer.
 *
 * @param {LayerDescription[]} layers
 * @param {string} name
 */
function mapsOf(layers, name) {
  const shape = layers.find((layer) => layer.name === name)?.shape ?? [1];
  return shape.length === 3 ? shape[0] : 1;
}

/**
 * Name the boxes, and say what is muted.
 *
 * @param {HTMLElement} root
 * @param {LayerDescription[]} layers
 * @param {Muted} muted
 */
function nameMaps(root, layers, muted) {
  for (const stage of findAll(root, ".stage")) {
    const name = stage.dataset.stage ?? "";
    const label = name === "input" || name === "output" ? name[0].toUpperCase() + name.slice(1) : name.toUpperCase();
    const several = mapsOf(layers, name) > 1;
    const units = [...(muted[name] ?? [])];
    for (const [i, map] of findAll(stage, ".map").entries()) {
      const ofUnits = units.length ? `, switched off: ${units.join(", ")}` : "";
      const ofMap = `, feature map ${i}${units.includes(i) ? ", switched off" : ""}`;
      map.ariaLabel = label + (several ? ofMap : ofUnits);
    }
  }
}

/**
 * @param {Float32Array} values
 * @param {Float32Array | undefined} from
 */
function difference(values, from) {
  return from ? values.map((value, i) => value - from[i]) : values;
}

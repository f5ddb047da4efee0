// Lays the page out: the style sheet says how large type and rows are, arithmetic where the tiles, the pad and the answer
// stand, so that the network fills what the window leaves.
import { densityOf, find, findAll, setProperty, zoomOf } from "../dom.js";
import { around, geometryOf, kindOf } from "./geometry.js";

/** @type {Record<FigureKind, number>} */
const LOWEST = { wide: 0, short: 350, phone: 0 }; // the window's height; where it is lower, the page scrolls
const PANEL = { least: 196, most: 420, share: 0.282, short: 50, said: 19 }; // of the window, below the modes; and what is said above them
const FRAMED = { least: 700, share: 0.58 }; // the height of a page in a frame follows its width
const LABELS = { above: 47, below: 17, belowOnTablets: 34 }; // pixels for names, shapes and operations
const NUMBERS = { wide: 104, short: 80 }; // pixels of the output beside its digit
const PAPER = 1040; // pixels that a sheet of paper is wide
const PAD = { high: 0.29, wide: 0.6, least: 150, leastWide: 0.42 }; // of a phone: shares of the window, and pixels however low that is
const LIKELY = 92; // pixels of the three likeliest digits, below the answer of a phone
const SCROLLED = { below: 126, tall: 180 }; // the figure where it would be too low beside the rest: that is scrolled
const ROWS = { masthead: 34, tools: 104, modes: 236, modesOfLowWindows: 44 }; // of a phone

/**
 * Say for which kind of window the page is laid out.
 *
 * @param {HTMLElement} root
 * @param {boolean} framed
 */
export function setKind(root, framed) {
  const kind = kindOf(root.clientWidth, innerHeight / zoomOf(root), framed);
  root.dataset.kind = kind;
  return kind;
}

/**
 * Place everything. Returns where, and how large the figure's canvases are, and of which density. The style sheet goes by
 * custom properties of the figure: with those of the whole page, the style of every mode would be computed again.
 *
 * @param {HTMLElement} root
 * @param {boolean} framed
 * @returns {{ geometry: Geometry, width: number, height: number, density: number }}
 */
export function layOut(root, framed) {
  const figure = find(root, ".figure");
  const kind = setKind(root, framed);
  root.toggleAttribute("data-framed", framed);
  const width = figure.clientWidth;
  const high = framed
    ? Math.max(FRAMED.least, FRAMED.share * width)
    : Math.max(LOWEST[kind], innerHeight / zoomOf(root)) -
      (figure.getBoundingClientRect().top + scrollY) / zoomOf(root);
  const density = densityOf(root);
  const [pad, tools, answer] = [".pad", ".tools", ".answer"].map((selector) => find(root, selector));
  const net = find(root, ".net");
  for (const element of [pad, tools, answer, net]) element.removeAttribute("style");
  figure.style.blockSize = "";
  const set = (/** @type {string} */ name, /** @type {number} */ pixels) =>
    setProperty(figure, name, `${Math.round(pixels)}px`);
  const setMeasures = (/** @type {{ pad: number, big: number, answer: number }} */ { pad, big, answer }) => {
    set("--pad", pad);
    set("--big", big);
    set("--answer", answer);
    setProperty(figure, "--on-paper", Math.min(1, PAPER / width).toFixed(3));
  };

  if (kind === "phone") {
    const beside = width >= 600; // the tools stand beside the pad
    const least = Math.min(PAD.least, PAD.leastWide * width);
    const side = Math.round(Math.max(least, Math.min(PAD.wide * width, PAD.high * high)));
    const below = beside ? LABELS.belowOnTablets : LABELS.below;
    const rows = ROWS.masthead + (beside ? 0 : ROWS.tools) + LABELS.above + below + 4;
    const room = high - rows - side - (high > 700 ? ROWS.modes : ROWS.modesOfLowWindows);
    const tall = room < SCROLLED.below ? SCROLLED.tall : room;
    const geometry = geometryOf({ kind, width, top: LABELS.above, tall: Math.min(0.7 * width, tall), density });
    figure.style.removeProperty("--examples");
    setMeasures({ pad: side, big: Math.min(0.62 * side, (side - LIKELY) / 0.72), answer: width - side - 12 });
    const height = geometry.top + geometry.height + below + 4;
    net.style.blockSize = `${height}px`;
    placeStages(root, geometry);
    return { geometry, width, height, density };
  }

  const short = kind === "short";
  const names = findAll(root, ".stage:not([data-stage=input]) header").map((header) => header.offsetHeight);
  const top = Math.ceil(Math.max(short ? 0 : find(root, ".masthead").offsetHeight, ...names)) + 5;
  const operations = findAll(root, ".operation").map((operation) => operation.offsetHeight);
  const bottom = short ? 4 : Math.max(...operations) + 10;
  const below = short ? find(root, ".strip").offsetHeight + PANEL.said : find(root, ".modes").offsetHeight;
  const panel = short ? PANEL.short : Math.max(PANEL.least, Math.min(PANEL.most, PANEL.share * high));
  const tall = high - top - bottom - below - (root.dataset.view ? 0 : panel) - 10; // a figure by itself has none below it
  const edit = find(root, ".edit").offsetHeight;
  const beside = edit + find(root, '[data-stage="input"] header').offsetHeight + 4; // of the input, below the examples
  const row = Number.parseFloat(getComputedStyle(find(root, ".pictures")).getPropertyValue("--row"));
  const geometry = geometryOf({ kind, width, top, tall, density, row, tools: short ? 0 : beside });
  const height = top + geometry.height + bottom;
  figure.style.blockSize = `${height}px`;
  const { pad: onPad, answer: atAnswer, tiles, columns } = geometry;
  if (!onPad || !atAnswer) throw new Error("a wide figure has a pad");
  put(pad, onPad);
  put(answer, atAnswer);
  const beneath = onPad.y + onPad.height + 5;
  put(tools, { x: 0, y: beneath, width: columns.pad.width, height: top + geometry.height - beneath });
  set("--edit", edit);
  set("--input", tiles.input[0].width);
  setProperty(figure, "--examples", String(geometry.examples));
  const big = Math.min(1.18 * atAnswer.height, 0.72 * atAnswer.width);
  setMeasures({ pad: onPad.width, big, answer: atAnswer.width - NUMBERS[kind] });
  placeStages(root, geometry);
  return { geometry, width, height, density };
}

/**
 * The boxes of the layers and of their maps, which have the focus and the names; their pixels are on the canvas.
 *
 * @param {HTMLElement} root
 * @param {Geometry} geometry
 */
function placeStages(root, geometry) {
  const { tiles, columns, kernels } = geometry;
  const shown = Object.keys(columns);
  for (const stage of findAll(root, ".stage")) {
    const layer = stage.dataset.stage ?? "";
    const list = tiles[layer];
    stage.hidden = !list;
    if (!list) continue;
    const box = columns[layer] ?? list[0];
    put(stage, box);
    const before = columns[shown[shown.indexOf(layer) - 1]];
    if (before) {
      const [kernel] = layer === "c1" ? kernels : [];
      const middle = kernel ? kernel.x + kernel.width / 2 : (before.x + before.width + box.x) / 2;
      stage.style.setProperty("--operation", `${Math.round(middle - box.x)}px`);
    }
    for (const [i, kernel] of findAll(stage, ".kernel").entries()) {
      kernel.hidden = !kernels.length;
      if (kernels.length) put(kernel, { ...kernels[i], x: kernels[i].x - box.x, y: kernels[i].y - box.y });
    }
    for (const [i, label] of findAll(stage, ".label").entries()) {
      const { x, y, height } = list[i];
      stage.style.setProperty("--row", `${height}px`);
      put(label, { x: x - box.x, y: y - box.y, width: 2 * geometry.label, height });
    }
    const maps = findAll(stage, ".map");
    for (const [i, map] of maps.entries()) {
      const tile = maps.length === list.length ? list[i] : around(list);
      put(map, { ...tile, x: tile.x - box.x, y: tile.y - box.y });
    }
  }
}

/**
 * @param {HTMLElement} element
 * @param {Tile} tile
 */
function put(element, { x, y, width, height }) {
  Object.assign(element.style, {
    insetInlineStart: `${x}px`,
    insetBlockStart: `${y}px`,
    inlineSize: `${width}px`,
    blockSize: `${height}px`,
  });
}

// Where everything in the figure is: arithmetic on its width and height, without the document. C1 and S2 have a map per
// row, so that pooling is a level line; C3 and S4 are two columns of maps, C5 and F6 blocks of units.

/** @type {Record<string, { count: number, across: number }>} */
export const COLUMNS = {
  c1: { count: 6, across: 1 },
  s2: { count: 6, across: 1 },
  c3: { count: 16, across: 2 },
  s4: { count: 16, across: 2 },
  c5: { count: 120, across: 4 },
  f6: { count: 84, across: 3 },
  output: { count: 10, across: 1 },
};

// How the width that is left of the tiles is shared out among the gaps that follow each column.
/** @type {Record<string, number>} */
const GAPS = { pad: 1.5, input: 0.9, c1: 0.85, s2: 1.35, c3: 0.65, s4: 1.15, c5: 1.05, f6: 1, output: 0 };
const HEIGHTS = 30; // units of C5, one below the other, fill the height
const LEAST = { wide: 36, short: 18, phone: 10 }; // the narrowest gap, as a share of 1, in pixels
const LOWEST = 110; // pixels that the tiles are high, however narrow the gaps become
const EXAMPLES = { least: 24, beside: 14 }; // pixels that an example is wide, and that there are above and below them
/** @type {Record<FigureKind, number>} */
const PICTURES = { wide: 10, short: 11, phone: 11 }; // the examples, and where it stands among them, what opens an image
const INPUT = { wide: 80, short: 40, phone: 0 }; // pixels for the input below the pad, at least
const ENDS = [12, 16, 20, 30, 40, 60, 80, 120, 160, 200, 300, 400, 600, 800, 1200]; // of the scale of the scores
const BESIDE = 10; // pixels between a box and what it explains
const START = 170; // of a panel is seen when it is explained, at least
const HEAD = { share: 0.32, least: 72 }; // of the height of the output is the answer; pixels on a desk and sideways
const CONTROLS = { least: 82, most: 134, share: 0.5, from: 640 }; // pixels for the buttons beside the input of a phone held sideways
const SCORES = 0.18; // of the width of a phone is the output

/**
 * The kind of layout for a page of this size. A page in a frame may be as high as its content, so its height says nothing.
 *
 * @param {number} width
 * @param {number} height
 * @param {boolean} framed
 * @returns {FigureKind}
 */
export function kindOf(width, height, framed) {
  if (!framed && height < 520 && width >= 560) return "short";
  return width < 1000 ? "phone" : "wide";
}

/**
 * The figure for a width, as high as it may be, or lower, where the gaps would else be too narrow for its links.
 *
 * @param {FigureSize} size
 * @returns {Geometry}
 */
export function geometryOf(size) {
  const highest = Math.max(LOWEST, Math.floor(size.tall));
  for (let tall = highest; ; tall -= 4) {
    const found = place(size, tall);
    if (found.gap >= LEAST[size.kind] || tall - 4 < LOWEST) return found;
  }
}

/**
 * @param {FigureSize} size
 * @param {number} tall
 * @returns {Geometry}
 */
function place({ kind, width, top, density, row: rowOfExamples = EXAMPLES.least, tools = 0 }, tall) {
  // Maps begin at whole pixels of the screen, and so do their frames.
  const whole = (/** @type {number} */ length) => Math.floor(length * density) / density;
  const withPad = kind !== "phone";
  const side = whole(tall / 6.62);
  const between = Math.max(3, Math.round(tall / 58));
  const step = (tall + between) / 8;
  const c3 = whole(step - between);
  const s4 = whole(c3 * 0.84);
  const unit = whole(tall / HEIGHTS);
  const besidesInput = tall - Math.max(INPUT[kind], tools);
  const [one, two] = [1, 2].map((rows) => rows * rowOfExamples + EXAMPLES.beside);
  const pictures = PICTURES[kind];
  const broad = Math.min(0.23 * width, besidesInput - one) >= pictures * EXAMPLES.least;
  const examples = broad ? one : two;
  const padSide = withPad ? Math.round(Math.min(0.23 * width, besidesInput - examples)) : 0;
  const inputSide = whole((side * 8) / 7); // 32 pixels beside the 28 of C1
  const belowPad = Math.min(tall - padSide - examples, Math.max(32, 0.52 * padSide));
  const input = Math.floor((belowPad * density) / 32) * (32 / density);
  const out = Math.round(withPad ? Math.max(104, Math.min(0.158 * width, 310)) : SCORES * width);
  const controls = Math.max(
    CONTROLS.least,
    Math.min(CONTROLS.most, CONTROLS.least + CONTROLS.share * (width - CONTROLS.from)),
  );
  /** @type {Record<string, number>} */
  const widths = {
    ...(withPad ? { pad: Math.max(padSide, kind === "short" ? input + controls : 0) } : { input: inputSide }),
    ...{ c1: side, s2: side, c3: 2 * c3 + between, s4: 2 * s4 + between, c5: 4 * unit, f6: 3 * unit, output: out },
  };
  const names = Object.keys(widths);
  const taken = names.reduce((sum, name) => sum + widths[name], 0);
  const gap = (width - 2 - taken) / names.reduce((sum, name) => sum + GAPS[name], 0);

  /** @type {Record<string, Tile>} */
  const columns = {};
  let x = withPad ? 0 : 1;
  for (const name of names) {
    columns[name] = { x: Math.round(x), y: top, width: widths[name], height: tall };
    x += widths[name] + gap * GAPS[name];
  }
  /** @type {(name: string, of: { side: number, step: number, offset?: number }) => Tile[]} */
  const maps = (name, { side, step, offset = 0 }) => {
    const { count, across } = COLUMNS[name];
    return Array.from({ length: count }, (_, i) => ({
      x: columns[name].x + (i % across) * (side + between),
      y: whole(top + Math.floor(i / across) * step + offset),
      width: side,
      height: side,
    }));
  };
  const units = (/** @type {string} */ name) => {
    const { count, across } = COLUMNS[name];
    const first = Math.round(top + (tall - (count / across) * unit) / 2);
    return Array.from({ length: count }, (_, i) => ({
      x: columns[name].x + (i % across) * unit,
      y: first + Math.floor(i / across) * unit,
      width: unit,
      height: unit,
    }));
  };
  const head = withPad ? Math.round(Math.max(HEAD.least, HEAD.share * tall)) : 0;
  const row = (tall - head) / COLUMNS.output.count;
  /** @type {Record<string, Tile[]>} */
  const tiles = {
    c1: maps("c1", { side, step: (tall - side) / 5 }),
    s2: maps("s2", { side, step: (tall - side) / 5 }),
    c3: maps("c3", { side: c3, step }),
    s4: maps("s4", { side: s4, step, offset: (c3 - s4) / 2 }),
    c5: units("c5"),
    f6: units("f6"),
    output: Array.from({ length: COLUMNS.output.count }, (_, i) => ({
      x: columns.output.x + 3,
      y: top + head + i * row,
      width: out - 8,
      height: row - 2,
    })),
  };
  const lanes = { c3: step - c3, s4: step - s4 };
  const label = Math.max(9, Math.min(17, 0.1 * out + 2));
  const made = {
    kind,
    label,
    width,
    height: tall,
    top,
    gap,
    between,
    lanes,
    columns,
    tiles,
    kernels: [],
    pad: null,
    answer: null,
    examples: broad ? pictures : Math.ceil(pictures / 2),
  };
  if (!withPad) {
    tiles.input = [{ x: columns.input.x, y: whole(top + (tall - inputSide) / 2), width: inputSide, height: inputSide }];
    return made;
  }
  const kernel = Math.floor(Math.min(gap * 0.66, side * 0.55) / 5) * 5;
  tiles.input = [{ x: 1, y: top + tall - input - 1, width: input, height: input }];
  return {
    ...made,
    kernels: tiles.c1.map(({ x: left, y }) => ({
      x: left - kernel - Math.round(gap * 0.3),
      y: whole(y + (side - kernel) / 2),
      width: kernel,
      height: kernel,
    })),
    pad: { x: 0, y: top, width: padSide, height: padSide },
    answer: { x: columns.output.x, y: top, width: out, height: head - 8 },
  };
}

/**
 * The ten scores as bars, from a line at zero, and the score that the right edge stands for; of distances, which have none
 * below zero, the shortest wins.
 *
 * @param {Geometry} geometry
 * @param {ArrayLike<number>} scores
 * @param {boolean} distances
 * @returns {{ bars: Tile[], zero: number, right: number, end: number }}
 */
export function barsOf({ tiles, label }, scores, distances) {
  const below = distances ? 0 : 0.4; // of the room is for negative scores
  const sizes = Array.from(scores, (score) => (distances ? Math.abs(score) : Math.max(score, -1.5 * score)));
  const largest = Math.max(...sizes);
  const end = ENDS.find((one) => one >= largest) ?? largest;
  const { x, width } = tiles.output[0];
  const room = width - 2 * label - 2;
  const [zero, right] = [x + width - (1 - below) * room, x + width];
  const bars = tiles.output.map(({ y, height }, i) => {
    const thick = Math.min(0.5 * height, 20);
    const length = ((distances ? Math.abs(scores[i]) : scores[i]) / end) * (right - zero);
    return { x: Math.min(zero, zero + length), y: y + (height - thick) / 2, width: Math.abs(length), height: thick };
  });
  return { bars, zero, right, end };
}

/**
 * A part of a map as a tile of its own; `side` is that of the map in units.
 *
 * @param {Tile} tile
 * @param {number} side
 * @param {Box} part
 * @returns {Tile}
 */
export function partOf({ x, y, width, height }, side, { top, left, bottom, right }) {
  return {
    x: x + (left / side) * width,
    y: y + (top / side) * height,
    width: ((right - left) / side) * width,
    height: ((bottom - top) / side) * height,
  };
}

/**
 * Where a unit is. `sides` are those of the layers that have maps, in units.
 *
 * @param {Geometry} geometry
 * @param {Record<string, number>} sides
 * @param {Unit} unit
 * @returns {Tile | null} null if the figure does not show it
 */
export function tileOf({ tiles }, sides, { layer, map, row, column }) {
  const tile = tiles[layer]?.[map];
  const side = sides[layer];
  if (!tile || !side) return tile ?? null;
  return partOf(tile, side, { top: row, left: column, bottom: row + 1, right: column + 1 });
}

/**
 * The unit at a point.
 *
 * @param {Geometry} geometry
 * @param {Record<string, number>} sides
 * @param {number} x
 * @param {number} y
 * @returns {Unit | null}
 */
export function unitAt({ tiles }, sides, x, y) {
  for (const [layer, list] of Object.entries(tiles)) {
    const map = list.findIndex((tile) => contains(tile, x, y));
    if (map < 0) continue;
    const { x: left, y: top, width, height } = list[map];
    const side = sides[layer] ?? 1;
    const at = (/** @type {number} */ from, /** @type {number} */ size) =>
      Math.min(side - 1, Math.floor((from / size) * side));
    return { layer, map, row: at(y - top, height), column: at(x - left, width) };
  }
  return null;
}

/**
 * @param {Tile} tile
 * @param {number} px
 * @param {number} py
 */
function contains({ x, y, width, height }, px, py) {
  return px >= x && py >= y && px < x + width && py < y + height;
}

/**
 * The unit beside another, of the next map at the edge of one; the same where there is none.
 *
 * @param {Record<string, number>} sides
 * @param {Unit} unit
 * @param {[down: number, right: number]} step
 * @returns {Unit}
 */
export function unitBeside(sides, unit, [down, right]) {
  const side = sides[unit.layer] ?? 1;
  const { count, across } = COLUMNS[unit.layer] ?? { count: 1, across: 1 };
  const [row, column] = [unit.row + down, unit.column + right];
  const [mapRow, mapColumn] = [Math.floor(unit.map / across), unit.map % across];
  const [toRow, toColumn] = [mapRow + Math.floor(row / side), mapColumn + Math.floor(column / side)];
  const map = toRow * across + toColumn;
  if (toColumn < 0 || toColumn >= across || map < 0 || map >= count) return unit;
  return { layer: unit.layer, map, row: (row + side) % side, column: (column + side) % side };
}

/**
 * A box around tiles.
 *
 * @param {Tile[]} tiles
 * @returns {Tile}
 */
export function around(tiles) {
  const [x, y] = [Math.min(...tiles.map((tile) => tile.x)), Math.min(...tiles.map((tile) => tile.y))];
  const right = Math.max(...tiles.map((tile) => tile.x + tile.width));
  const bottom = Math.max(...tiles.map((tile) => tile.y + tile.height));
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * Where a box stands that explains a part of the page without covering it, and the figure neither: below the modes or the
 * figure if it is about something there, or, where the window is too low for that, below what it is about; above what is
 * below the figure, at the right, where the answer is. What is worked out below the figure is not covered either, if the
 * window is too low: it is above that then, beside what it is about. Also the stretch that is to be seen, from `first` to `last`.
 *
 * @param {Tile} at what it explains
 * @param {{ width: number, height: number }} box
 * @param {number} width of the page
 * @param {number} bottom of the figure
 * @param {number} modes their lower edge
 * @param {number} height of the window
 * @param {boolean} isWorkedOut whether there is a panel that works it out
 */
export function placeBox(at, box, width, bottom, modes, height, isWorkedOut = false) {
  const end = at.y + at.height;
  if (at.y >= bottom) {
    const top = Math.max(0, at.y - BESIDE - box.height);
    return { left: width - box.width - BESIDE, top, first: top, last: Math.min(end, at.y + START) };
  }
  const fits = (/** @type {number} */ edge) => edge + BESIDE + box.height - at.y <= height;
  const free = [modes, bottom].find(fits);
  if (isWorkedOut && free === undefined) {
    const left = at.x + at.width / 2 < width / 2 ? width - box.width - BESIDE : BESIDE;
    return { left, top: Math.max(0, bottom - BESIDE - box.height), first: at.y, last: modes + START };
  }
  const top = (free ?? end) + BESIDE;
  const left = Math.max(BESIDE, Math.min(at.x + (at.width - box.width) / 2, width - box.width - BESIDE));
  return { left, top, first: at.y, last: top + box.height };
}

/**
 * How a link leaves a tile of a map, or a part of it, for the next layer: the points of its way to the edge of the
 * column. Out of the first of two columns it takes the lane above its row, else it would be hidden by the second.
 *
 * @param {Geometry} geometry
 * @param {string} layer
 * @param {number} map
 * @param {Tile} from
 * @returns {Point[]}
 */
export function wayOut({ tiles, columns, between, lanes }, layer, map, from) {
  const middle = from.y + from.height / 2;
  const { x, width } = columns[layer] ?? tiles[layer][map];
  if (isBlock(layer)) return [[x + width, middle]];
  const tile = tiles[layer][map];
  const edge = tile.x + tile.width;
  if (!isFirst(layer, map)) return [[edge, middle]];
  const lane = tile.y - lanes[/** @type {"c3" | "s4"} */ (layer)] / 3;
  return [
    [edge, middle],
    [edge + between / 2, middle],
    [edge + between / 2, lane],
    [x + width, lane],
  ];
}

/**
 * How a link enters a tile from the layer before: the points from the edge of the column on. To the second of two
 * columns it takes the lane below its row, so that it never crosses one that leaves.
 *
 * @param {Geometry} geometry
 * @param {string} layer
 * @param {number} map
 * @param {Tile} to
 * @returns {Point[]}
 */
export function wayIn({ tiles, columns, between, lanes }, layer, map, to) {
  const middle = to.y + to.height / 2;
  if (isBlock(layer)) return [[columns[layer].x, middle]];
  const tile = tiles[layer][map];
  if (!isSecond(layer, map)) return [[tile.x, middle]];
  const lane = tile.y + tile.height + lanes[/** @type {"c3" | "s4"} */ (layer)] / 3;
  return [
    [columns[layer].x, lane],
    [tile.x - between / 2, lane],
    [tile.x - between / 2, middle],
    [tile.x, middle],
  ];
}

/** @param {string} layer */
function isBlock(layer) {
  return layer === "c5" || layer === "f6";
}
/**
 * @param {string} layer
 * @param {number} map
 */
function isFirst(layer, map) {
  return (layer === "c3" || layer === "s4") && map % 2 === 0;
}
/**
 * @param {string} layer
 * @param {number} map
 */
function isSecond(layer, map) {
  return (layer === "c3" || layer === "s4") && map % 2 === 1;
}

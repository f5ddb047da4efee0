// Where the units of a layer are on its canvases.

// Layers without feature maps are one canvas, [columns, rows]. F6's 84 units form the paper's 7x12 bitmap.
/** @type {Record<string, [columns: number, rows: number]>} */
const GRIDS = { c5: [12, 10], f6: [7, 12] };

/**
 * The number of canvases of a layer, and their size in cells.
 *
 * @param {string} name
 * @param {number[]} shape
 */
export function canvasesOf(name, shape) {
  const [count, width, height] = shape.length === 3 ? [shape[0], shape[2], shape[1]] : [1, ...GRIDS[name]];
  return { count, width, height };
}

/**
 * The unit in a cell of a layer's canvas number `index`.
 *
 * @param {string} layer
 * @param {number} index
 * @param {number} row
 * @param {number} column
 * @returns {Unit}
 */
export function unitAt(layer, index, row, column) {
  const grid = GRIDS[layer];
  if (grid) return { layer, map: row * grid[0] + column, row: 0, column: 0 };
  return { layer, map: layer === "input" ? 0 : index, row, column }; // the input is shown twice
}

/**
 * The canvas and the cell of a unit: {index, row, column}.
 *
 * @param {Unit} unit
 * @returns {Cell}
 */
export function cellOf({ layer, map, row, column }) {
  const grid = GRIDS[layer];
  return grid ? { index: 0, row: Math.trunc(map / grid[0]), column: map % grid[0] } : { index: map, row, column };
}

/**
 * Whether a layer has no feature maps, but is one canvas of units.
 *
 * @param {string} layer
 */
export function isVector(layer) {
  return layer in GRIDS;
}

/**
 * The cell of a canvas that a pointer is over, [row, column].
 *
 * @param {HTMLCanvasElement} canvas
 * @param {MouseEvent} event
 */
export function cellUnder(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const row = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
  const column = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
  return within(canvas, row, column);
}

/**
 * The nearest cell that the canvas has.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} row
 * @param {number} column
 * @returns {[row: number, column: number]}
 */
export function within(canvas, row, column) {
  const clamp = (/** @type {number} */ at, /** @type {number} */ cells) => Math.min(cells - 1, Math.max(0, at));
  return [clamp(row, canvas.height), clamp(column, canvas.width)];
}

/**
 * The unit in words: "C1, map 3, row 12, column 9".
 *
 * @param {Unit} unit
 */
export function nameOf({ layer, map, row, column }) {
  if (layer === "input") return `Input, row ${row}, column ${column}`;
  if (layer === "output") return `Output, digit ${map}`;
  const name = layer.toUpperCase();
  return GRIDS[layer] ? `${name}, unit ${map}` : `${name}, map ${map}, row ${row}, column ${column}`;
}

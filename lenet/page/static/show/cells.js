// The layers as grids of units, and their units in words.

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
 * Whether a layer has no feature maps, but is one canvas of units.
 *
 * @param {string} layer
 */
export function isVector(layer) {
  return layer in GRIDS;
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

/**
 * @param {Unit | null} a
 * @param {Unit | null} b
 */
export function isSameUnit(a, b) {
  return (
    a === b || Boolean(a && b && a.layer === b.layer && a.map === b.map && a.row === b.row && a.column === b.column)
  );
}

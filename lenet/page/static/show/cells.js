// Where the units of a layer are on its canvases.

// Layers without feature maps are one canvas, [columns, rows]. F6's 84 units form the paper's 7x12 bitmap.
const GRIDS = { c5: [12, 10], f6: [7, 12] };

/** The number of canvases of a layer, and their size in cells. */
export function canvasesOf(name, shape) {
  const [count, width, height] = shape.length === 3 ? [shape[0], shape[2], shape[1]] : [1, ...GRIDS[name]];
  return { count, width, height };
}

/** The unit in a cell of a layer's canvas number `index`. */
export function unitAt(layer, index, row, column) {
  const grid = GRIDS[layer];
  if (grid) return { layer, map: row * grid[0] + column, row: 0, column: 0 };
  return { layer, map: layer === "input" ? 0 : index, row, column }; // the input is shown twice
}

/** The canvas and the cell of a unit: {index, row, column}. */
export function cellOf({ layer, map, row, column }) {
  const grid = GRIDS[layer];
  return grid ? { index: 0, row: Math.trunc(map / grid[0]), column: map % grid[0] } : { index: map, row, column };
}

/** The unit in words: "C1, map 3, row 12, column 9". */
export function nameOf({ layer, map, row, column }) {
  if (layer === "input") return `Input, row ${row}, column ${column}`;
  if (layer === "output") return `Output, digit ${map}`;
  const name = layer.toUpperCase();
  return GRIDS[layer] ? `${name}, unit ${map}` : `${name}, map ${map}, row ${row}, column ${column}`;
}

// Removal of stray specks, as in `lenet.image.specks`, which explains it and has the numbers.

/** @typedef {Box & { cells: number[] }} Component */

/**
 * The ink, {data, width, height}, with stray specks set to 0; the ink itself if there are none.
 *
 * @template {Raster} T
 * @param {T} ink
 * @param {Specks} specks
 * @param {number} threshold
 * @returns {T}
 */
export function removeSpecks(ink, { cells: most, small, light, far }, threshold) {
  const { filled, columns, rows, step } = cellsOf(ink, most, threshold);
  if (!hasEmptyLine(filled, columns, rows)) return ink; // the usual case
  const components = connectedComponents(filled, columns, rows);
  if (components.length < 2) return ink;
  // The digit is the largest one; of several as large, that of which the last cell comes first.
  const main = components.reduce((a, b) => (b.cells.length > a.cells.length ? b : a));
  const side = Math.max(main.bottom - main.top, main.right - main.left);
  const specks = components.filter((part) => {
    return (
      part.cells.length <= light * main.cells.length &&
      Math.max(part.bottom - part.top, part.right - part.left) <= small * side &&
      gap(main, part) >= far * side
    );
  });
  return specks.length ? without(ink, specks, { columns, step }) : ink;
}

/**
 * A grid with at most so many cells per side: which have ink above the threshold, and how many pixels wide they are.
 *
 * @param {Raster} ink
 * @param {number} most
 * @param {number} threshold
 */
export function cellsOf({ data, width, height }, most, threshold) {
  const step = Math.ceil(Math.max(width, height) / most);
  const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)];
  const filled = new Uint8Array(columns * rows);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.trunc(y / step) * columns;
    for (let x = 0; x < width; x++, i++) if (data[i] > threshold) filled[row + Math.trunc(x / step)] = 1;
  }
  return { filled, columns, rows, step };
}

/**
 * The ink without what is in these cells.
 *
 * @template {Raster} T
 * @param {T} ink
 * @param {Component[]} components
 * @param {{ columns: number, step: number }} grid
 * @returns {T}
 */
export function without(ink, components, { columns, step }) {
  const removed = new Set(components.flatMap(({ cells }) => cells));
  const data = ink.data.map((value, i) => {
    const cell = Math.trunc(Math.trunc(i / ink.width) / step) * columns + Math.trunc((i % ink.width) / step);
    return removed.has(cell) ? 0 : value;
  });
  return { ...ink, data };
}

/**
 * Whether a whole row or column is empty: without one, nothing is far away.
 *
 * @param {Uint8Array} filled
 * @param {number} columns
 * @param {number} rows
 */
function hasEmptyLine(filled, columns, rows) {
  const [inColumn, inRow] = [new Uint8Array(columns), new Uint8Array(rows)];
  for (let i = 0; i < filled.length; i++) {
    if (filled[i]) inColumn[i % columns] = inRow[Math.trunc(i / columns)] = 1;
  }
  return inColumn.includes(0) || inRow.includes(0);
}

/**
 * The 8-connected components, in the order of their last cells.
 *
 * @param {Uint8Array} filled
 * @param {number} columns
 * @param {number} rows
 */
export function connectedComponents(filled, columns, rows) {
  const seen = new Uint8Array(filled.length);
  /** @type {Component[]} */
  const components = [];
  for (let start = filled.length - 1; start >= 0; start--) {
    if (!filled[start] || seen[start]) continue;
    /** @type {Component} */
    const part = { cells: [], top: rows, left: columns, bottom: 0, right: 0 };
    const stack = [start];
    seen[start] = 1;
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      const [x, y] = [cell % columns, Math.trunc(cell / columns)];
      part.cells.push(cell);
      part.top = Math.min(part.top, y);
      part.left = Math.min(part.left, x);
      part.bottom = Math.max(part.bottom, y + 1);
      part.right = Math.max(part.right, x + 1);
      for (let ny = Math.max(0, y - 1); ny <= Math.min(rows - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(columns - 1, x + 1); nx++) {
          const next = ny * columns + nx;
          if (filled[next] && !seen[next]) {
            seen[next] = 1;
            stack.push(next);
          }
        }
      }
    }
    components.push(part);
  }
  return components.reverse();
}

/**
 * Distance between two boxes in cells, 0 if they touch or overlap.
 *
 * @param {Box} a
 * @param {Box} b
 */
function gap(a, b) {
  const down = Math.max(0, a.top - b.bottom, b.top - a.bottom);
  const across = Math.max(0, a.left - b.right, b.left - a.right);
  return Math.hypot(down, across);
}

// Pieces of a row of digits, as in `lenet.image.pieces`, which explains them and has the numbers.
import { crop } from "./image.js";
import { roundHalfEven } from "./resize.js";
import { connectedComponents } from "./specks.js";

/**
 * The pieces of the ink, which is cropped; `left` is the column in which a piece starts.
 *
 * @param {Raster} ink
 * @param {RowConstants} row
 * @param {number} threshold
 * @returns {Piece[]}
 */
export function findPieces(ink, row, threshold) {
  const wide = ink.width >= ink.height;
  const pieces = parts(ink, row, threshold).flatMap((part) => {
    const cuts = wide && part.main >= row.main ? findCuts(part, row).map((x) => part.left + x) : [];
    const edges = [part.left, ...cuts, part.left + part.width];
    return edges.slice(1).map((right, i) => {
      const piece = columns(part, edges[i] - part.left, right - part.left);
      return { ...piece, left: edges[i], cut: edges[i] > part.left };
    });
  });
  return pieces.length > row.most ? [] : pieces;
}

/**
 * The ink of neighboring pieces.
 *
 * @param {Piece[]} pieces
 * @returns {Raster}
 */
export function join(pieces) {
  const left = Math.min(...pieces.map((piece) => piece.left));
  const width = Math.max(...pieces.map((piece) => piece.left + piece.width)) - left;
  const { height } = pieces[0];
  const data = new Float32Array(width * height);
  for (const piece of pieces) {
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0, to = y * width + piece.left - left; x < piece.width; x++, i++, to++) {
        data[to] = Math.max(data[to], piece.data[i]);
      }
    }
  }
  return { data, width, height };
}

/**
 * The ink of each connected component, or of those above each other, in the order of their centers, with the share of
 * the largest of the components.
 *
 * @param {Raster} ink
 * @param {RowConstants} row
 * @param {number} threshold
 * @returns {(Raster & { left: number, main: number })[]}
 */
function parts(ink, { rows, overlap, most }, threshold) {
  const step = Math.max(1, Math.floor(ink.height / rows));
  const across = Math.ceil(ink.width / step);
  const cellOf = (/** @type {number} */ x, /** @type {number} */ y) =>
    Math.trunc(y / step) * across + Math.trunc(x / step);
  const filled = new Uint8Array(across * Math.ceil(ink.height / step));
  for (let y = 0, i = 0; y < ink.height; y++) {
    for (let x = 0; x < ink.width; x++, i++) if (ink.data[i] > threshold) filled[cellOf(x, y)] = 1;
  }
  const components = connectedComponents(filled, across, filled.length / across);
  if (components.length > most) return [];
  const groups = merge(components, overlap).sort((a, b) => a.left + a.right - b.left - b.right);
  return groups.map(({ cells, largest }) => {
    const own = new Uint8Array(filled.length);
    // The faint border of a stroke is not part of its component, but next to it.
    for (const cell of cells) claim(cell, across, filled, own);
    let [left, right] = [ink.width, 0];
    const data = new Float32Array(ink.data.length);
    for (let y = 0, i = 0; y < ink.height; y++) {
      for (let x = 0; x < ink.width; x++, i++) {
        if (!own[cellOf(x, y)]) continue;
        data[i] = ink.data[i];
        if (data[i] <= threshold) continue;
        if (x < left) left = x;
        if (x >= right) right = x + 1;
      }
    }
    return { ...columns({ ...ink, data }, left, right), left, main: largest / cells.length };
  });
}

/**
 * Mark a cell as `own`, and the up to eight empty ones around it; rows have `across` cells.
 *
 * @param {number} cell
 * @param {number} across
 * @param {Uint8Array} filled
 * @param {Uint8Array} own
 */
function claim(cell, across, filled, own) {
  own[cell] = 1;
  const x = cell % across;
  for (let from = cell - across; from <= cell + across; from += across) {
    for (let dx = x ? -1 : 0; dx <= 1 && x + dx < across; dx++) {
      if (filled[from + dx] === 0) own[from + dx] = 1; // beyond the grid, there is none
    }
  }
}

/**
 * Components with those that are above each other joined, the widest first.
 *
 * @typedef {{ cells: number[], left: number, right: number, largest: number }} Group
 * @param {{ cells: number[], left: number, right: number }[]} components
 * @param {number} overlap
 */
function merge(components, overlap) {
  /** @type {Group[]} */
  const merged = [];
  const widestFirst = [...components].sort((a, b) => a.left - a.right - (b.left - b.right) || a.left - b.left);
  for (const { cells, left, right } of widestFirst) {
    const shared = merged.map((other) => Math.min(right, other.right) - Math.max(left, other.left));
    const most = Math.max(...shared);
    if (!shared.length || most < overlap * (right - left)) merged.push({ cells, left, right, largest: cells.length });
    else {
      const other = merged[shared.indexOf(most)];
      Object.assign(other, {
        cells: [...other.cells, ...cells],
        left: Math.min(left, other.left),
        right: Math.max(right, other.right),
        largest: Math.max(cells.length, other.largest),
      });
    }
  }
  return merged;
}

/**
 * The columns in which a part may be cut: those with less ink than all others nearby, the thinnest first.
 *
 * @param {Raster} part
 * @param {RowConstants} row
 */
function findCuts({ data, width, height }, { narrow, near: distance, thick }) {
  if (width <= narrow * height) return [];
  const amount = new Float32Array(width);
  for (let i = 0; i < data.length; i++) amount[i % width] += data[i];
  const near = Math.max(1, roundHalfEven(distance * height));
  /** @type {number[]} */
  const chosen = [];
  for (const x of Array.from(amount.keys()).sort((a, b) => amount[a] - amount[b] || a - b)) {
    const lowest = Math.min(Math.fround(thick * height), ...amount.subarray(Math.max(0, x - near), x + near + 1));
    const far = chosen.every((other) => Math.abs(x - other) > near);
    if (far && x >= 2 * near && x <= width - 2 * near && amount[x] <= lowest) chosen.push(x);
  }
  return chosen.sort((a, b) => a - b);
}

/**
 * @param {Raster} image
 * @param {number} left
 * @param {number} right
 */
function columns(image, left, right) {
  return crop(image, { top: 0, left, bottom: image.height, right });
}

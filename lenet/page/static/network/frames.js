// Removal of frames and of lines along the border, as in `lenet.image.frames`, which explains it and has the numbers.
import { straightLines } from "./photo.js";
import { roundHalfEven } from "./resize.js";
import { cellsOf, connectedComponents, without } from "./specks.js";

/** @import { Component } from "./specks.js" */

/**
 * The ink with frames and lines along the border set to 0; the ink itself if there are none, or nothing else.
 *
 * @param {Raster} ink
 * @param {FrameConstants} frames
 * @param {PhotoConstants} photo
 * @param {number} threshold
 * @returns {Raster}
 */
export function removeFrames(ink, frames, photo, threshold) {
  const grid = cellsOf(ink, frames.cells, threshold);
  const { columns: width, rows: height } = grid;
  const components = connectedComponents(grid.filled, width, height);
  const found = components.filter((part) => isFrame(part, width, height, frames, photo));
  if (!found.length) return ink;
  const box = { top: height, left: width, bottom: 0, right: 0 };
  for (const { top, left, bottom, right } of components.filter((part) => !found.includes(part))) {
    box.top = Math.min(box.top, top);
    box.left = Math.min(box.left, left);
    box.bottom = Math.max(box.bottom, bottom);
    box.right = Math.max(box.right, right);
  }
  const rest = Math.max(box.bottom - box.top, box.right - box.left);
  if (rest <= 0 || rest < frames.digit * Math.min(width, height)) return ink;
  return without(ink, found, grid);
}

/**
 * Whether a component is a frame or a line along the border.
 *
 * @param {Component} part
 * @param {number} width
 * @param {number} height
 * @param {FrameConstants} frames
 * @param {PhotoConstants} photo
 */
function isFrame(part, width, height, frames, photo) {
  const { span, middle, straight } = frames;
  const [down, across] = [part.bottom - part.top, part.right - part.left];
  if (down < span * height && across < span * width) return false;
  const cells = part.cells.map((cell) => ({ line: Math.floor(cell / width), place: cell % width }));
  const turned = cells.map(({ line, place }) => ({ line: place, place: line }));
  if (isLine(cells, width, height, frames) || isLine(turned, height, width, frames)) return true;
  if (down < span * height || across < span * width) return false;
  const [top, left] = [height, width].map((side) => roundHalfEven(((1 - middle) / 2) * side));
  const inMiddle = cells.some(({ line, place }) => {
    return line >= top && line < height - top && place >= left && place < width - left;
  });
  if (inMiddle) return false;
  const data = new Float32Array(width * height);
  for (const cell of part.cells) data[cell] = 1;
  const lines = straightLines({ data, width, height }, photo);
  return part.cells.filter((cell) => lines.data[cell]).length / part.cells.length >= straight;
}

/**
 * Whether the cells are a line from left to right, along the top or the bottom.
 *
 * @param {{ line: number, place: number }[]} cells
 * @param {number} width
 * @param {number} height
 * @param {FrameConstants} frames
 */
function isLine(cells, width, height, { length, thick, band }) {
  const lines = new Uint32Array(height);
  const places = new Uint32Array(width);
  for (const { line, place } of cells) {
    lines[line]++;
    places[place]++;
  }
  const extent = (/** @type {Uint32Array} */ counts) => [counts.findIndex(Boolean), counts.findLastIndex(Boolean)];
  const [[top, bottom], [left, right]] = [extent(lines), extent(places)];
  if (right - left + 1 < length * width || (bottom >= band * height && top < (1 - band) * height)) return false;
  const flush = Math.max(lines[0], lines[height - 1]) / width >= 0.9;
  return flush || places.reduce((a, b) => Math.max(a, b)) <= Math.max(2, thick * Math.min(width, height));
}

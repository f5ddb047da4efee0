// Units by name, as the settings of a figure have them.
import { has } from "../explore/link.js";
import { isVector } from "../show/cells.js";

/** @import { Network } from "../network/network.js" */

/**
 * The unit for LAYER.MAP, in the middle of its map, LAYER.MAP.ROW.COLUMN, or output.read, that of the digit that is read.
 *
 * @param {string} text
 * @param {Network} network
 * @param {Reading | null} reading
 * @returns {Unit}
 * @throws {Error} if the network has none
 */
export function unitOf(text, network, reading) {
  const [layer, map, ...place] = text.split(".");
  const [, rows = 1, columns = 1] = isVector(layer) || layer === "output" ? [] : network.shape(layer);
  const [row, column] = place.length ? place.map(Number) : [rows >> 1, columns >> 1];
  const unit = { layer, map: map === "read" ? (reading?.top[0][0] ?? 0) : Number(map), row, column };
  if (!has(network, unit)) throw new Error(`The network has no unit "${text}".`);
  return unit;
}

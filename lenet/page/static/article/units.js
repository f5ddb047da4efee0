// Units by name, as the settings of a figure have them.
import { has } from "../explore/link.js";

/** @import { Network } from "../network/network.js" */

/**
 * The unit in the middle of a map.
 *
 * @param {Network} network
 * @param {string} layer
 * @param {number} map
 * @returns {Unit}
 */
export function middle(network, layer, map) {
  const [, rows = 1, columns = 1] = network.shape(layer);
  return { layer, map, row: rows >> 1, column: columns >> 1 };
}

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
  const unit = middle(network, layer, map === "read" ? (reading?.top[0][0] ?? 0) : Number(map));
  if (place.length) [unit.row, unit.column] = place.map(Number);
  if (!has(network, unit)) throw new Error(`The network has no unit "${text}".`);
  return unit;
}

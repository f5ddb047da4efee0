// The reading of what is on the pad.

/** @import { Reader } from "../network/reader.js" */

/**
 * Several digits are looked for when the pen rests.
 *
 * @param {Reader} reader
 * @param {Pick<import("./pad.js").Pad, "image" | "side" | "opacity" | "penDown">} pad
 * @returns {Reading}
 */
export function readPad(reader, pad) {
  const { image, side, penDown } = pad;
  if (!image) return reader.read(pad.opacity(), side, side, { rows: !penDown });
  return reader.readPreprocessed(image);
}

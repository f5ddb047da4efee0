// What is sent to the server: a PNG of the simplest form, which it can check before it decodes anything.
// A canvas could write a PNG, too, but always with four channels.

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const FORM = [8, 0, 0, 0, 0]; // bits, gray, zlib, filters for each row, not interlaced

const CRC = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * A gray image as a PNG of 8 bits with one channel, and of three chunks.
 *
 * @param {Raster<Uint8Array>} image
 * @returns {Promise<Blob>}
 */
export async function grayPng({ data, width, height }) {
  const rows = new Uint8Array((width + 1) * height); // each begins with the number of its filter, 0
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate")); // zlib's format
  const compressed = new Uint8Array(await new Response(stream).arrayBuffer());
  const header = Uint8Array.from([...bigEndian(width), ...bigEndian(height), ...FORM]);
  const chunks = [chunk("IHDR", header), chunk("IDAT", compressed), chunk("IEND", new Uint8Array())];
  return new Blob([Uint8Array.from(SIGNATURE), ...chunks], { type: "image/png" });
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} content
 */
function chunk(name, content) {
  const named = Uint8Array.from([...name].map((letter) => letter.charCodeAt(0)));
  const body = new Uint8Array(4 + content.length);
  body.set(named);
  body.set(content, 4);
  let crc = 0xffffffff;
  for (const byte of body) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return new Blob([Uint8Array.from(bigEndian(content.length)), body, Uint8Array.from(bigEndian(~crc >>> 0))]);
}

/** @param {number} value */
function bigEndian(value) {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

// BMP files by programs that announce an alpha byte for each pixel and leave it 0; see `lenet.image.decode`.
const HEADER = 54; // bytes, of which these are at:
const START = 10; // where the pixels begin
const WIDTH = 18;
const HEIGHT = 22; // negative if the first row is the top one
const BITS = 28; // a pixel

/**
 * The file, made opaque if it is such a one: browsers would show nothing.
 *
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function withoutUnusedAlpha(file) {
  const header = new DataView(await file.slice(0, HEADER).arrayBuffer());
  if (header.byteLength < HEADER || header.getUint16(0) !== 0x424d || header.getUint16(BITS, true) !== 32) return file;
  const start = header.getUint32(START, true);
  const size = 4 * header.getInt32(WIDTH, true) * Math.abs(header.getInt32(HEIGHT, true));
  const bytes = new Uint8Array(await file.arrayBuffer());
  const pixels = bytes.subarray(start, start + size);
  for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) return file;
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 255;
  return new Blob([bytes], { type: file.type });
}

// NumPy's .npz: a ZIP archive, not compressed, of .npy files, which `numpy.load` reads.

/**
 * The archive, a Blob, of {name: {shape, data}}, where data is a string or numbers.
 *
 * @param {Record<string, { shape: number[], data: string | Float32Array }>} arrays
 */
export function npz(arrays) {
  const files = Object.entries(arrays).map(([name, array]) => ({ name: `${name}.npy`, bytes: npy(array) }));
  /** @type {[Uint8Array<ArrayBuffer>[], Uint8Array<ArrayBuffer>[]]} */
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = new TextEncoder().encode(name);
    const common = [20, 0, 0, 0, 0x21, crc32(bytes), bytes.length, bytes.length, encoded.length, 0]; // dated 1980-01-01
    const local = record([[4, 0x04034b50], ...fields(common)]);
    parts.push(local, encoded, bytes);
    directory.push(
      record([[4, 0x02014b50], [2, 20], ...fields(common), [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]),
      encoded,
    );
    offset += local.length + encoded.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = record([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/**
 * Version needed, flags, method, time, date, CRC, both sizes, and the lengths of name and extra field.
 *
 * @param {number[]} values
 * @returns {[size: number, value: number][]}
 */
function fields(values) {
  const sizes = [2, 2, 2, 2, 2, 4, 4, 4, 2, 2];
  return values.map((value, i) => [sizes[i], value]);
}

/**
 * Little-endian numbers of [size, value].
 *
 * @param {[size: number, value: number][]} numbers
 */
function record(numbers) {
  const bytes = new Uint8Array(numbers.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of numbers) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

/** @param {{ shape: number[], data: string | Float32Array }} array */
function npy({ shape, data }) {
  const isText = typeof data === "string";
  const characters = isText ? Array.from(data) : [];
  const descr = isText ? `<U${characters.length}` : "<f4";
  const content = isText ? Uint32Array.from(characters, (character) => character.codePointAt(0) ?? 0) : data;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`; // content begins at a multiple of 64
  const bytes = new Uint8Array(10 + padded.length + content.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(new Uint8Array(content.buffer, content.byteOffset, content.byteLength), 10 + padded.length);
  return bytes;
}

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

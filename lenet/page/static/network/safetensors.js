// The safetensors format: eight bytes with the length of a JSON header, the header, and the raw numbers.

/** @type {Record<string, (bytes: ArrayBuffer) => Float32Array | Uint8Array>} */
const KINDS = {
  F32: (bytes) => new Float32Array(bytes),
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes), fromHalf),
  U8: (bytes) => new Uint8Array(bytes),
};

/**
 * The tensors of a file, an ArrayBuffer, by name: {shape, data}, a Float32Array or Uint8Array, and its `metadata`. Throws
 * if it is not as expected.
 *
 * @param {ArrayBuffer} buffer
 * @returns {{ tensors: Tensors, metadata: Record<string, string> }}
 */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Tensors} */
  const tensors = {};
  const { __metadata__: metadata = {}, ...entries } = header;
  /** @type {[string, { dtype: string, shape: number[], data_offsets: [number, number] }][]} */
  const described = Object.entries(entries);
  for (const [name, { dtype, shape, data_offsets }] of described) {
    const [from, to] = data_offsets;
    if (!(dtype in KINDS)) throw new Error(`${name} has dtype ${dtype}, expected ${Object.keys(KINDS).join(", ")}`);
    const data = KINDS[dtype](buffer.slice(8 + length + from, 8 + length + to)); // aligned, as a view may not be
    if (data.length !== shape.reduce((product, side) => product * side, 1)) throw new Error(`${name} has another size`);
    tensors[name] = { dtype, shape, data };
  }
  return { tensors, metadata };
}

/**
 * A file of tensors in single precision.
 *
 * @param {Tensors} tensors
 * @param {Record<string, string>} metadata
 */
export function writeSafetensors(tensors, metadata) {
  /** @type {Record<string, object>} */
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const begin = end;
    end += 4 * data.length;
    header[name] = { dtype: "F32", shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = 8 * Math.ceil(text.length / 8); // filled with spaces, so that the numbers are aligned
  const file = new Uint8Array(8 + length + end).fill(32, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let at = 8 + length;
  for (const { data } of Object.values(tensors)) {
    new Float32Array(file.buffer, at, data.length).set(data);
    at += 4 * data.length;
  }
  return file.buffer;
}

/**
 * The number that 16 bits stand for: sign, five bits of exponent, ten of fraction.
 *
 * @param {number} bits
 */
function fromHalf(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

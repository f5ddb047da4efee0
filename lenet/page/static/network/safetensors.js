// The safetensors format: eight bytes with the length of a JSON header, the header, and the raw numbers.

/** The tensors of a file, an ArrayBuffer, by name: {shape, data: Float32Array}. Throws if it is not as expected. */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (dtype !== "F32") throw new Error(`${name} has dtype ${dtype}, expected F32`);
    const data = new Float32Array(buffer.slice(8 + length + from, 8 + length + to)); // aligned, as a view may not be
    if (data.length !== shape.reduce((product, side) => product * side, 1)) throw new Error(`${name} has another size`);
    tensors[name] = { shape, data };
  }
  return tensors;
}

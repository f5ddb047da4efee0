// How a single unit was computed, and which part of an earlier layer it depends on. A unit is {layer, map, row, column};
// in layers without feature maps, `map` is the number of the unit, and row and column are 0.

/**
 * What a unit was computed from: `value` and `before`, its value before the activation function, and, depending on the
 * kind of its layer,
 * - a convolution: `terms`, {map, patch, kernel, products, sum} for each map that it is connected to, and `bias`;
 * - pooling and subsampling: its four `inputs`, and the `coefficient` and `bias` of subsampling;
 * - fully connected: `contributions`, weight times input, and `bias`;
 * - RBF: its `inputs`, the `center` that they are compared with, and `contributions`, the negative squared differences.
 * Maps that a convolution or pooling reads belong to the layer `source`.
 */
export function explain(network, reading, unit) {
  const { layer: name, map, row, column } = unit;
  const at = network.indexOf(unit);
  const [value, before] = [reading.outputs[name][at], reading.before[name][at]];
  if (name === "input") return { kind: "input", value, before };
  const layer = network.layer(name);
  const source = sourceOf(network, name);
  const input = source === "input" ? network.input(reading.before.input) : reading.outputs[source];
  const found = { kind: layer.kind, activated: layer.activated, source, value, before };
  switch (layer.kind) {
    case "convolution":
    case "sparse convolution":
      return { ...found, bias: layer.bias[map], terms: terms(layer, input, map, row, column) };
    case "fully connected":
      return {
        ...found,
        bias: layer.bias[map],
        contributions: input.map((x, i) => x * layer.weight[map * input.length + i]),
      };
    case "RBF": {
      const center = layer.centers[map];
      return { ...found, center, inputs: input, contributions: input.map((x, i) => -((x - center[i]) ** 2)) };
    }
    default: {
      const inputs = patch(input, layer.input.side, map, 2 * row, 2 * column, 2);
      return { ...found, inputs, coefficient: layer.coefficient?.[map], bias: layer.bias?.[map] };
    }
  }
}

/** The name of the layer before. */
export function sourceOf(network, name) {
  const number = network.layers.findIndex((layer) => layer.name === name);
  return number > 0 ? network.layers[number - 1].name : "input";
}

/** The kernel of a convolution's map for each input map that it is connected to: {map, kernel}. */
export function kernelsOf(layer, map) {
  const size = layer.size ** 2;
  const start = layer.sees.slice(0, map).reduce((sum, seen) => sum + seen.length, 0) * size;
  return layer.sees[map].map((seen, i) => {
    const from = start + i * size;
    return { map: seen, kernel: layer.weight.subarray(from, from + size) };
  });
}

/**
 * The maps and the square of the layer `target` that a unit depends on, {maps, top, left, bottom, right}, with the edges
 * outside of the square; null if the target has no maps, or does not come before the unit.
 */
export function receptiveField(network, unit, target) {
  let field = { maps: [unit.map], top: unit.row, left: unit.column, bottom: unit.row + 1, right: unit.column + 1 };
  for (let name = unit.layer; name !== target; name = sourceOf(network, name)) {
    if (name === "input") return null;
    field = back(network.layer(name), field);
  }
  const { border } = network.description;
  if (target !== "input" || unit.layer === "input") return field;
  const { top, left, bottom, right } = field;
  return { maps: [0], top: top + border, left: left + border, bottom: bottom + border, right: right + border };
}

/** From a part of a layer to the part of its input that it depends on. */
function back({ kind, input, sees, size }, { maps, top, left, bottom, right }) {
  const all = Array.from({ length: input.maps }, (_, i) => i);
  if (kind.endsWith("convolution")) {
    const seen = all.filter((i) => maps.some((map) => sees[map].includes(i)));
    return { maps: seen, top, left, bottom: bottom + size - 1, right: right + size - 1 };
  }
  if (kind === "fully connected" || kind === "RBF")
    return { maps: all, top: 0, left: 0, bottom: input.side, right: input.side };
  return { maps, top: 2 * top, left: 2 * left, bottom: 2 * bottom, right: 2 * right };
}

function terms(layer, input, map, row, column) {
  return kernelsOf(layer, map).map(({ map: seen, kernel }) => {
    const part = patch(input, layer.input.side, seen, row, column, layer.size);
    const products = part.map((x, i) => x * kernel[i]);
    return { map: seen, patch: part, kernel, products, sum: products.reduce((a, b) => a + b, 0) };
  });
}

/** The square of side `size` of an input map, as a Float64Array: products should not be rounded. */
function patch(input, side, map, top, left, size) {
  return Float64Array.from({ length: size * size }, (_, i) => {
    return input[(map * side + top + Math.trunc(i / size)) * side + left + (i % size)];
  });
}

// The links of the figure: what is connected, which connections carry the most, and what lights up for a unit, back to the
// ink that it sees and forward to what it feeds. Without the document.
import { explain, receptiveField, sourceOf } from "../network/explain.js";
import { COLUMNS, partOf, tileOf, wayIn, wayOut } from "./geometry.js";

/** @import { Network } from "../network/network.js" */

const MOST_BACK = 48; // links of a full connection that are lit: more would be a carpet
const MOST_FORTH = 32;
const THREADS = 10; // hairlines from each map of S4 to C5, which stand for 120

/**
 * The sides of the layers that have maps, in units.
 *
 * @param {{ layers: LayerDescription[] }} network
 * @returns {Record<string, number>}
 */
export function sidesOf({ layers }) {
  const maps = layers.filter(({ shape }) => shape.length === 3).map(({ name, shape }) => [name, shape[2]]);
  return Object.fromEntries([["input", 32], ...maps]);
}

/**
 * The connections of maps between the edges of their columns; C3 of 1998 is connected to a part of S2 only. The lanes from
 * there to the maps are each one line, since lines over one another would look like a thick one.
 *
 * @param {Network} network
 * @param {Geometry} geometry
 * @returns {{ links: Connection[], lanes: Point[][] }}
 */
export function hairlines(network, geometry) {
  const { tiles, kernels, pad, columns } = geometry;
  /** @type {Connection[]} */
  const links = [];
  const out = (/** @type {string} */ layer, /** @type {number} */ map) =>
    wayOut(geometry, layer, map, tiles[layer][map]);
  const into = (/** @type {string} */ layer, /** @type {number} */ map) =>
    wayIn(geometry, layer, map, tiles[layer][map]);
  const join = (/** @type {string} */ a, /** @type {number} */ i, /** @type {string} */ b, /** @type {number} */ j) => {
    links.push({ from: out(a, i).slice(-1), to: into(b, j).slice(0, 1) });
  };
  for (const [i, { x, y, width, height }] of kernels.entries()) {
    const middle = y + height / 2;
    if (pad) links.push({ from: [[pad.x + pad.width, pad.y + pad.height / 2]], to: [[x, middle]] });
    links.push({ from: [[x + width, middle]], to: into("c1", i) });
  }
  for (let i = 0; i < COLUMNS.c1.count; i++) {
    if (!kernels.length) join("input", 0, "c1", i);
    join("c1", i, "s2", i);
  }
  for (const [map, seen] of (network.layer("c3").sees ?? []).entries()) {
    for (const i of seen) join("s2", i, "c3", map);
  }
  const apart = COLUMNS.c5.count / THREADS;
  for (let i = 0; i < COLUMNS.c3.count; i++) {
    join("c3", i, "s4", i);
    for (let k = 0; k < THREADS; k++) {
      const { y, height } = tiles.c5[k * apart];
      links.push({ from: out("s4", i).slice(-1), to: [[columns.c5.x, y + height / 2]] });
    }
  }
  const lanes = ["c3", "s4"].flatMap((layer) => tiles[layer].flatMap((_, map) => [out(layer, map), into(layer, map)]));
  return { links, lanes: lanes.filter((points) => points.length > 1) };
}

/**
 * What each connection of a layer carries: weight times value; between maps, the mean over the map. For each map or unit
 * of the layer, the maps or units of the one before, in order.
 *
 * @param {Network} network
 * @param {Float32Array} x outputs of the layer before
 * @param {string} name
 * @param {Float32Array} [sums] to write to
 */
export function carried(network, x, name, sums) {
  const { input, shape, size = 1, sees, weight } = network.layer(name);
  if (!weight) throw new Error(`${name} has no weight per connection`);
  const sources = sees ? input.maps : x.length;
  const carries = sums ?? new Float32Array(shape[0] * sources);
  if (!sees) {
    for (let i = 0; i < carries.length; i++) carries[i] = weight[i] * x[i % sources];
    return carries;
  }
  const means = windowMeans(x, input, size);
  const cells = size * size;
  carries.fill(0);
  let w = 0;
  for (let map = 0; map < shape[0]; map++) {
    for (const seen of sees[map]) {
      let sum = 0;
      for (let k = 0; k < cells; k++, w++) sum += weight[w] * means[seen * cells + k];
      carries[map * sources + seen] = sum;
    }
  }
  return carries;
}

/**
 * For each map and each weight of a kernel, the mean of the values that the weight is multiplied with.
 *
 * @param {Float32Array} x
 * @param {LayerInput} input
 * @param {number} size
 */
function windowMeans(x, { maps, side }, size) {
  const out = side - size + 1;
  const means = new Float32Array(maps * size * size);
  let k = 0;
  for (let map = 0; map < maps; map++) {
    for (let ky = 0; ky < size; ky++) {
      for (let kx = 0; kx < size; kx++, k++) {
        let sum = 0;
        for (let row = 0; row < out; row++) {
          const at = (map * side + row + ky) * side + kx;
          for (let column = 0; column < out; column++) sum += x[at + column];
        }
        means[k] = sum / (out * out);
      }
    }
  }
  return means;
}

/**
 * The indices of the largest values, by absolute value, the largest first.
 *
 * @param {ArrayLike<number>} values
 * @param {number} most
 */
export function strongest(values, most) {
  return Array.from(values, (_, i) => i)
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, most);
}

/**
 * The connections to a layer that carry the most, between the edges of the two columns: their ways through the lanes
 * are among the hairlines.
 *
 * @param {Network} network
 * @param {Float32Array} carries see `carried`
 * @param {string} name
 * @param {number} most
 * @param {Geometry} geometry
 * @returns {Signal[]}
 */
export function signals(network, carries, name, most, geometry) {
  const { tiles } = geometry;
  const source = sourceOf(network, name);
  const sources = tiles[source].length;
  const least = kthLargest(carries, most);
  /** @type {Signal[]} */
  const found = [];
  for (let i = 0; i < carries.length && found.length < most; i++) {
    if (!carries[i] || Math.abs(carries[i]) < least) continue;
    const [a, b] = [i % sources, Math.trunc(i / sources)];
    const from = wayOut(geometry, source, a, tiles[source][a]).slice(-1);
    found.push({ from, to: wayIn(geometry, name, b, tiles[name][b]).slice(0, 1), value: carries[i] });
  }
  return found;
}

/**
 * The k-th largest absolute value, by quickselect: F6 alone has 10,080 links, and sorting them takes 2 ms.
 *
 * @param {Float32Array} values
 * @param {number} k
 */
function kthLargest(values, k) {
  const sizes = new Float32Array(values.length);
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(values[i]);
  const wanted = Math.min(k, sizes.length) - 1;
  let [low, high] = [0, sizes.length - 1];
  while (low < high) {
    const pivot = sizes[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (sizes[i] > pivot) i++;
      while (sizes[j] < pivot) j--;
      if (i > j) break;
      const size = sizes[i];
      sizes[i++] = sizes[j];
      sizes[j--] = size;
    }
    if (wanted > j && wanted < i) break;
    if (wanted <= j) high = j;
    else low = i;
  }
  return sizes[wanted];
}

/**
 * What is lit for a unit.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {Unit} unit
 * @param {Geometry} geometry
 * @returns {Lights}
 */
export function lightsOf(network, reading, unit, geometry) {
  const sides = sidesOf(network);
  /** @type {Lights} */
  const lights = {
    unit: tileOf(geometry, sides, unit),
    fields: [],
    links: [],
    touched: new Set([`${unit.layer}.${unit.map}`]),
    // Units of C5 and later see all of it: an outline would say nothing.
    input: unit.layer in sides ? receptiveField(network, unit, "input") : null,
  };
  if (!lights.unit || unit.layer === "input") return lights;
  lightBack(network, reading, unit, geometry, lights);
  lightForth(network, reading, unit, geometry, lights);
  return lights;
}

/**
 * @param {Network} network
 * @param {Features} reading
 * @param {Unit} unit
 * @param {Geometry} geometry
 * @param {Lights} lights
 */
function lightBack(network, reading, unit, geometry, lights) {
  const sides = sidesOf(network);
  const { tiles } = geometry;
  const { source, terms, contributions, before, bias } = explain(network, reading, unit);
  const end = wayIn(geometry, unit.layer, unit.map, lights.unit ?? tiles[unit.layer][unit.map]);
  const fieldIn = (/** @type {string} */ layer, /** @type {number} */ map) => {
    const tile = tiles[layer][map];
    const field = receptiveField(network, unit, layer);
    return field ? partOf(tile, sides[layer], field) : tile;
  };
  const mark = (/** @type {string} */ layer, /** @type {number} */ map) => {
    lights.touched.add(`${layer}.${map}`);
    const tile = fieldIn(layer, map);
    // Units of C5 see all of S4: a square around each map would only be a frame.
    if (unit.layer !== "c5") lights.fields.push({ layer, map, tile, back: true });
    return tile;
  };
  /** @type {(layer: string, map: number, tile: Tile, to: Point[], value: number | null) => void} */
  const link = (layer, map, tile, to, value) => {
    lights.links.push({ from: wayOut(geometry, layer, map, tile), to, value, group: "back" });
  };
  if (source === "input") {
    // Where the pad is in the figure, a cone leads to it.
    if (!geometry.pad && lights.input) link("input", 0, partOf(tiles.input[0], sides.input, lights.input), end, null);
    return;
  }
  if (terms.length) {
    // What it gets from its maps meets at the edge of the column, and goes on as one line.
    if (end.length > 1) lights.links.push({ from: [end[0]], to: end.slice(1), value: before - bias, group: "sum" });
    for (const { map, sum } of terms) link(source, map, mark(source, map), end.slice(0, 1), sum);
  } else if (contributions.length) {
    const values = contributionsOf(network, reading, unit, contributions);
    for (const i of strongest(values, MOST_BACK)) {
      lights.touched.add(`${source}.${i}`);
      link(source, i, tiles[source][i], end, values[i]);
    }
    return;
  } else {
    link(source, unit.map, mark(source, unit.map), end, before);
  }
  if (unit.layer === "c5") return;
  // The layers further back only pass on: to the same map, or, before S4, to the one that it is made of.
  const earlier = network.layers.slice(
    0,
    network.layers.findIndex(({ name }) => name === source),
  );
  for (const { name } of earlier.reverse()) {
    const next = nextTo(network, name);
    const pools = !network.layer(next).weight;
    const entry = (/** @type {number} */ map) => wayIn(geometry, next, map, fieldIn(next, map));
    for (const map of receptiveField(network, unit, name)?.maps ?? []) {
      const to = pools ? entry(map) : entry(unit.map).slice(0, 1);
      link(name, map, mark(name, map), to, null);
    }
    if (pools) continue;
    const [edge, ...lane] = entry(unit.map);
    if (lane.length) lights.links.push({ from: [edge], to: lane, value: null, group: "back" });
  }
}

/**
 * Weight times value; for an RBF unit the same with the pixels of its bitmap as weights.
 *
 * @param {Network} network
 * @param {Features} reading
 * @param {Unit} unit
 * @param {Float32Array} contributions
 */
function contributionsOf(network, reading, { layer, map }, contributions) {
  const { centers } = network.layer(layer);
  const x = reading.outputs[sourceOf(network, layer)];
  return centers ? x.map((value, i) => value * centers[map][i]) : contributions;
}

/**
 * @param {Network} network
 * @param {Features} reading
 * @param {Unit} unit
 * @param {Geometry} geometry
 * @param {Lights} lights
 */
function lightForth(network, reading, unit, geometry, lights) {
  const sides = sidesOf(network);
  const { tiles } = geometry;
  const { layer, map, row, column } = unit;
  const name = nextTo(network, layer);
  if (!name) return;
  const next = network.layer(name);
  const start = tileOf(geometry, sides, unit);
  if (!start) return;
  const from = wayOut(geometry, layer, map, start);
  const x = network.value(reading, unit);
  const add = (/** @type {number} */ to, /** @type {Tile} */ tile, /** @type {number} */ value) => {
    lights.touched.add(`${name}.${to}`);
    lights.links.push({ from, to: wayIn(geometry, name, to, tile), value, group: name });
  };
  if (!next.weight) {
    // Pooling: a unit of the same map, and what that feeds.
    const pooled = { layer: name, map, row: row >> 1, column: column >> 1 };
    const tile = tileOf(geometry, sides, pooled);
    if (!tile || pooled.row >= sides[name] || pooled.column >= sides[name]) return;
    lights.fields.push({ layer: name, map, tile, back: false });
    add(map, tile, x);
    lightForth(network, reading, pooled, geometry, lights);
  } else if (next.kernels && next.shape.length === 3) {
    const { size = 1 } = next;
    const field = {
      top: Math.max(0, row - size + 1),
      left: Math.max(0, column - size + 1),
      bottom: Math.min(sides[name], row + 1),
      right: Math.min(sides[name], column + 1),
    };
    for (let to = 0; to < next.shape[0]; to++) {
      const kernel = next.kernels(to).find((one) => one.map === map)?.kernel;
      if (!kernel) continue; // C3 of 1998: not connected
      const tile = partOf(tiles[name][to], sides[name], field);
      lights.fields.push({ layer: name, map: to, tile, back: false });
      add(to, tile, x * largestWeight(kernel, size, unit, field));
    }
  } else {
    // All units of the next layer: the weights of this one are one column of the matrix.
    const at = network.indexOf(unit);
    const inputs = reading.outputs[layer].length;
    const weight = next.weight;
    const values = Float32Array.from({ length: next.shape[0] }, (_, i) => weight[i * inputs + at] * x);
    const most = name === "output" ? COLUMNS.output.count : MOST_FORTH;
    for (const i of strongest(values, most)) add(i, tiles[name][i], values[i]);
  }
}

/**
 * Of the weights that a unit is multiplied with in a field of the next layer, the one with the largest absolute value.
 *
 * @param {Float32Array} kernel
 * @param {number} size
 * @param {Unit} unit
 * @param {Box} field
 */
function largestWeight(kernel, size, { row, column }, { top, left, bottom, right }) {
  let found = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const weight = kernel[(row - y) * size + column - x];
      if (Math.abs(weight) > Math.abs(found)) found = weight;
    }
  }
  return found;
}

/**
 * The name of the layer after one; "" after the last.
 *
 * @param {Network} network
 * @param {string} name
 */
function nextTo(network, name) {
  const number = network.layers.findIndex((layer) => layer.name === name);
  return network.layers[number + 1]?.name ?? "";
}

// What the figure connects, which links carry the most, and what lights up for a unit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { geometryOf } from "../../lenet/page/static/figure/geometry.js";
import { carried, hairlines, lightsOf, sidesOf, signals, strongest } from "../../lenet/page/static/figure/links.js";
import { readerOf, VARIANTS } from "./figures.js";

const geometry = geometryOf({ kind: "wide", width: 1232, tall: 396, top: 62, density: 1 });
const phone = geometryOf({ kind: "phone", width: 366, tall: 222, top: 20, density: 3 });
const ink = Float32Array.from({ length: 1024 }, (_, i) => {
  const [row, column] = [i >> 5, i & 31];
  return row > 6 && row < 26 && Math.abs(column - 16 + (row - 16) / 4) < 2 ? 1 : 0; // a slanted stroke
});
const networks = Object.keys(VARIANTS).map((variant) => {
  const reader = readerOf(variant);
  return { variant, network: reader.network, reading: reader.readInk(ink) };
});
const middle = (network, layer, map) => {
  const at = (sidesOf(network)[layer] ?? 1) >> 1;
  return { layer, map, row: at, column: at };
};
const close = (a, b) => Math.abs(a - b) < 1e-3;

test("the sides of the maps are the network's", () => {
  for (const { variant, network } of networks) {
    const sides = variant === "tutorial" ? [24, 12, 8, 4] : [28, 14, 10, 5];
    assert.deepEqual(Object.values(sidesOf(network)), [32, ...sides]);
  }
});

test("what a layer's links carry adds up to its mean before bias and activation", () => {
  for (const { variant, network, reading } of networks) {
    for (const [layer, source, sources] of [
      ["c3", "s2", 6],
      ["c5", "s4", 16],
      ["f6", "c5", 120],
      ["output", "f6", 84],
    ]) {
      const carries = carried(network, reading.outputs[source], layer);
      const count = network.shape(layer)[0];
      assert.equal(carries.length, count * sources, layer);
      if (variant === "original" && layer === "output") continue; // distances, not sums
      const values = reading.before[layer];
      const size = values.length / count;
      for (const map of [0, count - 1]) {
        const mean = values.subarray(map * size, (map + 1) * size).reduce((a, b) => a + b, 0) / size;
        const sum = carries.subarray(map * sources, (map + 1) * sources).reduce((a, b) => a + b, 0);
        // The bias is what the layer makes of zeros.
        const bias = network.layer(layer).compute(new Float32Array(reading.outputs[source].length))[map * size];
        assert.ok(close(sum + bias, mean), `${variant} ${layer} ${map}: ${sum + bias} and ${mean}`);
      }
    }
  }
});

test("C3 of 1998 is linked to the maps of table I only", () => {
  for (const { variant, network, reading } of networks) {
    const intoC3 = network.layer("c3").sees.flat().length;
    assert.equal(intoC3, variant === "original" ? 60 : 96);
    // Kernels to pad and C1, C1 to S2, S2 to C3, C3 to S4, and threads to C5.
    const { links: atRest, lanes } = hairlines(network, geometry);
    assert.equal(atRest.length, 12 + 6 + intoC3 + 16 + 160);
    assert.equal(lanes.length, 32); // into and out of C3 and S4, eight each
    const carries = carried(network, reading.outputs.s2, "c3");
    assert.equal(carries.filter((value) => value !== 0).length, intoC3, variant);
    const { links, touched } = lightsOf(network, reading, middle(network, "c3", 0), geometry);
    const seen = [...touched].filter((name) => name.startsWith("s2.")).length;
    assert.equal(seen, variant === "original" ? 3 : 6);
    assert.equal(links.filter(({ value, group }) => value !== null && group === "back").length, seen);
  }
});

test("the strongest links are those with the largest products", () => {
  const { network, reading } = networks[0];
  const carries = carried(network, reading.outputs.f6, "output");
  const found = signals(network, carries, "output", 50, geometry);
  assert.equal(found.length, 50);
  const expected = strongest(carries, 50).map((i) => carries[i]);
  assert.deepEqual(
    found.map(({ value }) => value).sort((a, b) => a - b),
    expected.sort((a, b) => a - b),
  );
  assert.deepEqual(strongest([1, -3, 2, 0], 2), [1, 2]);
});

test("nothing is carried by what is muted", () => {
  const { network } = networks[0];
  const { outputs } = network.forward(ink, { s2: new Set([2]) });
  const carries = carried(network, outputs.s2, "c3");
  for (let map = 0; map < 16; map++) assert.equal(carries[map * 6 + 2], 0);
  assert.equal(signals(network, carries, "c3", 96, geometry).length, 80);
});

test("a unit lights up all that it depends on, back to the input, and what it feeds", () => {
  for (const { variant, network, reading } of networks) {
    const layersOf = (unit, shown = geometry) => {
      const { touched } = lightsOf(network, reading, unit, shown);
      return [...new Set([...touched].map((name) => name.split(".")[0]))].sort();
    };
    const lit = (layer, map = 1) => layersOf(middle(network, layer, map));
    assert.deepEqual(lit("input", 0), ["input"]);
    assert.deepEqual(lit("c1"), ["c1", "c3", "s2"], variant);
    assert.deepEqual(lit("s2"), ["c1", "c3", "s2"]);
    assert.deepEqual(lit("c3"), ["c1", "c3", "c5", "s2", "s4"]);
    assert.deepEqual(lit("s4"), ["c1", "c3", "c5", "s2", "s4"]);
    assert.deepEqual(lit("c5"), ["c5", "f6", "s4"]);
    assert.deepEqual(lit("f6"), ["c5", "f6", "output"]);
    assert.deepEqual(lit("output"), ["f6", "output"]);
    assert.deepEqual(layersOf(middle(network, "input", 0), phone), ["input"]); // which has no tile there
  }
});

test("the values of the links back add up to the unit before its bias and activation", () => {
  const { network, reading } = networks[0];
  const unit = middle(network, "c3", 7);
  const { links, fields, input } = lightsOf(network, reading, unit, geometry);
  const back = links.filter(({ value, group }) => value !== null && group === "back");
  const [total] = links.filter(({ group }) => group === "sum"); // map 7 is in the second column
  assert.ok(
    close(
      back.reduce((sum, { value }) => sum + value, 0),
      total.value,
    ),
  );
  assert.equal(fields.filter(({ layer }) => layer === "s2").length, 6);
  assert.equal(fields.filter(({ layer }) => layer === "c1").length, 6);
  assert.deepEqual(input, { maps: [0], top: 10, left: 10, bottom: 24, right: 24 });
});

test("a unit that sees all of the input outlines no part of it", () => {
  for (const layer of ["c5", "f6", "output"]) {
    const { network, reading } = networks[0];
    assert.equal(lightsOf(network, reading, middle(network, layer, 1), geometry).input, null);
  }
});

test("an RBF unit is linked by value times pixel of its bitmap", () => {
  const { network, reading } = networks.find(({ variant }) => variant === "original");
  const { links } = lightsOf(network, reading, { layer: "output", map: 3, row: 0, column: 0 }, geometry);
  const [center] = [network.layer("output").centers[3]];
  const products = reading.outputs.f6.map((value, i) => value * center[i]);
  const [strongestOne] = strongest(products, 1);
  assert.ok(links.some(({ value }) => value === products[strongestOne]));
  assert.equal(links.length, 48);
});

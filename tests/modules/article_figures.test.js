// What the article's figures compute, beside PyTorch and NumPy; and what they do when something is chosen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { averagesOf, distancesTo, nearest } from "../../lenet/page/static/article/average_digits.js";
import { count } from "../../lenet/page/static/article/count.js";
import { addedUpMaps, toggled } from "../../lenet/page/static/article/crosses.js";
import { mapOf, sumAt } from "../../lenet/page/static/article/kernel_sums.js";
import { nextPoint, principalAxes, project } from "../../lenet/page/static/article/projection.js";
import { changesWhenShifted, LAYERS } from "../../lenet/page/static/article/shift.js";
import { flatShare, histogram } from "../../lenet/page/static/article/spread.js";
import { wilson } from "../../lenet/page/static/article/tally.js";
import { withoutCurve, withPooling } from "../../lenet/page/static/article/variants.js";
import { variationOf, varied } from "../../lenet/page/static/network/variations.js";
import { arrays, difference, json, readerOf, VARIANTS } from "./figures.js";
import { DIGITS, first } from "./page_digits.js";

const FIGURES = Object.keys(VARIANTS).map((variant) => {
  const [reader, expected] = [readerOf(variant), arrays(`${variant}.figures`)];
  return { variant, reader, network: reader.network, expected, reading: reader.readInk(expected.ink[0]) };
});

test("a filter made by hand is what PyTorch's convolution gives, and a learned kernel is C1", () => {
  for (const { network, expected, reading } of FIGURES) {
    for (const [i, filter] of ["blur", "upright", "level"].entries()) {
      assert.ok(difference(mapOf(network, reading, { map: 2, filter }), expected.filtered[i]) < 1e-4);
    }
    const map = mapOf(network, reading, { map: 2, filter: "" });
    assert.ok(difference(map, reading.outputs.c1.subarray(2 * map.length, 3 * map.length)) < 1e-6);
  }
});

test("the sum at a place is the map's value there", () => {
  const { network, reading } = FIGURES[0];
  for (const chosen of [
    { map: 4, filter: "" },
    { map: 4, filter: "upright" },
  ]) {
    const { patch, kernel, products, sum, bias, before, value } = sumAt(network, reading, chosen, {
      row: 7,
      column: 9,
    });
    assert.deepEqual([patch.length, kernel.length, products.length], [25, 25, 25]);
    assert.ok(Math.abs(sum + bias - before) < 1e-5);
    assert.ok(Math.abs(value - mapOf(network, reading, chosen)[7 * 28 + 9]) < 1e-5);
    assert.equal(bias === 0, chosen.filter !== "");
  }
});

test("parameters and connections are those of the paper and of the two versions", () => {
  for (const [variant, [, ...rows]] of Object.entries(json("counts.json"))) {
    const counted = count(VARIANTS[variant].network);
    const found = counted.map(({ name, parameters, connections }) => [name, parameters, connections]);
    assert.deepEqual(
      found,
      rows.map(([name, , parameters, connections]) => [name, parameters, connections]),
    );
    for (const { kernels, weights, biases, parameters, kind } of counted) {
      if (kind !== "RBF") assert.equal(kernels * weights + biases, parameters, variant);
    }
  }
});

test("what a shift changes is what it changes in PyTorch", () => {
  for (const { network, reader, expected, reading } of FIGURES) {
    const found = changesWhenShifted(network, reading, reader.blank, 2);
    assert.ok(difference(Object.values(found), expected.shifted[0]) < 1e-4);
    assert.deepEqual(Object.keys(found), LAYERS);
    assert.deepEqual(Object.values(changesWhenShifted(network, reading, reader.blank, 0)), [0, 0, 0, 0]);
  }
});

test("the maps that a map of C3 sees add up to it; one that is taken out is missing, a new one adds nothing", () => {
  for (const { network, expected, reading } of FIGURES) {
    const { sees } = network.layer("c3");
    const { before } = addedUpMaps(network, reading, 3, sees[3]);
    assert.ok(difference(before, expected.c3[3]) < 1e-4);
    const all = addedUpMaps(network, reading, 3, [0, 1, 2, 3, 4, 5]);
    assert.ok(difference(all.before, before) < 1e-4);
    assert.equal(all.parts.filter(({ added }) => !added).length, 6 - sees[3].length);
    const less = addedUpMaps(network, reading, 3, sees[3].slice(1));
    const { added } = all.parts.find(({ seen }) => seen === sees[3][0]);
    const whole = less.before.map((value, i) => value + added[i]);
    assert.ok(difference(whole, before) < 1e-4);
  }
});

test("an edited table has its own parameters and connections", () => {
  const { network } = VARIANTS.original;
  const table = network.layers.find(({ name }) => name === "c3").table;
  const less = toggled(table, 15, 0);
  assert.deepEqual(less[15], [1, 2, 3, 4, 5]);
  assert.deepEqual(toggled(less, 15, 0), table);
  const c3 = count(varied(network, { ...variationOf(network), table: less })).find(({ name }) => name === "c3");
  assert.deepEqual([c3.kernels, c3.parameters, c3.connections], [59, 1491, 149_100]);
});

test("values are counted where they are", () => {
  assert.deepEqual([...histogram([-9, -1, -0.1, 0, 0.49, 0.99, 9], -1, 1, 4)], [2, 1, 2, 2]);
  const tanh = VARIANTS.original.network.activation;
  assert.equal(flatShare(tanh, Float32Array.of(-1.6, 1.5, 1.6, 0)), 0.5); // 0.9 * 1.7159 is 1.544
  assert.equal(flatShare(VARIANTS.tutorial.network.activation, Float32Array.of(0, 0, 0, 2)), 0.75);
});

test("the two principal axes are those of NumPy's decomposition", () => {
  for (const { variant, expected } of FIGURES) {
    const { f6 } = arrays(`${variant}.neighbors`);
    const projection = principalAxes(
      f6.flatMap((row) => [...row]),
      f6.length,
    );
    const points = f6.map((row) => project(projection, row));
    assert.ok(Math.abs(projection.share - expected.share[0][0]) < 1e-3);
    for (const axis of [0, 1]) {
      const sign = Math.sign(points[0][axis] * expected.points[0][axis]);
      const found = points.map((point) => sign * point[axis]);
      const wanted = expected.points.map((point) => point[axis]);
      assert.ok(difference(found, wanted) < 0.02, `${variant} ${axis} ${difference(found, wanted)}`);
    }
  }
});

test("an arrow key goes to the nearest point in its direction", () => {
  const points = [
    [0, 0],
    [2, 1],
    [1, 3],
    [-1, 0],
  ];
  assert.equal(nextPoint(points, 0, [0, 1]), 1);
  assert.equal(nextPoint(points, 0, [1, 0]), 2);
  assert.equal(nextPoint(points, 0, [0, -1]), 3);
  assert.equal(nextPoint(points, 0, [-1, 0]), 0);
});

test("averages, and distances to them, are NumPy's", () => {
  const averages = averagesOf(first(DIGITS.test, 500));
  const [{ expected }] = FIGURES;
  for (const [digit, average] of averages.entries()) assert.ok(difference(average, expected.averages[digit]) < 1e-5);
  const distances = distancesTo(expected.ink[0], averages);
  assert.ok(difference(distances, expected.distances[0]) < 1e-3);
  assert.equal(distances[nearest(distances)], Math.min(...distances));
});

test("Wilson's interval of a small count", () => {
  assert.ok(difference(wilson(1, 10), [0.0179, 0.4042]) < 1e-4); // Newcombe 1998
  assert.ok(difference(wilson(0, 20), [0, 0.1611]) < 1e-4);
  assert.deepEqual(wilson(0, 0), [0, 1]);
});

test("another pooling and no activation function, with the same weights", () => {
  for (const { network, reading, expected } of FIGURES) {
    const { apply } = network.activation;
    const [ink] = expected.ink;
    const average = withPooling(network, "average").forward(ink).outputs;
    const trainable = withPooling(network, "trainable");
    assert.equal(trainable.layer("s2").kind, "subsampling");
    if (network.layer("s2").kind === "subsampling") {
      assert.deepEqual(trainable.forward(ink).outputs.output, reading.outputs.output);
    } else assert.ok(difference(trainable.forward(ink).outputs.s2, average.s2.map(apply)) < 1e-6); // until it is trained
    const { before, outputs } = withoutCurve(network).forward(ink);
    for (const name of ["c1", "c3", "f6"]) assert.deepEqual(outputs[name], before[name]);
    assert.deepEqual(before.c1, reading.before.c1);
  }
});

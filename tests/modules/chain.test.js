// One weight worked out, the way to it from the loss, and which pixels matter: what adds up to autograd's gradients.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chainOf } from "../../lenet/page/static/explore/chain_words.js";
import { sumInLines } from "../../lenet/page/static/explore/one_weight.js";
import { partsOf, usesOf, wayTo } from "../../lenet/page/static/network/chain.js";
import { weightsOf } from "../../lenet/page/static/network/editing.js";
import { lossOf } from "../../lenet/page/static/network/loss.js";
import { saliency } from "../../lenet/page/static/network/saliency.js";
import { emptyWeights } from "../../lenet/page/static/network/training.js";
import { arrays, difference, readerOf, VARIANTS } from "./figures.js";

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const sumOf = (uses) => uses.reduce((sum, { product }) => sum + product, 0);

for (const variant of Object.keys(VARIANTS)) {
  const { network } = readerOf(variant);
  const { input, saliency: expected } = arrays(`${variant}.gradients`);
  const features = network.forward(input[12]);
  const { gradient } = lossOf(features.outputs.output, 5, network.description.outlier_score);
  const { learned: sums } = emptyWeights(network.description); // held to autograd in gradients.test.js
  const gradients = network.backward(features, gradient, { sums, pixels: true });

  test(`${variant}: what comes in times what flows back adds up to the gradient of each weight`, () => {
    for (const layer of network.layers) {
      const map = Math.min(4, layer.shape[0] - 1);
      for (const part of weightsOf(layer, map)) {
        const found = sums[layer.name];
        const scale = largest(found[part.tensor]);
        for (const cell of [0, part.length >> 1, part.length - 1, part.length]) {
          const uses = usesOf(network, features, gradients, { layer: layer.name, map }, part, cell);
          assert.equal(uses.length, layer.shape.length === 3 ? layer.shape[1] * layer.shape[2] : 1);
          const wanted = cell < part.length ? found[part.tensor][part.from + cell] : found.bias[map];
          assert.ok(Math.abs(sumOf(uses) - wanted) < 1e-4 * Math.max(scale, Math.abs(wanted)), `${layer.name} ${cell}`);
        }
      }
    }
  });

  test(`${variant}: what the units of the next layer pass back adds up to a unit's gradient`, () => {
    for (const [i, { name, shape }] of network.layers.slice(0, -1).entries()) {
      const [map, row, column] = [shape[0] - 1, (shape[1] ?? 1) >> 1, (shape[2] ?? 1) >> 1];
      const unit = { layer: name, map, row, column };
      const at = network.indexOf(unit);
      const parts = partsOf(network, features, gradients, network.layers[i + 1], unit, at);
      const scale = largest(gradients.outputs[name]);
      assert.ok(parts.length > 0);
      assert.ok(Math.abs(sumOf(parts) - gradients.outputs[name][at]) < 1e-5 * scale, name);
    }
  });

  test(`${variant}: the way from the loss to a unit has each layer between, and a sentence for each`, () => {
    const unit = { layer: "c1", map: 2, row: 13, column: 14 };
    const way = wayTo(network, features, gradients, unit);
    assert.deepEqual(
      way.map(({ unit: { layer } }) => layer),
      ["output", "f6", "c5", "s4", "c3", "s2", "c1"],
    );
    for (const [i, { part }] of way.entries()) assert.deepEqual(part?.unit, way[i - 1]?.unit);
    const [part] = weightsOf(network.layer("c1"), 2);
    const steps = chainOf(network, features, gradients, 5, unit, { part, cell: 12, name: "row 2, column 2" });
    assert.equal(steps.length, way.length + 2);
    assert.ok(steps.every(({ words }) => /^[A-Z].*\d.*\.$/.test(words) && !/undefined|NaN|\$/.test(words)));
    assert.match(steps[8].words, /all (784|576) positions/);
  });

  test(`${variant}: the gradient of the difference of two scores for each pixel is autograd's`, () => {
    const { gradient: found, product } = saliency(network, features, 3, 5, {});
    assert.ok(difference(found, expected[0]) < 1e-4 * largest(expected[0]));
    assert.ok(
      difference(
        product,
        expected[0].map((value, i) => value * input[12][i]),
      ) <
        1e-4 * largest(expected[0]),
    );
  });
}

test("the lines of the sum add up digit by digit, whatever their size", () => {
  const number = (text) => Number(text.replace("\u2212", "-"));
  for (const size of [1e-9, 1e-3, 1, 300]) {
    const uses = Array.from({ length: 100 }, (_, i) => {
      const product = size * Math.sin(i * i);
      return { row: i, column: 0, incoming: 1, flowing: product, product };
    });
    for (const count of [5, 100]) {
      const { lines } = sumInLines(uses, count, false);
      assert.equal(lines.length, count + (count < 100 ? 2 : 1));
      const values = lines.map(([, text]) => number(text));
      const total = values.pop();
      const sum = values.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - total) < (count < 100 ? 1e-9 : 0.5), `${size} ${count}: ${sum}, ${total}`);
    }
  }
});

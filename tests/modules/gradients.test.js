// The backward pass of the three networks, beside autograd.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lossOf } from "../../lenet/page/static/network/loss.js";
import { OPTIMIZERS } from "../../lenet/page/static/network/optimizers.js";
import { emptyWeights } from "../../lenet/page/static/network/training.js";
import { arrays, difference, readerOf, relativeNorm, VARIANTS } from "./figures.js";

/** The largest difference, relative to the largest number. */
function relative(found, expected) {
  return difference(found, expected) / Math.max(...expected.map(Math.abs));
}

for (const variant of Object.keys(VARIANTS)) {
  const { network } = readerOf(variant);
  const rubbish = network.description.outlier_score;
  const { input, labels, losses, ...expected } = arrays(`${variant}.gradients`);

  test(`${variant}: the gradients for weights, biases and coefficients are autograd's`, () => {
    assert.ok(input.length > 60);
    const { learned: sums } = emptyWeights(network.description);
    input.forEach((ink, i) => {
      const features = network.forward(ink);
      const { loss, gradient } = lossOf(features.outputs.output, labels[i][0], rubbish);
      assert.ok(Math.abs(loss - losses[i][0]) < 1e-4 * Math.max(1, losses[i][0]), `${i}: ${loss}, ${losses[i][0]}`);
      network.backward(features, gradient, { sums });
    });
    const found = Object.entries(sums).flatMap(([layer, tensors]) =>
      Object.entries(tensors).map(([name, values]) => [`parameters.${layer}.${name}`, values]),
    );
    assert.equal(found.length, Object.keys(expected).filter((name) => name.startsWith("parameters.")).length);
    for (const [name, values] of found) {
      assert.ok(relative(values, expected[name][0]) < 1e-4, `${name}: ${relative(values, expected[name][0])}`);
    }
  });

  test(`${variant}: the gradients for units and pixels are autograd's`, () => {
    for (const [j, ink] of input.filter((_, i) => i % 8 === 4).entries()) {
      const features = network.forward(ink);
      const { gradient } = lossOf(features.outputs.output, labels[8 * j + 4][0], rubbish);
      const { outputs, before } = network.backward(features, gradient, { pixels: true });
      for (const [name, values] of Object.entries(outputs)) {
        const difference = relative(values, expected[`outputs.${name}`][j]);
        assert.ok(difference < 1e-4, `${name} ${j}: ${difference}`);
      }
      assert.deepEqual(Object.keys(before), Object.keys(outputs));
    }
  });

  test(`${variant}: what is muted has no gradient before its layer`, () => {
    const muted = { s4: new Set([2]), f6: new Set([5, 80]) };
    const features = network.forward(input[8], muted);
    const { gradient } = lossOf(features.outputs.output, 3, rubbish);
    const { before } = network.backward(features, gradient, { muted });
    assert.deepEqual([before.f6[5], before.f6[80]], [0, 0]);
    assert.ok(before.f6.some((g) => g !== 0));
    const [, height, width] = network.shape("s4");
    const part = (map) => before.s4.subarray(map * height * width, (map + 1) * height * width);
    assert.ok(part(2).every((g) => g === 0) && part(3).some((g) => g !== 0));
  });
}

for (const variant of Object.keys(VARIANTS)) {
  const { input } = arrays(`${variant}.gradients`);
  const expected = arrays(`${variant}.steps`);

  test(`${variant}: after five steps the weights are those of PyTorch's optimizers`, () => {
    for (const name of Object.keys(OPTIMIZERS)) {
      const { network } = readerOf(variant);
      const old = structuredClone(network.parameters);
      const step = OPTIMIZERS[name](network, name === "Adam" ? 0.001 : 0.01);
      for (let i = 0; i < 5; i++) {
        const { learned: sums } = emptyWeights(network.description);
        [3, 1, 4, 1].forEach((label, j) => {
          const features = network.forward(input[4 + 4 * j]);
          const { gradient } = lossOf(features.outputs.output, label, network.description.outlier_score);
          network.backward(
            features,
            gradient.map((g) => g / 4),
            { sums },
          );
        });
        step(sums);
      }
      for (const [layer, tensors] of Object.entries(network.parameters)) {
        for (const [key, values] of Object.entries(tensors)) {
          const changes = (now) => now.map((value, i) => value - old[layer][key][i]);
          const wanted = changes(expected[`${name}.${layer}.${key}`][0]);
          const apart = relativeNorm(changes(values), wanted);
          // Adam makes steps of the same size for all gradients, also for those that are zero but for rounding.
          assert.ok(apart < (name === "Adam" ? 0.02 : 1e-3), `${name}, ${layer}.${key}: ${apart}`);
        }
      }
    }
  });
}

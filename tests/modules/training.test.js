// Training from random weights.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  emptyWeights,
  flatNetwork,
  initialize,
  Local,
  Random,
  Training,
} from "../../lenet/page/static/network/training.js";
import { readerOf, VARIANTS } from "./figures.js";
import { DIGITS } from "./page_digits.js";

const SETTINGS = { optimizer: "Adam", rate: 0.002, batch: 8, seed: 1 };

for (const [variant, { network: description }] of Object.entries(VARIANTS)) {
  test(`${variant}: as many weights as the file has, in the same places`, () => {
    const { parameters } = readerOf(variant).network;
    const { all, learned } = emptyWeights(description);
    const lengths = (named) =>
      Object.entries(named).map(([layer, tensors]) => [
        layer,
        Object.entries(tensors)
          .map(([key, { length }]) => [key, length])
          .sort(),
      ]);
    assert.deepEqual(lengths(learned), lengths(parameters));
    assert.equal(all.length, { textbook: 61_706, tutorial: 44_426, original: 60_000 }[variant]);
  });

  test(`${variant}: it learns`, async () => {
    const training = new Training(description, SETTINGS, DIGITS);
    const losses = [];
    for (let i = 0; i < 40; i++) losses.push(await training.step());
    const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(mean(losses.slice(-5)) < 0.6 * mean(losses.slice(0, 5)), losses.join());
    assert.equal(training.passes, (40 * 8) / 10_000);
  });
}

test("the weights do not depend on who computes, and another seed gives others", async () => {
  const description = VARIANTS.textbook.network;
  const after = async (peers, settings) => {
    const training = new Training(description, { ...SETTINGS, ...settings }, DIGITS, peers);
    for (let i = 0; i < 3; i++) await training.step();
    return training.weights;
  };
  const others = (count) => Array.from({ length: count }, () => new Local(description, DIGITS));
  const alone = await after([]);
  for (const count of [1, 2, 3, 7]) assert.deepEqual(await after(others(count)), alone);
  assert.notDeepEqual(await after([], { seed: 2 }), alone);
});

test("every digit is seen once a pass", () => {
  const order = new Random(3).order(1000);
  assert.deepEqual(
    [...order].sort((a, b) => a - b),
    [...order.keys()],
  );
  assert.notDeepEqual(order, new Random(4).order(1000));
});

test("random weights keep the spread of the activations", () => {
  const { network } = flatNetwork(VARIANTS.textbook.network);
  initialize(network, new Random(0));
  const { outputs } = network.forward(DIGITS.training.ink(0));
  const spread = (values) => Math.sqrt(values.reduce((sum, x) => sum + x ** 2, 0) / values.length);
  for (const layer of ["c1", "c3", "c5", "f6"])
    assert.ok(spread(outputs[layer]) > 0.15 && spread(outputs[layer]) < 0.9, layer);
});

// What excites a unit: the ascent, and the digits, beside PyTorch's values.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lossOf } from "../../lenet/page/static/network/loss.js";
import { ascend, count, noise, responses, strongest } from "../../lenet/page/static/network/maximize.js";
import { arrays, difference, readerOf, VARIANTS } from "./figures.js";
import { DIGITS, first } from "./page_digits.js";

for (const variant of Object.keys(VARIANTS)) {
  const { network } = readerOf(variant);

  test(`${variant}: the gradient of a layer's units for the pixels is that of the chain from the scores`, () => {
    const features = network.forward(DIGITS.training.ink(0));
    const { gradient } = lossOf(features.outputs.output, 3, network.description.outlier_score);
    const whole = network.backward(features, gradient, { pixels: true });
    for (const { name } of network.layers) {
      const part = network.backward(features, whole.before[name], { layer: name, pixels: true });
      assert.equal(difference(part.outputs.input, whole.outputs.input), 0, name);
    }
  });

  test(`${variant}: steps of ascent raise the value of a unit of any layer`, () => {
    for (const { name, shape } of network.layers) {
      const at = shape.length === 3 ? Math.floor(shape[1] / 2) : 0;
      const unit = { layer: name, map: 3, row: at, column: at };
      const value = (image) => network.forward(image).before[name][network.indexOf(unit)];
      const image = ascend(network, unit, ascend(network, unit, noise(), 0, 8), 8, 8);
      assert.ok(value(image) > value(noise()) + 0.01, `${name}: ${value(noise())} to ${value(image)}`);
      assert.ok(image.every((x) => x >= 0 && x <= 1));
      if (name === "c5") assert.deepEqual(image, ascend(network, unit, noise(), 0, 16)); // whatever the pauses
    }
  });

  test(`${variant}: the digits that excite each map and unit most are those that PyTorch finds`, () => {
    const expected = arrays(`${variant}.responses`).values;
    const each = count(network);
    assert.equal(each, expected[0].length);
    const { values, places } = responses(network, first(DIGITS.training, expected.length));
    for (const { name, shape } of network.layers) {
      for (let map = 0; map < shape[0]; map++) {
        const which = count(network, { layer: name, map });
        const wanted = expected.map((row) => row[which]).sort((a, b) => b - a);
        const found = strongest(values, each, which, 9);
        assert.equal(new Set(found).size, 9);
        const near = found.every((image, i) => Math.abs(expected[image][which] - wanted[i]) < 1e-4); // any of equal ones
        assert.ok(near, `${name} ${map}: ${found}`);
      }
    }
    const { before } = network.forward(DIGITS.training.ink(5));
    const [which, size] = [count(network, { layer: "c3", map: 7 }), before.c3.length / 16];
    const map = before.c3.subarray(7 * size, 8 * size);
    assert.equal(map[places[5 * each + which]], Math.max(...map));
  });
}

// The three networks, layer by layer, and how their units are explained.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tanh } from "../../lenet/page/static/network/activations.js";
import { explain, receptiveField } from "../../lenet/page/static/network/explain.js";
import { Network } from "../../lenet/page/static/network/network.js";
import { arrays, difference, json, readerOf, VARIANTS } from "./figures.js";

const UNITS = [
  ["c1", 2, 5, 7],
  ["s2", 1, 3, 4],
  ["c3", 15, 4, 2],
  ["s4", 3, 1, 2],
  ["c5", 50, 0, 0],
  ["f6", 83, 0, 0],
  ["output", 4, 0, 0],
].map(([layer, map, row, column]) => ({ layer, map, row, column }));

for (const variant of Object.keys(VARIANTS)) {
  const { network } = readerOf(variant);
  const expected = arrays(`${variant}.layers`);
  const inputs = expected["outputs.input"];
  const { rejected, fields } = json(`${variant}.json`);

  test(`${variant}: every layer is PyTorch's, before and after the activation function`, () => {
    assert.ok(inputs.length > 100);
    inputs.forEach((input, i) => {
      const { outputs, before } = network.forward(input);
      assert.deepEqual(Object.keys(outputs), ["input", "c1", "s2", "c3", "s4", "c5", "f6", "output"]);
      for (const name of Object.keys(outputs)) {
        assert.ok(difference(outputs[name], expected[`outputs.${name}`][i]) < 1e-4, `${name} ${i}`);
        assert.ok(difference(before[name], expected[`before.${name}`][i]) < 1e-4, `${name} before, ${i}`);
      }
    });
  });

  test(`${variant}: probabilities, and what is rejected`, () => {
    expected["outputs.output"].forEach((scores, i) => {
      assert.ok(difference(network.probabilities(scores), expected.probabilities[i]) < 1e-6);
      assert.equal(network.rejects(scores), rejected[i]);
    });
    assert.ok(rejected.includes(true) && rejected.includes(false));
  });

  test(`${variant}: a unit is the sum of what it is computed from`, () => {
    for (const input of inputs.slice(0, 20)) {
      const reading = network.forward(input);
      for (const unit of UNITS) {
        const { kind, activated, value, before, terms, bias, inputs: four, ...found } = explain(network, reading, unit);
        const sum = [...four].reduce((a, b) => a + b, 0);
        const contributions = found.contributions.reduce((a, b) => a + b, 0);
        const total = {
          convolution: () => terms.reduce((a, term) => a + term.sum, bias),
          "sparse convolution": () => terms.reduce((a, term) => a + term.sum, bias),
          "average pooling": () => sum / 4,
          "max pooling": () => Math.max(...four),
          subsampling: () => sum * found.coefficient + bias,
          "fully connected": () => contributions + bias,
          RBF: () => contributions,
        }[kind]();
        assert.ok(Math.abs(total - before) < 1e-4, `${unit.layer}: ${total}, ${before}`);
        assert.ok(Math.abs((activated ? network.activation.apply(before) : before) - value) < 1e-6);
        assert.equal(value, network.value(reading, unit));
      }
    }
  });

  test(`${variant}: receptive fields are those of autograd`, () => {
    assert.ok(fields.length >= 15);
    for (const { unit, box } of fields) {
      const { top, left, bottom, right } = receptiveField(network, unit, "input");
      // ReLU and max pooling may hide an edge from the gradient.
      const inside = top <= box[0] && left <= box[1] && bottom >= box[2] && right >= box[3];
      assert.ok(inside, `${JSON.stringify(unit)}: ${[top, left, bottom, right]}, ${box}`);
      if (variant !== "tutorial") assert.deepEqual([top, left, bottom, right], box, JSON.stringify(unit));
    }
  });

  test(`${variant}: muted maps are zero, and nothing before them changes`, () => {
    const plain = network.forward(inputs[10]);
    const muted = network.forward(inputs[10], { s4: new Set([2, 5]) });
    assert.deepEqual(muted.outputs.c3, plain.outputs.c3);
    const [, height, width] = network.shape("s4");
    const map = (values, number) => values.subarray(number * height * width, (number + 1) * height * width);
    for (let number = 0; number < 16; number++) {
      const expected = map(plain.outputs.s4, number).map((x) => (number === 2 || number === 5 ? 0 : x));
      assert.deepEqual(map(muted.outputs.s4, number), expected);
    }
    assert.notDeepEqual(muted.outputs.output, plain.outputs.output);
  });
}

test("what a description must not have", () => {
  const { network } = VARIANTS.textbook;
  const layers = [{ ...network.layers[0], kind: "attention" }];
  assert.throws(() => new Network({ ...network, layers }, {}), /unknown kind of layer: attention/);
  assert.throws(() => new Network(network, {}), /c1.weight is missing/);
  const activation = { kind: "gelu", name: "GELU" };
  assert.throws(() => new Network({ ...network, activation }, {}), /unknown activation function/);
});

test("the hyperbolic tangent of any number", () => {
  for (let x = -30; x <= 30; x += 1 / 1024) assert.ok(Math.abs(tanh(x) - Math.tanh(x)) < 1e-8, `tanh(${x})`);
  for (const x of [-0, 0, 1e-30, 1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.ok(Object.is(tanh(x), Math.tanh(x)), `tanh(${x})`);
  }
});

// What erasing ink changes, the smallest change of the answer, and a network run over a row of digits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, occlude, smallestChange } from "../../lenet/page/static/network/evidence.js";
import { scoreStrip } from "../../lenet/page/static/network/strip.js";
import { arrays, difference, json, readerOf, VARIANTS } from "./figures.js";

const figures = arrays("changes.safetensors");
const { first, second } = json("changes.json");
const [ink] = figures.input;
const { network, description } = readerOf("textbook");

test("the evidence is what erasing changes in PyTorch", () => {
  const { evidence, tried } = occlude(network, ink, first, second);
  assert.ok(tried.length > 50);
  assert.ok(difference(evidence, figures.evidence[0]) < 1e-3);
});

test("the smallest change is one", () => {
  const { tried: erased } = occlude(network, ink, first, second);
  const { change, tried } = smallestChange(network, ink, second, erased);
  assert.ok(change && tried > 50);
  const image = ink.map((x, i) => {
    const [row, column] = [Math.trunc(i / 32) - change.top, (i % 32) - change.left];
    const inside = row >= 0 && row < change.size && column >= 0 && column < change.size;
    return inside ? Number(change.kind === "add") : x;
  });
  const best = ({ output }) => output.indexOf(Math.max(...output));
  assert.equal(best(network.forward(ink).outputs), first);
  assert.equal(best(network.forward(image).outputs), second);
  assert.ok(Math.abs(image.reduce((sum, x, i) => sum + Math.abs(x - ink[i]), 0) - change.amount) < 1e-4);
});

test("the contributions of F6 sum to the difference of two scores", () => {
  for (const variant of Object.keys(VARIANTS)) {
    const reader = readerOf(variant);
    const { contributions, bias, difference: found } = compare(reader.network, reader.readInk(ink), first, second);
    assert.equal(contributions.length, 84);
    assert.ok(Math.abs(contributions.reduce((a, b) => a + b, bias) - found) < 1e-3, variant);
    assert.equal(bias === 0, variant === "original");
  }
});

test("the strip is the network run over the width", () => {
  const row = { data: figures.row[0], width: 61, height: 20 };
  network.description = { ...network.description, max_energy: null }; // rejects nothing
  const { columns, image } = scoreStrip(network, row, description.preprocessing);
  assert.equal(columns.length, 17);
  for (const [i, column] of columns.entries()) assert.ok(difference(column, figures.columns[i]) < 1e-4);
  assert.deepEqual([image.width, image.height], [17 * 4, 32]);
});

// Links: drawings as text, and all that a fragment contains.
import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOf, parse, write } from "../../lenet/page/static/explore/link.js";
import { decode, encode } from "../../lenet/page/static/pad/code.js";
import { onGrid } from "../../lenet/page/static/pad/strokes.js";
import { json, readerOf } from "./figures.js";

const examples = json("examples.json").map(({ strokes }) => {
  return strokes.map((points) => ({ width: 20, points: onGrid(points) }));
});
const { network } = readerOf("textbook");
const EMPTY = {
  network: "textbook",
  strokes: [],
  image: "",
  mode: "",
  unit: null,
  muted: [],
  pair: null,
  view: { before: false, difference: false, gradient: false, digit: null },
  steps: "",
  sliders: {},
  place: "",
};

test("a drawing survives a link, which is short", () => {
  for (const strokes of examples) {
    assert.deepEqual(decode(encode(strokes)), strokes);
    assert.ok(write({ ...EMPTY, strokes }, "textbook").length < 450);
  }
  const outside = [{ width: 6, points: [[-1000.5, 0], [4096, -0.5], [0, 0]] }]; // biome-ignore format: three points
  assert.deepEqual(decode(encode(outside)), outside);
});

test("a text that is no drawing is null", () => {
  for (const text of ["!!!", "AAAA", "U", "UC", "UBAAA", "BA", "_____________", "UB".padEnd(150_000, "A")]) {
    assert.equal(decode(text), null, text.slice(0, 20));
  }
  assert.deepEqual(decode(""), []);
});

test("everything in a link is what it was", () => {
  const full = {
    network: "textbook",
    strokes: examples[3],
    image: "AAACCAE",
    mode: "break",
    unit: { layer: "c3", map: 15, row: 9, column: 0 },
    muted: [
      { layer: "c1", map: 5 },
      { layer: "f6", map: 83 },
    ],
    pair: [3, 8],
    view: { before: true, difference: true, gradient: true, digit: 0 },
    steps: "wAADG.nBeB.bBA",
    place: "counting.parameters",
    sliders: {
      change: "rotation",
      value: -36,
      preprocessed: false,
      step: 1200,
      training: "rate.0.01,second-seed.2",
      attack: "pixels,8,12",
    },
  };
  const link = parse(write(full, "textbook"), network);
  assert.deepEqual(
    link.muted.map(({ layer, map }) => ({ layer, map })),
    full.muted,
  );
  assert.deepEqual({ ...link, muted: full.muted }, full);
  assert.equal(write(EMPTY, "textbook"), "");
  assert.deepEqual(parse(write({ ...EMPTY, mode: "why" }, "textbook"), network), { ...EMPTY, mode: "why" });
});

test("what cannot be understood is left out", () => {
  assert.equal(parse("#something-else", network), null);
  assert.equal(parse("", network), null);
  const parts = (fragment) => parse(`#v=1&${fragment}`, network);
  assert.equal(parts("d=!!!").strokes, null);
  for (const unit of ["c9.1.2.3", "c1.99.2.3", "c1.1.2.3.4", "c1.1.28.0", "f6.84.0.0", "c1.a.0.0", "c1.-1.0.0", ""]) {
    assert.equal(parts(`u=${unit}`).unit, null, unit);
  }
  assert.deepEqual(parts("u=input.0.31.31").unit, { layer: "input", map: 0, row: 31, column: 31 });
  assert.deepEqual(
    parts("x=input.0,output.3,c1.7,c1.2").muted.map(({ layer, map }) => [layer, map]),
    [["c1", 2]],
  );
  for (const pair of ["3.3", "3", "3.12", "a.b", "3.4.5"]) assert.equal(parts(`p=${pair}`).pair, null, pair);
  for (const place of ["C1", "a.b.c", "a..b", ".a", "a."]) assert.equal(parts(`a=${place}`).place, "", place);
  assert.equal(parts("a=input").place, "input");
  assert.deepEqual(parts("s=before,later").view, { before: true, difference: false, gradient: false, digit: null });
  for (const change of ["melt,3", "rotation", "rotation,x", "__proto__,1"]) {
    assert.deepEqual(parts(`t=${change}`).sliders, {}, change);
  }
  assert.deepEqual(parts("t=rotation,1e9,raw,more").sliders, { change: "rotation", value: 90, preprocessed: false });
  assert.deepEqual(parts("t=width,0.11,,").sliders, { change: "width", value: 0.1, preprocessed: true });
  assert.deepEqual(parts("k=999999999999").sliders, {});
  assert.deepEqual(parts("m=train").sliders, { training: "" }); // as it is at first, whatever has been set since
});

test("a link leads to the network that it was made with, and none is needed for the one that the page begins with", () => {
  const link = write({ ...EMPTY, network: "original" }, "textbook");
  assert.equal(networkOf(link), "original");
  assert.equal(write({ ...EMPTY, network: "original" }, "original"), "");
  assert.equal(networkOf(write({ ...EMPTY, mode: "why" }, "textbook")), "textbook");
  for (const none of ["", "#v=1&m=why", "#n=original", "#section"]) assert.equal(networkOf(none), "");
});

test("units of another network are left out", () => {
  const link = parse("#v=1&n=original&u=c1.1.2.3&x=c1.2&m=why&w=bBA&d=", network);
  assert.deepEqual([link.network, link.unit, link.muted, link.steps, link.mode], ["original", null, [], "", "why"]);
});

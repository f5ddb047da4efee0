// Which figure an address asks for, and how it is set: the same is accepted as in a section of the article.
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedFor } from "../../lenet/page/static/article/asked.js";
import { unitOf } from "../../lenet/page/static/article/units.js";
import { json, readerOf } from "./figures.js";

const { settings: FIGURES, asked } = json("article.json");
const NETWORKS = ["textbook", "tutorial", "original"];

const ask = (/** @type {string} */ query) => askedFor(new URLSearchParams(query), FIGURES, NETWORKS);

test("settings are those that Python accepts", () => {
  assert.ok(asked.length > 300);
  for (const { figure, name, text, accepted } of asked) {
    const query = new URLSearchParams({ embed: figure, [name]: text });
    if (accepted) assert.ok(name in askedFor(query, FIGURES, NETWORKS).settings, String(query));
    else assert.throws(() => askedFor(query, FIGURES, NETWORKS), /Accepted: /, String(query));
  }
});

test("numbers and switches are no texts", () => {
  assert.deepEqual(ask("embed=averages&change=scale&value=0.3&preprocessed=false&network=original&__theme=dark"), {
    figure: "averages",
    settings: { change: "scale", value: 0.3, preprocessed: false },
  });
  assert.deepEqual(ask("embed=network"), { figure: "network", settings: {} });
  const counted = "__theme=dark&utm_source=school&utm_medium=mail&fbclid=1&gclid=2&msclid=3";
  assert.deepEqual(ask(`embed=network&${counted}`), { figure: "network", settings: {} });
});

test("what is unknown gets a sentence that says what is accepted", () => {
  const refused = {
    "embed=nothing": /^There is no figure "nothing"\. Figures are network, preprocessing, kernel, /,
    "embed=toString": /^There is no figure "toString"/,
    "embed=kernel&network=resnet": /^There is no network "resnet"\. Networks are textbook, tutorial, original\.$/,
    "embed=kernel&size=3": /^There is no setting "size"\. Those of kernel are map, filter\.$/,
    "embed=row&map=3": /^There is no setting "map"\. row has none\.$/,
    "embed=kernel&map=9": /^"9" is no map of kernel\. Accepted: a whole number from 0 to 5\.$/,
    "embed=kernel&map=2.5": /Accepted: a whole number/,
    "embed=kernel&map=0x3": /Accepted: a whole number/,
    "embed=subsampling&unit=c1.0": /Accepted: s2\.MAP, s4\.MAP/,
    "embed=kernel&map=9&size=3&network=resnet": /^There is no network "resnet".* "9" is no map .* no setting "size"/,
  };
  for (const [query, message] of Object.entries(refused)) assert.throws(() => ask(query), { message });
});

test("a unit that the network does not have is an error", () => {
  const { network } = readerOf("textbook");
  assert.deepEqual(unitOf("c3.2", network, null), { layer: "c3", map: 2, row: 5, column: 5 });
  assert.deepEqual(unitOf("s2.5.13.13", network, null), { layer: "s2", map: 5, row: 13, column: 13 });
  for (const text of ["c1.9", "c1.9.1.1", "c5.999", "output.12", "input.5", "s2.0.99.99", "c3.99999999999999999999"])
    assert.throws(() => unitOf(text, network, null), /has no unit/, text);
});

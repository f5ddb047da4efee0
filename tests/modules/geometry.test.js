// Where the figure has its tiles, units and lanes, and which unit is at a point.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  around,
  barsOf,
  COLUMNS,
  geometryOf,
  kindOf,
  partOf,
  placeBox,
  tileOf,
  unitAt,
  unitBeside,
  wayIn,
  wayOut,
} from "../../lenet/page/static/figure/geometry.js";

const SIDES = { input: 32, c1: 28, s2: 14, c3: 10, s4: 5 };
const SIZES = [
  { kind: "wide", width: 1232, tall: 396, top: 62, density: 1 },
  { kind: "wide", width: 880, tall: 300, top: 62, density: 1.25 },
  { kind: "wide", width: 2480, tall: 900, top: 80, density: 2 },
  { kind: "short", width: 812, tall: 230, top: 24, density: 2 },
  { kind: "short", width: 560, tall: 180, top: 24, density: 1 },
  { kind: "phone", width: 366, tall: 222, top: 20, density: 3 },
  { kind: "phone", width: 296, tall: 200, top: 20, density: 2 },
  { kind: "phone", width: 744, tall: 500, top: 20, density: 1 },
];
const figures = SIZES.map((size) => ({ size, geometry: geometryOf(size) }));
const overlap = (a, b) =>
  a.x < b.x + b.width - 1e-6 &&
  b.x < a.x + a.width - 1e-6 &&
  a.y < b.y + b.height - 1e-6 &&
  b.y < a.y + a.height - 1e-6;

test("the kind of layout follows the window, but in a frame only its width", () => {
  assert.equal(kindOf(1280, 720, false), "wide");
  assert.equal(kindOf(844, 390, false), "short");
  assert.equal(kindOf(390, 844, false), "phone");
  assert.equal(kindOf(390, 300, false), "phone"); // with the keyboard of the phone on the screen
  assert.equal(kindOf(1280, 150, true), "wide");
});

test("every map, unit and score has a tile within the figure", () => {
  for (const { size, geometry } of figures) {
    for (const [layer, { count }] of Object.entries(COLUMNS)) {
      assert.equal(geometry.tiles[layer].length, count);
      for (const { x, y, width, height } of geometry.tiles[layer]) {
        const where = `${layer} at ${JSON.stringify(size)}`;
        assert.ok(width > 0 && height > 0, where);
        assert.ok(x >= 0 && x + width <= size.width + 1, where);
        assert.ok(y >= size.top - 1 && y + height <= size.top + geometry.height + 1, where);
      }
    }
    assert.ok(geometry.height <= size.tall);
    assert.equal(geometry.pad === null, size.kind === "phone");
  }
});

test("the pad is as large as the height allows, with the examples in one row, or in two where it is narrow", () => {
  const wide = { kind: "wide", top: 59, density: 1, tools: 85 };
  const large = geometryOf({ ...wide, width: 1232, tall: 364 }); // a window of 1280x720
  assert.ok(large.pad.width >= 240);
  assert.equal(large.examples, 10);
  const narrow = geometryOf({ ...wide, width: 985, tall: 358 });
  assert.ok(narrow.pad.width >= 200);
  assert.equal(narrow.examples, 5);
});

test("a phone held sideways has room for three buttons beside the input, and for three answers, however low it is", () => {
  for (const [width, tall] of [
    [544, 157],
    [672, 138],
    [712, 178],
  ]) {
    const { columns, tiles, pad, answer } = geometryOf({ kind: "short", width, top: 31, tall, density: 1 });
    assert.ok(tiles.input[0].width >= 32);
    assert.ok((columns.pad.width - tiles.input[0].width - 6 - 4) / 3 >= 24);
    assert.ok(pad.width <= columns.pad.width);
    assert.ok(answer.height >= 64);
  }
});

test("no tile is over another, over the pad or over the answer", () => {
  for (const { size, geometry } of figures) {
    const tiles = [...Object.values(geometry.tiles).flat(), ...geometry.kernels, geometry.pad, geometry.answer];
    const shown = tiles.filter(Boolean);
    for (const [i, a] of shown.entries()) {
      assert.ok(!shown.slice(i + 1).some((b) => overlap(a, b)), JSON.stringify([size, a]));
    }
  }
});

test("columns stand in the order of the layers, with room for their links", () => {
  for (const { size, geometry } of figures) {
    const columns = Object.values(geometry.columns);
    const least = { wide: 23, short: 11, phone: 4 }[size.kind];
    for (let i = 1; i < columns.length; i++) {
      assert.ok(columns[i].x - columns[i - 1].x - columns[i - 1].width >= least, JSON.stringify([size, i]));
    }
  }
});

test("C1 and S2 are level, so that pooling is a level line", () => {
  for (const { geometry } of figures) {
    for (const [i, { y, height }] of geometry.tiles.c1.entries()) {
      assert.equal(y, geometry.tiles.s2[i].y);
      assert.equal(height, geometry.tiles.s2[i].height);
    }
  }
});

test("the unit in the middle of a unit's tile is that unit", () => {
  for (const { geometry } of figures) {
    for (const [layer, list] of Object.entries(geometry.tiles)) {
      const side = SIDES[layer] ?? 1;
      for (const map of [0, list.length >> 1, list.length - 1]) {
        for (const at of [0, side >> 1, side - 1]) {
          const unit = { layer, map, row: at, column: side - 1 - at };
          const { x, y, width, height } = tileOf(geometry, SIDES, unit);
          assert.deepEqual(unitAt(geometry, SIDES, x + width / 2, y + height / 2), unit);
        }
      }
    }
    const { x, y, height } = geometry.tiles.c1[0];
    assert.equal(unitAt(geometry, SIDES, x - 1, y + height / 2), null);
  }
});

test("a part of a tile is as large as its share, and the whole of it is the tile", () => {
  const tile = { x: 10, y: 20, width: 28, height: 28 };
  assert.deepEqual(partOf(tile, 14, { top: 0, left: 0, bottom: 14, right: 14 }), tile);
  assert.deepEqual(partOf(tile, 14, { top: 2, left: 3, bottom: 4, right: 8 }), { x: 16, y: 24, width: 10, height: 4 });
  assert.deepEqual(around([tile, { x: 40, y: 10, width: 5, height: 5 }]), { x: 10, y: 10, width: 35, height: 38 });
});

test("arrow keys go from unit to unit and on to the next map, and stop at the end", () => {
  const at = (layer, map, row, column) => ({ layer, map, row, column });
  assert.deepEqual(unitBeside(SIDES, at("c1", 2, 3, 4), [1, 0]), at("c1", 2, 4, 4));
  assert.deepEqual(unitBeside(SIDES, at("c1", 2, 27, 4), [1, 0]), at("c1", 3, 0, 4));
  assert.deepEqual(unitBeside(SIDES, at("c3", 4, 5, 9), [0, 1]), at("c3", 5, 5, 0));
  assert.deepEqual(unitBeside(SIDES, at("c3", 5, 0, 0), [-1, 0]), at("c3", 3, 9, 0));
  assert.deepEqual(unitBeside(SIDES, at("c5", 5, 0, 0), [1, 0]), at("c5", 9, 0, 0));
  assert.deepEqual(unitBeside(SIDES, at("f6", 1, 0, 0), [0, 1]), at("f6", 2, 0, 0));
  for (const [unit, step] of [
    [at("c1", 0, 0, 4), [-1, 0]],
    [at("c1", 0, 4, 27), [0, 1]],
    [at("c5", 119, 0, 0), [0, 1]],
    [at("c5", 117, 0, 0), [1, 0]],
    [at("output", 9, 0, 0), [1, 0]],
    [at("input", 0, 31, 0), [1, 0]],
  ]) {
    assert.deepEqual(unitBeside(SIDES, unit, step), unit);
  }
});

test("links to the second column and out of the first run in lanes, which never meet", () => {
  for (const { geometry } of figures) {
    for (const layer of ["c3", "s4"]) {
      const tiles = geometry.tiles[layer];
      for (const [map, tile] of tiles.entries()) {
        const [into, out] = [wayIn(geometry, layer, map, tile), wayOut(geometry, layer, map, tile)];
        assert.equal(into.length, map % 2 ? 4 : 1);
        assert.equal(out.length, map % 2 ? 1 : 4);
        const lane = map % 2 ? into[0][1] : out.at(-1)[1];
        assert.ok(!tiles.some(({ y, height }) => lane > y && lane < y + height), `${layer} ${map}`);
      }
      for (let row = 0; row < 7; row++) {
        const below = wayIn(geometry, layer, 2 * row + 1, tiles[2 * row + 1])[0][1];
        const above = wayOut(geometry, layer, 2 * row + 2, tiles[2 * row + 2]).at(-1)[1];
        assert.ok(below < above, `${layer} ${row}`);
      }
    }
  }
});

test("the scores are bars on a scale with a round end, within their tiles", () => {
  for (const { geometry } of figures) {
    for (const { scores, distances, end } of [
      { scores: [14.8, -9, 2.5, 0, 1, 1, 1, 1, 1, -1], distances: false, end: 16 },
      { scores: [1, -20, 0, 0, 0, 0, 0, 0, 0, 0], distances: false, end: 30 },
      { scores: [-90, -4, -60, -70, -70, -70, -70, -70, -70, -70], distances: true, end: 120 },
    ]) {
      const found = barsOf(geometry, scores, distances);
      assert.equal(found.end, end);
      for (const [i, bar] of found.bars.entries()) {
        const tile = geometry.tiles.output[i];
        assert.ok(bar.x >= tile.x + geometry.label && bar.x + bar.width <= tile.x + tile.width + 1e-6);
        assert.ok(bar.y >= tile.y && bar.y + bar.height <= tile.y + tile.height);
        const length = (Math.abs(scores[i]) / end) * (found.right - found.zero);
        assert.ok(Math.abs(bar.width - length) < 1e-9);
      }
    }
  }
});

test("the box of the tour covers neither the figure nor what it explains", () => {
  const box = { width: 270, height: 180 };
  for (const { geometry, size } of figures) {
    const bottom = geometry.top + geometry.height + 40;
    for (const height of [390, 640, 720, 844, 1080]) {
      for (const name of Object.keys(geometry.columns)) {
        const at = { ...geometry.columns[name], y: geometry.top - 20, height: geometry.height + 20 };
        const { left, top, first, last } = placeBox(at, box, size.width, bottom, bottom + 40, height);
        assert.ok(!overlap({ ...box, x: left, y: top }, at));
        assert.ok(left >= 0 && left + box.width <= size.width);
        if (bottom + box.height - at.y < height - 20) assert.ok(top >= bottom && last - first <= height);
      }
      for (const name of ["s2", "c3"]) {
        const at = { ...geometry.columns[name], y: geometry.top };
        const { left, top } = placeBox(at, box, size.width, bottom, bottom + 40, height, true);
        const isLow = bottom + box.height + 10 - at.y > height;
        if (isLow) assert.ok(top === 0 || top + box.height <= bottom, "not over what is worked out below the figure");
        if (isLow && size.width > 800) assert.ok(!overlap({ ...box, x: left, y: top }, at));
      }
      const panel = { x: 0, y: bottom + 40, width: size.width, height: 700 };
      const found = placeBox(panel, box, size.width, bottom, bottom + 40, height);
      assert.ok(found.top + box.height <= panel.y && found.top >= 0);
    }
  }
});

// Runs of a training: what can be chosen, who computes, pauses, and what goes wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Coordinator } from "../../lenet/page/static/explore/coordinator.js";
import { curvesOf, frameOf, rateThatIs, smoothed, withPoint } from "../../lenet/page/static/explore/training_curves.js";
import {
  CHOICES,
  decode,
  defaults,
  encode,
  runsOf,
  workersFor,
} from "../../lenet/page/static/explore/training_settings.js";
import { Remote, serve } from "../../lenet/page/static/network/peers.js";
import { Reader } from "../../lenet/page/static/network/reader.js";
import { chunkOf, Local, Training, tensorsOf } from "../../lenet/page/static/network/training.js";
import { ACTIVATIONS, POOLING, variationOf, varied } from "../../lenet/page/static/network/variations.js";
import { VARIANTS } from "./figures.js";
import { DIGITS, first } from "./page_digits.js";

const SETTINGS = { optimizer: "Adam", rate: 0.002, batch: 4, seed: 1 };
const FEW = { training: DIGITS.training, test: first(DIGITS.test, 40) };
const description = VARIANTS.textbook.network;

/** A peer whose work goes over a port, as that of another thread, and the end of it. */
function behindPort() {
  const { port1, port2 } = new MessageChannel();
  serve(new Local(description, FEW), port1);
  return { port: port2, end: () => port2.close() };
}

test("every network can be trained with every activation function and every kind of pooling", async () => {
  for (const { network } of Object.values(VARIANTS)) {
    const own = variationOf(network);
    const same = varied(network, own);
    assert.deepEqual({ ...same, temperature: 0, max_energy: 0 }, { ...network, temperature: 0, max_energy: 0 });
    for (const activation of Object.keys(ACTIVATIONS)) {
      for (const pooling of Object.keys(POOLING)) {
        const changed = varied(network, { activation, pooling });
        assert.deepEqual(variationOf(changed), { activation, pooling });
        const training = new Training(changed, SETTINGS, FEW);
        assert.ok(Number.isFinite(await training.step()), `${network.variant} ${activation} ${pooling}`);
        const reader = new Reader({ ...VARIANTS.textbook, network: changed }, tensorsOf(changed, training.weights));
        const { reason, probabilities } = reader.readInk(FEW.test.ink(0));
        assert.equal(reason, null);
        assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-6);
      }
    }
  }
});

test("peers behind ports give the weights of one thread, and count the same misread digits", async () => {
  const others = [behindPort(), behindPort()];
  const settings = { ...SETTINGS, batch: 12 }; // four chunks
  const alone = new Training(description, settings, FEW);
  const shared = new Training(
    description,
    settings,
    FEW,
    others.map(({ port }) => new Remote(port)),
  );
  for (let i = 0; i < 3; i++) assert.equal(await shared.step(), await alone.step());
  assert.deepEqual(shared.weights, alone.weights);
  assert.equal(await shared.misread(), await alone.misread());
  for (const { end } of others) end();
});

/** A coordinator, and what waits for its next report for which something holds. */
function coordinated(...settings) {
  const listening = [];
  const coordinator = new Coordinator(
    settings.map((one) => ({ description, settings: { ...SETTINGS, ...one }, ports: [] })),
    FEW,
    (report) => {
      for (const listen of listening.splice(0)) listen(report);
    },
  );
  const when = async (holds) => {
    for (;;) {
      const report = await new Promise((resolve) => {
        listening.push(resolve);
      });
      if (holds(report)) return report;
    }
  };
  return { coordinator, when };
}

test("a pause loses nothing, and one step is one", async () => {
  const { coordinator, when } = coordinated({});
  coordinator.tell({ going: true });
  await when(({ runs }) => runs[0].steps > 2);
  const end = when(({ going }) => !going);
  coordinator.tell({ going: false });
  const { steps } = (await end).runs[0];
  const more = when(({ runs }) => runs[0].steps > steps);
  coordinator.tell({ going: false, step: true });
  const { runs, weights } = await more;
  assert.equal(runs[0].steps, steps + 1);
  const alone = new Training(description, SETTINGS, FEW);
  for (let i = 0; i < runs[0].steps; i++) await alone.step();
  assert.deepEqual(weights, alone.weights);
});

test("the average of the weights follows those of the steps, and is what is counted and reported", async () => {
  const { coordinator, when } = coordinated({ averaged: true });
  const alone = new Training(description, SETTINGS, FEW); // the same steps, with the latest weights shown
  let average = alone.weights.slice();
  for (let i = 0; i < 5; i++) {
    const reported = when(({ runs }) => runs[0].steps === i + 1);
    coordinator.tell({ step: true });
    const { weights } = await reported;
    await alone.step();
    average = average.map((value, j) => value + (9 / (i + 9)) * (alone.weights[j] - value));
    assert.ok(weights.every((value, j) => Math.abs(value - average[j]) < 1e-6));
  }
  const [{ training }] = coordinator.runs;
  const counted = new Local(description, FEW);
  assert.equal(await training.misread(), await counted.misread(average, 0, FEW.test.length));
  assert.deepEqual(training.weights, alone.weights); // counting the average has left them as they are
});

test("a loss that is not a number stops its run alone", async () => {
  const { coordinator, when } = coordinated({ optimizer: "SGD", rate: 1e38 }, {});
  coordinator.tell({ going: true });
  const { runs } = await when((report) => report.runs[0].broken && report.runs[1].steps > 4);
  assert.equal(runs[1].broken, false);
  const end = when(({ going }) => !going);
  coordinator.tell({ going: false });
  await end;
});

test("two runs of the same seed begin with the same weights, and see as many digits", async () => {
  const { coordinator, when } = coordinated({}, { batch: 16 });
  const begun = when(() => true);
  coordinator.tell({ going: false });
  const [a, b] = coordinator.runs.map(({ training }) => training.weights);
  assert.deepEqual(a, b);
  await begun;
  coordinator.tell({ going: true });
  const { runs } = await when((report) => report.runs[1].steps > 2);
  const end = when(({ going }) => !going);
  coordinator.tell({ going: false });
  await end;
  assert.ok(Math.abs(runs[0].steps * 4 - runs[1].steps * 16) <= 16, JSON.stringify(runs));
});

test("the settings of a link are those that were chosen, and nothing else is taken from it", () => {
  const own = { ...variationOf(description), steep: false };
  const run = { ...defaults(own), rate: "0.01", seed: "3" };
  const chosen = { first: run, differs: "optimizer", other: "Adam" };
  assert.deepEqual(decode(encode(chosen, own), own), chosen);
  assert.equal(encode({ first: defaults(own), differs: "", other: "" }, own), "");
  const odd = "rate.7,batch.0,constructor.1,optimizer,second-seed.99,toString.x,<b>,seed.4";
  assert.deepEqual(decode(odd, own), { first: { ...defaults(own), seed: "4" }, differs: "", other: "" });
  assert.equal(decode("second-batch.8", own).differs, ""); // as the first has it
  assert.equal(decode("second-batch.8,batch.4", own).differs, "batch");
  for (const [name, values] of Object.entries(CHOICES)) {
    for (const value of values) {
      const [one, other] = runsOf({ first: run, differs: name, other: value }, own);
      const different = Object.keys(one).filter((key) => one[key] !== other[key]);
      const allowed = name === "optimizer" ? ["optimizer", "rate"] : [name];
      assert.ok(
        different.every((key) => allowed.includes(key)),
        `${name} ${value}`,
      );
    }
  }
});

test("four workers can share a batch of the default size", () => {
  const { batch } = defaults({ ...variationOf(description), steep: false });
  assert.deepEqual([1, 4, Number(batch), 16, 128].map(chunkOf), [1, 1, 2, 4, 4]);
});

test("one core is left for the pen", () => {
  assert.deepEqual([1, 2, 3, 4, 8, 9, 64].map(workersFor), [1, 1, 2, 3, 7, 8, 8]);
});

test("each point of a curve stands for the same share of a pass, however long the training is", () => {
  let points = [];
  for (let i = 1; i <= 5_000; i++) points = withPoint(points, [i / 100, i]);
  assert.ok(points.length <= 240);
  assert.equal(points.at(-1)[0], 50);
  const spans = points.map(([passes], i) => passes - (points[i - 1]?.[0] ?? 0));
  for (const span of spans.slice(1, -1)) assert.ok(span > 0.75 * spans[1] && span < 1.25 * spans[1], spans);
  const mean = points.reduce((sum, [, value], i) => sum + value * spans[i], 0) / 50;
  assert.ok(Math.abs(mean - 2_500.5) < 1e-6, mean);
});

test("the mean of a curve is as steady at its end as before", () => {
  let points = [];
  for (let i = 1; i <= 3_000; i++) points = withPoint(points, [i / 1_000, i % 2 ? 3 : 1]);
  const means = smoothed(points);
  assert.deepEqual(means[0], points[0]);
  for (const [, mean] of means.slice(5)) assert.ok(Math.abs(mean - 2) < 0.2, mean);
});

test("a learning rate is called too high or too low only where the losses and the weights tell", () => {
  const after = (passes, loss) => [[passes, loss]];
  assert.equal(rateThatIs(after(0.25, 5.3), 2.4, 1.5), "high");
  assert.equal(rateThatIs(after(0.25, 2.42), 2.4, 0.002), "low");
  assert.equal(rateThatIs(after(0.25, 2.42), 2.4, 0.3), ""); // it may be about to learn
  assert.equal(rateThatIs(after(0.25, 38), 104, 0.05), ""); // distances, which begin with a high loss
  assert.equal(rateThatIs(after(0.25, 1.9), 2.4, 1.5), "");
  assert.equal(rateThatIs(after(0.01, 5.3), 2.4, 1.5), "");
  assert.equal(rateThatIs([], 2.4, 0), "");
});

test("a chart has its lines within its frame, whatever there is to be drawn", () => {
  const frame = frameOf(300, 90, 13);
  const { lines, last, ticks } = curvesOf(
    [
      [
        [1, 2],
        [4, 0.02],
      ],
      [],
    ],
    1,
    4,
    frame,
  );
  assert.equal(lines[0].split(" ").length, 2);
  assert.equal(lines[1], "");
  assert.equal(last[0][0], frame.right);
  assert.equal(last[1], null);
  assert.deepEqual(
    ticks.map(({ value }) => value),
    [1, 0.1],
  );
  for (const y of [...ticks, { y: last[0][1] }].map((tick) => tick.y)) assert.ok(y >= frame.top && y <= frame.bottom);
  for (const runs of [
    [],
    [[]],
    [[[0, 0.9]]],
    [
      [
        [0, 0],
        [1, 0],
      ],
    ],
  ]) {
    for (const most of [0, 1]) assert.doesNotMatch(JSON.stringify(curvesOf(runs, 1, most, frame)), /null,null|NaN/);
  }
});

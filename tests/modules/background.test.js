// The worker beside the page: what it fails to answer is asked again when a part of the page is opened.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Background } from "../../lenet/page/static/explore/background.js";
import { Store } from "../../lenet/page/static/store.js";

/** The work beside a page, and the workers that have been started for it. */
function page() {
  const store = new Store();
  const said = [""];
  const workers = [];
  const start = () => {
    const worker = { asked: [], terminate() {}, postMessage: ({ kind }) => kind && worker.asked.push(kind) };
    workers.push(worker);
    return worker;
  };
  const background = new Background(start, { description: {}, tensors: {} }, store, (text) => said.push(text));
  return { store, workers, background, said };
}

test("what a worker that failed has not answered is asked again when a part is opened", async (t) => {
  t.mock.method(globalThis, "setTimeout", queueMicrotask);
  const { store, workers, background, said } = page();
  const answers = [];
  for (const kind of ["why", "fool", "break"]) background.ask(kind, {}, (answer) => answers.push([kind, answer]));
  workers[0].onerror();
  assert.match(said.at(-1), /cannot be computed/);
  background.ask("fool", {}, () => answers.push("newer")); // of another drawing
  workers[1].onerror();
  assert.deepEqual([workers[0].asked, workers[1].asked, workers.length], [["why"], ["fool"], 2]);
  store.setMode("why");
  for (const data of [1, 2, 3]) {
    workers[2].onmessage({ data });
    assert.equal(said.at(-1), "");
    await null; // the pause between two tasks
  }
  assert.deepEqual(answers, [["why", 1], ["break", 2], "newer"]);
});

test("a browser without workers is told so, and asked again", () => {
  const [store, said] = [new Store(), [""]];
  const start = () => {
    throw new Error("No workers here.");
  };
  const background = new Background(start, { description: {}, tensors: {} }, store, (text) => said.push(text));
  background.ask("why", {}, () => {});
  assert.equal(said.at(-1), "No workers here.");
  store.setMode("why");
  assert.equal(said.length, 3);
});

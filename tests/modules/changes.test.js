// Which network is on the page when links, and what a visitor does, meet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes } from "../../lenet/page/static/explore/changes.js";

const description = { network: { variant: "textbook" } };
const changedBy = (...steps) => ({ reader: { description }, file: "", losses: [], lessons: [], edits: 1, steps });

/** The changes of a page on which links wait: each that is followed, with what ends its waiting. */
function page() {
  const store = Object.assign(new EventTarget(), {
    notices: [],
    setChanged() {},
    notify: (text) => notices.push(text),
  });
  const { notices } = store;
  const waiting = [];
  const replay = (text, _, use, signal) =>
    new Promise((done, fail) => waiting.push({ use: () => use(changedBy(text)), signal, done, fail }));
  globalThis.sessionStorage = { getItem: () => null, setItem() {}, removeItem() {} };
  const changes = new Changes({}, store, {}, { description }, {}, "", replay);
  changes.keep = () => {};
  return { changes, waiting, notices };
}

test("a newer link ends an older one, whichever is ready first", async () => {
  const { changes, waiting, notices } = page();
  const first = changes.follow("a", false);
  waiting[0].use();
  const second = changes.follow("b", false);
  assert.ok(waiting[0].signal.aborted);
  waiting[1].done(changedBy("b"));
  await second;
  waiting[0].fail(new Error("ended"));
  await first;
  assert.deepEqual([changes.state.steps, changes.link, notices], [["b"], "b", []]);
  const third = changes.follow("a", false); // the same as the one that was ended
  waiting[2].done(changedBy("a"));
  await third;
  assert.equal(changes.link, "a");
});

test("a page that is left for that of another network ends a link that waits", async () => {
  const { changes, waiting } = page();
  changes.keep = () => assert.fail("it is kept");
  const link = changes.follow("a", false);
  changes.stop();
  waiting[0].done(changedBy("a"));
  await link;
  assert.ok(waiting[0].signal.aborted);
});

test("what a visitor does ends a link that waits", async () => {
  const { changes, waiting, notices } = page();
  for (const act of [
    (state) => changes.change(state),
    (state) => changes.use(state),
    (state) => {
      changes.remember(changes.state);
      changes.use(state);
    },
  ]) {
    const link = changes.follow("a", false);
    const mine = changedBy("mine");
    act(mine);
    const { signal, done } = waiting.pop();
    assert.ok(signal.aborted);
    done(changedBy("a"));
    await link;
    assert.deepEqual([changes.state, changes.link, notices], [mine, "mine", []]);
  }
});

test("a link without steps ends one that waits, and one that fails leaves what was there before both", async () => {
  const { changes, waiting, notices } = page();
  changes.follow("a", false);
  await changes.follow("", false);
  assert.ok(waiting[0].signal.aborted);
  assert.deepEqual([changes.any, changes.link], [false, ""]);
  changes.change(changedBy("mine"));
  changes.follow("a", false);
  waiting[1].use();
  const link = changes.follow("b", false);
  waiting[2].fail(new Error("they are not complete."));
  await link;
  assert.deepEqual(changes.state.steps, ["mine"]);
  assert.match(notices.join(), /^The changes .* cannot be repeated: they are not complete\.$/);
});

test("teaching that goes on ends when a link is followed", () => {
  const { changes } = page();
  const { state } = changes;
  changes.follow("a", false);
  assert.notEqual(changes.state, state);
});

test("a link without steps is to the stored network, unless the page is only as it was left", async () => {
  const { changes } = page();
  const ofFile = { ...changedBy(), file: "mine.safetensors" }; // which no link has
  changes.change(ofFile);
  await changes.follow("", true);
  assert.equal(changes.state, ofFile);
  await changes.follow("", false);
  assert.equal(changes.any, false);
});

test("Undo goes back over an edit of what a link has come to, and over that", () => {
  const { changes, waiting, notices } = page();
  const mine = changedBy("mine");
  changes.change(mine);
  changes.follow("a", false);
  waiting[0].use();
  const partly = changes.state;
  changes.use(changedBy("a", "dragged"));
  assert.match(notices.join(), /not repeated to its end/);
  changes.change(changedBy("a", "edited"), partly);
  changes.undo();
  assert.equal(changes.state, partly);
  changes.undo();
  assert.equal(changes.state, mine);
});

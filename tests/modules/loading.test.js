// Loading: what is asked for again, what ends it, and what is loaded on demand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OnDemand, once } from "../../lenet/page/static/explore/on_demand.js";
import { readDigits } from "../../lenet/page/static/network/digits.js";
import { Reader } from "../../lenet/page/static/network/reader.js";
import { fetchExtra, load, readFile, refusalOfPart, troubleOf } from "../../lenet/page/static/server.js";
import { readerOf } from "./figures.js";

/** Answer requests in turn: a Response, or an Error if there is no response. Waits take no time. */
function serve(t, ...answers) {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (url) => {
    asked.push(url);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  t.mock.method(globalThis, "setTimeout", (call) => queueMicrotask(call));
  return asked;
}

const status = (code, body = "") => new Response(body, { status: code });
const text = (response) => response.text();
const away = () => new TypeError("Failed to fetch");

test("while the server is away, busy or broken, it is asked again", async (t) => {
  const asked = serve(t, away(), status(503), status(429), status(502), status(200, "weights"));
  const said = [];
  const found = await load("/model", text, (response) => said.push(troubleOf(response)), refusalOfPart);
  assert.equal(found, "weights");
  assert.equal(asked.length, 5);
  assert.deepEqual(said, ["Cannot reach the server", ...Array(3).fill("The server is busy")]);
});

test("weights that have gone end it with the truth", async (t) => {
  const asked = serve(t, away(), status(404), status(200, "weights"));
  const said = [];
  const loading = load("/model", text, (response) => said.push(troubleOf(response)), refusalOfPart);
  const sentence = "Not loaded: the server is now using different weights. Reload the page to see them.";
  await assert.rejects(loading, { message: sentence });
  assert.equal(asked.length, 2);
  assert.deepEqual(said, ["Cannot reach the server"]);
});

test("it ends when it is told to", async (t) => {
  const stop = new AbortController();
  const asked = serve(t, ...Array.from({ length: 9 }, away));
  const loading = load("/model", text, () => asked.length === 3 && stop.abort(), refusalOfPart, stop.signal);
  await assert.rejects(loading, { name: "AbortError" });
  assert.ok(asked.length <= 4);
});

test("an extra file that these weights do not have is refused in a sentence", async (t) => {
  serve(t, status(503), status(404, JSON.stringify({ error: "These weights have no misread.json." })));
  const said = [];
  const loading = fetchExtra("/misread.json", (words) => said.push(words));
  await assert.rejects(loading, { message: "These weights have no misread.json." });
  assert.deepEqual(said, ["The server is busy. Retrying…"]);
  serve(t, status(404), status(500));
  await assert.rejects(
    fetchExtra("/x", () => {}),
    /^Error: Not available: the server is now using different weights/,
  );
  await assert.rejects(
    fetchExtra("/x", () => {}),
    { message: "Not available: HTTP 500." },
  );
});

test("what is loaded on demand is loaded once, and again only if that failed", async () => {
  const message = { textContent: "" };
  const answers = [() => Promise.reject(new Error("These weights have none.")), () => Promise.resolve("file")];
  let asked = 0;
  const file = new OnDemand(message, (say) => {
    say("The server is busy. Retrying…");
    return answers[asked++]();
  });
  assert.equal(file.value, null);
  await Promise.all([file.load(), file.load()]);
  assert.deepEqual([asked, file.value, message.textContent], [1, null, "These weights have none."]);
  const loading = file.load();
  assert.equal(message.textContent, "The server is busy. Retrying…");
  await loading;
  await file.load();
  assert.deepEqual([asked, file.value, message.textContent], [2, "file", ""]);
});

test("what several parts of the page need is loaded once, and again only if that failed", async () => {
  const answers = [Promise.reject(new Error("away")), Promise.resolve("digits")];
  let asked = 0;
  const load = once(() => answers[asked++]);
  await assert.rejects(Promise.all([load(), load()]), /away/);
  assert.deepEqual(await Promise.all([load(), load()]), ["digits", "digits"]);
  assert.equal(await load(), "digits");
  assert.equal(asked, 2);
});

test("of a damaged file the page says so in a sentence", async (t) => {
  t.mock.method(console, "error", () => {});
  const message =
    "The file of digits cannot be read: it has arrived damaged or incomplete. Try again, or reload the page.";
  const whole = new Uint8Array(64).fill(7);
  const { description } = readerOf("textbook");
  for (const content of [new Uint8Array(0), whole, whole.subarray(0, 9).slice(), Uint8Array.of(0x1f, 0x8b, 8)]) {
    await assert.rejects(
      readFile("The file of digits", () => readDigits(content.buffer)),
      { message },
    );
    await assert.rejects(
      readFile("The file of digits", () => Reader.of(description, content.buffer)),
      { message },
    );
  }
  await assert.rejects(
    readFile("The file of digits", () => JSON.parse("{")),
    { message },
  );
  assert.equal(await readFile("The file of digits", () => 7), 7);
});

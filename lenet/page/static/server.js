// Requests to the server.
const TIMEOUT = 5_000; // milliseconds
const RETRY = 2_000;
const BUSY = new Set([429, 503]); // too many requests from this address, or from all
const CHANGED = "the server is now using different weights. Reload the page to see them.";

export class Server {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /**
   * PyTorch's reading of a drawing, whose opacity is in a PNG. Throws Unreachable if there is no response, or one that is
   * not a reading (of a proxy, say), Overloaded if too many others ask at the moment, and Error with the server's message
   * if it rejects the request.
   *
   * @param {Blob} png
   * @returns {Promise<ServerReading>}
   */
  async read(png) {
    let response;
    let reading;
    try {
      response = await fetch(`${this.url}${this.url.includes("?") ? "&" : "?"}opacity`, {
        method: "POST",
        headers: { "Content-Type": "image/png" },
        body: png,
        signal: AbortSignal.timeout(TIMEOUT),
      });
      reading = BUSY.has(response.status) ? null : await response.json(); // a proxy may refuse with a page
    } catch (error) {
      throw new Unreachable(messageOf(error));
    }
    if (BUSY.has(response.status)) throw new Overloaded(`HTTP ${response.status}`);
    if (response.status >= 500) throw new Unreachable(`HTTP ${response.status}`);
    if (!response.ok) throw new Error(reading?.error ?? `HTTP ${response.status}`);
    if (!isReading(reading)) throw new Unreachable("the response is not a reading");
    return reading;
  }
}

export class Unreachable extends Error {}

export class Overloaded extends Unreachable {}

/**
 * The message of whatever was thrown.
 *
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Load a file, however long the server is away or busy; `waiting` is called when an attempt has failed, with the response
 * if there was one. A response for which `refusal` returns a sentence ends it with an Error of that text, as does the
 * signal.
 *
 * @template T
 * @param {string} url
 * @param {(response: Response) => Promise<T>} parse
 * @param {(response: Response | null) => void} waiting
 * @param {(response: Response) => Promise<string | null>} refusal
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function load(url, parse, waiting, refusal, signal) {
  for (;;) {
    let response = null;
    try {
      response = await fetch(url, { credentials: "same-origin", signal });
      if (response.ok) return await parse(response);
    } catch {
      response = null; // also if it breaks off
    }
    signal?.throwIfAborted();
    const sentence = response && !BUSY.has(response.status) && (await refusal(response));
    if (sentence) throw new Error(sentence);
    waiting(response);
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY);
    });
  }
}

/**
 * The refusal of a file that every page needs: its address, which contains a hash of the content, has gone.
 *
 * @param {Response} response
 */
export async function refusalOfPart({ status }) {
  return status === 404 ? `Not loaded: ${CHANGED}` : null;
}

/**
 * A file that only some weights have. While the server is away or busy, it is asked again, and `waiting` is called with a
 * sentence that says so. Throws Error with a sentence if there is no such file.
 *
 * @param {string} url
 * @param {(text: string) => void} waiting
 */
export function fetchExtra(url, waiting) {
  const say = (/** @type {Response | null} */ response) => waiting(`${troubleOf(response)}. Retrying…`);
  return load(url, (response) => response.arrayBuffer(), say, refusalOfExtra);
}

/**
 * What `read` makes of a file that has been loaded. Throws Error with a sentence if it cannot: what it says of numbers and
 * brackets helps nobody on the page. A part of the page asks for its file again when it is opened again.
 *
 * @template T
 * @param {string} file what it is, as the beginning of a sentence
 * @param {() => T | Promise<T>} read
 * @param {string} advice
 */
export async function readFile(file, read, advice = "Try again, or reload the page.") {
  try {
    return await read();
  } catch (error) {
    console.error(error);
    throw new Error(`${file} cannot be read: it has arrived damaged or incomplete. ${advice}`);
  }
}

/**
 * Why an attempt has failed.
 *
 * @param {Response | null} response
 */
export function troubleOf(response) {
  return response ? "The server is busy" : "Cannot reach the server";
}

/** @param {Response} response */
async function refusalOfExtra(response) {
  const { error } = await response.json().catch(() => ({}));
  return error ?? `Not available: ${response.status === 404 ? CHANGED : `HTTP ${response.status}.`}`;
}

/** @param {any} value */
function isReading(value) {
  return (
    Array.isArray(value?.probabilities) &&
    value.probabilities.length === 10 &&
    value.probabilities.every(Number.isFinite) &&
    typeof value.network === "string" &&
    (typeof value.reason === "string" || Number.isInteger(value.digit)) &&
    (value.digits === null || Array.isArray(value.digits))
  );
}

// Requests to the server.
const TIMEOUT = 5_000; // milliseconds
const RETRY = 2_000;
const BUSY = new Set([429, 503]); // too many requests from this address, or from all

export class Server {
  constructor(url) {
    this.url = url;
  }

  /**
   * PyTorch's reading of a PNG, a Blob; `withInk` adds the preprocessed image. Throws Unreachable if there is no
   * response, or one that is not a reading (of a proxy, say), Overloaded if too many others ask at the moment, and Error
   * with the server's message if it rejects the request.
   */
  async read(png, withInk) {
    let response, reading;
    try {
      response = await fetch(this.url + (withInk ? "?ink" : ""), {
        method: "POST",
        headers: { "Content-Type": "image/png" },
        body: png,
        signal: AbortSignal.timeout(TIMEOUT),
      });
      reading = BUSY.has(response.status) ? null : await response.json(); // a proxy may refuse with a page
    } catch (error) {
      throw new Unreachable(error.message);
    }
    if (BUSY.has(response.status)) throw new Overloaded(`HTTP ${response.status}`);
    if (response.status >= 500) throw new Unreachable(`HTTP ${response.status}`);
    if (!response.ok) throw new Error(reading?.error ?? `HTTP ${response.status}`);
    if (!isReading(reading, withInk)) throw new Unreachable("the response is not a reading");
    if (reading.ink) reading.ink = floats(reading.ink);
    return reading;
  }
}

export class Unreachable extends Error {}

export class Overloaded extends Unreachable {}

/**
 * Load a file, however long the server is away; `waiting` is called when an attempt has failed, with the response if
 * there was one. If `refusal` is given, a response that is neither the file nor "busy" ends it with an Error of its text.
 */
export async function load(url, parse, waiting, refusal = null) {
  for (;;) {
    let response = null;
    try {
      response = await fetch(url, { credentials: "same-origin" });
      if (response.ok) return await parse(response);
    } catch {
      response = null; // also if it breaks off
    }
    if (refusal && response && !BUSY.has(response.status)) throw new Error(await refusal(response));
    waiting(response);
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY);
    });
  }
}

/**
 * A file that only some weights have, an ArrayBuffer. While the server is away or busy, it is asked again, and `waiting`
 * is called with a sentence that says so. Throws Error with a sentence if there is no such file.
 */
export function fetchExtra(url, waiting) {
  const say = (response) => waiting(response ? "The server is busy. Retrying…" : "Cannot reach the server. Retrying…");
  return load(url, (response) => response.arrayBuffer(), say, refusal);
}

async function refusal(response) {
  const { error } = await response.json().catch(() => ({}));
  return (
    error ??
    (response.status === 404
      ? "Not available: the server is now using different weights. Reload the page to see them."
      : `Not available: HTTP ${response.status}.`)
  );
}

function isReading(value, withInk) {
  return (
    Array.isArray(value?.probabilities) &&
    value.probabilities.length === 10 &&
    value.probabilities.every(Number.isFinite) &&
    typeof value.network === "string" &&
    (typeof value.reason === "string" || Number.isInteger(value.digit)) &&
    (value.digits === null || Array.isArray(value.digits)) &&
    (!withInk || typeof value.ink === "string")
  );
}

function floats(base64) {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
}

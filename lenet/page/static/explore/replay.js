// The steps of a link, taken again: what has been taught and changed by hand.
import { EDITS } from "../network/editing.js";
import { ratesOf } from "../network/teaching.js";
import { decode } from "../pad/code.js";
import { decodeImage } from "../pad/image_code.js";
import { withLesson } from "./lessons.js";
import { edited, read, taught, withoutLesson } from "./steps.js";
import { readChanged } from "./transforms.js";

/**
 * @import { LoadDigits } from "../network/digits.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Changed } from "./lessons.js"
 */

const PAUSE = 40; // milliseconds of work between two frames
const MOST = 2_000; // steps of teaching: some ten seconds

/**
 * Take the steps of a text from a state on, and return the state after them; `use` is given those on the way. `say` says
 * how far it is. Throws, with a sentence, if a text or a step of it is not valid, and as soon as `signal` is aborted.
 *
 * @param {string} text
 * @param {Changed} start
 * @param {(state: Changed) => void} use
 * @param {AbortSignal} signal
 * @param {LoadDigits} loadDigits
 * @param {(text: string) => void} say
 */
export async function replay(text, start, use, signal, loadDigits, say) {
  signal.addEventListener("abort", () => say(""), { once: true });
  const sayUnlessAborted = (/** @type {string} */ words) => {
    if (!signal.aborted) say(words);
  };
  const steps = read(text);
  const counts = steps.map(({ kind, numbers }) => (kind === "t" ? numbers[3] : 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!(total <= MOST)) throw new Error(`they are more than ${MOST.toLocaleString("en")} steps.`);
  const mixes = steps.some(({ kind, numbers }) => kind === "t" && numbers[4]);
  const old = mixes ? (await loadDigits(sayUnlessAborted)).training : null;
  signal.throwIfAborted();
  let state = start;
  /** @type {{ ink: Float32Array, code: string }[]} */
  const drawings = [];
  let [taken, since] = [0, performance.now()];
  for (const { kind, code, numbers } of steps) {
    if (kind === "d" || kind === "i") drawings.push({ ink: inkOf(code, start.reader), code });
    else if (kind === "l") state = withoutLesson(state, drawings[numbers[0]]?.code ?? "");
    else if (kind === "t") {
      const [number, label, rate, count, mixed] = numbers;
      const drawing = drawings[number];
      const isValid = drawing && label < 10 && rate < ratesOf(state.reader.network).length;
      if (!isValid) throw new Error("they are not complete.");
      state = { ...state, lessons: withLesson(state.lessons, { ...drawing, label }) };
      for (let i = 0; i < count; i++) {
        state = taught(state, rate, mixed ? old : null);
        taken++;
        if (performance.now() - since < PAUSE) continue;
        say(`Repeating what was taught: step ${taken} of ${total}.`);
        use(state);
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        since = performance.now();
      }
    } else if (Object.hasOwn(EDITS, kind)) state = edited(state, start.reader, kind, numbers);
    else throw new Error("they are of a later version of this page.");
  }
  say("");
  return state;
}

/**
 * The network's input for a drawing or an image of a link.
 *
 * @param {string} code
 * @param {Reader} reader
 */
function inkOf(code, reader) {
  const text = code.slice(1);
  if (code[0] === "i") {
    const image = decodeImage(text, reader.description.preprocessing);
    if (image) return image.ink;
  }
  const strokes = code[0] === "d" ? decode(text) : null;
  if (!strokes?.length) throw new Error("it has a drawing that is not valid.");
  return readChanged(reader, { strokes }, "rotation", 0, true, { rows: false }).outputs.input;
}

// Checks a guess: what the checks of exercises are given, from the page, and what they find. Loaded when one is answered.
import { readPad } from "../pad/read_pad.js";
import { Cancelled, CHECKS, isRight } from "./checks.js";

/**
 * @import { Answer, Question, Trained } from "./checks.js"
 * @import { Asked } from "./exercises.js"
 */

/** @typedef {{ signal: AbortSignal, progress: (share: number) => void, say: (text: string) => void }} Waiting */

/**
 * The answer of an exercise, and whether a guess is right. Throws Error with a sentence if there is none.
 *
 * @param {Context} context
 * @param {Asked} asked
 * @param {string | number} guess
 * @param {Waiting} waiting
 * @returns {Promise<{ answer: Answer, right: boolean }>}
 */
export async function check(context, asked, guess, waiting) {
  const answer = await CHECKS[asked.check](asked.settings, await askedOf(context, asked.settings, waiting));
  return { answer, right: isRight(asked, guess, answer) };
}

/**
 * @param {Context} context
 * @param {FigureSettings} settings
 * @param {Waiting} waiting
 * @returns {Promise<Question>}
 */
async function askedOf(context, { network }, { signal, progress, say }) {
  const { pad, readerOf, loadDigits, confusion, startTrainer } = context;
  const reader = await readerOf(network ? String(network) : undefined);
  const { strokes, image } = pad;
  const drawing = image
    ? { image: { ink: image.ink, placement: image.placement, cropped: image.cropped } }
    : { strokes };
  return {
    reader,
    reading: pad.blank ? null : readPad(reader, pad),
    drawing,
    readerOf,
    loadDigits: () => loadDigits(say),
    confusion,
    train: async (runs, passes) => {
      const digits = await loadDigits(say);
      say("Training\u2026");
      return train(startTrainer, runs, digits, passes, signal, progress);
    },
    breath: () =>
      new Promise((resolve, reject) => {
        if (signal.aborted) reject(new Cancelled());
        else setTimeout(resolve);
      }),
  };
}

/**
 * Have a worker train from random weights; how many percent of the test digits each run misreads then.
 *
 * @param {() => Worker} startTrainer
 * @param {Trained[]} runs
 * @param {{ training: import("../network/digits.js").Digits, test: import("../network/digits.js").Digits }} digits
 * @param {number} passes
 * @param {AbortSignal} signal
 * @param {(share: number) => void} progress
 * @returns {Promise<number[]>}
 */
function train(startTrainer, runs, digits, passes, signal, progress) {
  const worker = startTrainer();
  return new Promise((resolve, reject) => {
    const end = (/** @type {() => void} */ then) => {
      worker.terminate();
      then();
    };
    signal.addEventListener("abort", () => end(() => reject(new Cancelled())));
    worker.addEventListener("error", () =>
      end(() => reject(new Error("The training has failed, or cannot be loaded. Try again, or reload the page."))),
    );
    worker.addEventListener("message", ({ data }) => {
      /** @type {import("../explore/coordinator.js").Report} */
      const { runs: reports } = data;
      progress(Math.min(...reports.map((one) => one.passes)) / passes);
      const tested = reports.map(({ tested }) => tested);
      if (reports.some(({ broken }) => broken)) end(() => reject(new Error("The loss is not a number any more.")));
      const misread = tested.map((one) =>
        one && one.passes >= passes ? (100 * one.misread) / digits.test.length : -1,
      );
      if (!misread.includes(-1)) end(() => resolve(misread));
    });
    worker.postMessage({ kind: "digits", ...digits });
    worker.postMessage({ kind: "begin", runs: runs.map((run) => ({ ...run, ports: [] })) });
    worker.postMessage({ kind: "tell", going: true });
  });
}

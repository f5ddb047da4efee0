// Checks a guess: what the checks of exercises are given, from the page, and what they find. Loaded when one is answered.
import { begun, defaults, ownOf } from "../explore/training_settings.js";
import { startRuns } from "../explore/training_workers.js";
import { Network } from "../network/network.js";
import { tensorsOf } from "../network/training.js";
import { readPad } from "../pad/read_pad.js";
import { Cancelled, CHECKS, isRight } from "./checks.js";

/**
 * @import { Answer, Question, Trained } from "./checks.js"
 * @import { Report } from "../explore/coordinator.js"
 * @import { Asked } from "./exercises.js"
 */

/** @typedef {{ signal: AbortSignal, progress: (share: number) => void, say: (text: string) => void, meant: string }} Waiting `meant`: what the reader says of the drawing */

/**
 * The answer of an exercise, and whether a guess is right. Throws Error with a sentence if there is none.
 *
 * @param {Context} context
 * @param {Asked} asked
 * @param {string | number} guess
 * @param {Waiting} waiting
 * @returns {Promise<{ answer: Answer, right: boolean, remark: string }>}
 */
export async function check(context, asked, guess, waiting) {
  const question = await askedOf(context, asked.settings, waiting);
  const answer = await CHECKS[asked.check](asked.settings, question);
  return { answer, right: isRight(asked, guess, answer), remark: question.remark };
}

/**
 * Train two networks that differ in the table of C3. What reports is given a function that makes the edited network.
 *
 * @param {() => Worker} startTrainer
 * @param {import("../network/training.js").Parts} digits
 * @param {NetworkDescription} own
 * @param {number[][]} table
 * @param {{ receive: (report: Report, trained: () => Network) => void, fail: () => void }} listeners
 */
export function trainTables(startTrainer, digits, own, table, { receive, fail }) {
  const run = defaults(ownOf(own));
  const runs = [begun(own, run), begun(own, run, table)];
  const { description } = runs[1];
  return startRuns(startTrainer, digits, runs, {
    receive: (report) => receive(report, () => new Network(description, tensorsOf(description, report.weights))),
    fail,
  });
}

/**
 * @param {Context} context
 * @param {FigureSettings} settings
 * @param {Waiting} waiting
 * @returns {Promise<Question>}
 */
async function askedOf(context, { network }, { signal, progress, say, meant }) {
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
    meant,
    remark: "",
    readerOf,
    loadDigits: () => loadDigits(say),
    confusion,
    train: async (runs, passes) => {
      const digits = await loadDigits(say);
      if (signal.aborted) throw new Cancelled();
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
 * Have workers train from random weights; how many percent of the test digits each run misreads then.
 *
 * @param {() => Worker} startTrainer
 * @param {Trained[]} runs
 * @param {import("../network/training.js").Parts} digits
 * @param {number} passes
 * @param {AbortSignal} signal
 * @param {(share: number) => void} progress
 * @returns {Promise<number[]>}
 */
function train(startTrainer, runs, digits, passes, signal, progress) {
  return new Promise((resolve, reject) => {
    const end = (/** @type {() => void} */ then) => {
      for (const worker of workers) worker.terminate();
      then();
    };
    const receive = (/** @type {Report} */ { runs: reports }) => {
      progress(Math.min(...reports.map((one) => one.passes)) / passes);
      if (reports.some(({ broken }) => broken)) end(() => reject(new Error("The loss is not a number any more.")));
      const last = reports.flatMap(({ tested }) => (tested && tested.passes >= passes ? [tested.misread] : []));
      if (last.length === runs.length) end(() => resolve(last.map((count) => (100 * count) / digits.test.length)));
    };
    const fail = () =>
      end(() => reject(new Error("The training has failed, or cannot be loaded. Try again, or reload the page.")));
    const workers = startRuns(startTrainer, digits, runs, { receive, fail });
    signal.addEventListener("abort", () => end(() => reject(new Cancelled())));
    workers[0].postMessage({ kind: "tell", going: true });
  });
}

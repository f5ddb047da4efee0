// What the answer of an exercise is, computed for the drawing and the network of this moment. No answer is stored.
import { begun, changed, defaults, ownOf } from "../explore/training_settings.js";
import { readChanged } from "../explore/transforms.js";
import { attackTowards } from "../network/attack.js";
import { receptiveField } from "../network/explain.js";
import { shifted } from "../network/image.js";
import { scoreStrip } from "../network/strip.js";
import { descend, ratesOf } from "../network/teaching.js";
import { averagesOf, distancesTo, nearest } from "./average_digits.js";
import { changesWhenShifted } from "./shift.js";
import { flatShare } from "./spread.js";
import { middle } from "./units.js";

/**
 * @import { Digits } from "../network/digits.js"
 * @import { Network } from "../network/network.js"
 * @import { Reader } from "../network/reader.js"
 * @import { TrainingSettings } from "../network/training.js"
 * @import { Run } from "../explore/training_settings.js"
 */

/** @typedef {{ description: NetworkDescription, settings: TrainingSettings }} Trained a run of a training */

/**
 * What is asked about: the network, and the drawing as that reads it, null if there is none.
 *
 * @typedef {object} Question
 * @property {Reader} reader
 * @property {Reading | null} reading
 * @property {Drawing} drawing
 * @property {string} meant what the reader says that it is
 * @property {string} remark what a check adds to its answer
 * @property {(variant?: string) => Promise<Reader>} readerOf
 * @property {() => Promise<{ training: Digits, test: Digits }>} loadDigits
 * @property {number[][] | null} confusion
 * @property {(runs: Trained[], passes: number) => Promise<number[]>} train the percentages of test digits that are misread then
 * @property {() => Promise<void>} breath lets the page go on meanwhile; throws `Cancelled`
 */

/** @typedef {string | number | number[]} Answer of several numbers, each is right */

/** The reader has ended what takes long. */
export class Cancelled extends Error {
  message = "Cancelled.";
}

const OLD = 500; // digits of the test part, as in Teach
const INPUT = 32;
const STEP = 4; // pixels between two columns of scores
const SAME = 1e-9; // of probabilities
const PRINTED = 0.005; // what is shown as more than 0, with two decimals

/** @type {Record<string, (settings: any, question: Question) => Answer | Promise<Answer>>} */
export const CHECKS = {
  ink: (_, question) => drawn(question).outputs.input.reduce((count, ink) => count + Number(ink >= PRINTED), 0),

  "answer-after": (settings, question) => sameIf(answerOf(drawn(question)) === answerOf(after(settings, question))),

  "most-active"({ layer }, question) {
    const { outputs } = drawn(question);
    const [values, blank] = [outputs[layer], question.reader.blank.outputs[layer]];
    const [maps] = question.reader.network.shape(layer);
    const size = values.length / maps;
    const changes = Array.from({ length: maps }, (_, map) =>
      values
        .subarray(map * size, (map + 1) * size)
        .reduce((sum, value, i) => sum + (value - blank[map * size + i]) ** 2, 0),
    );
    return changes.indexOf(Math.max(...changes));
  },

  async "averages-after"(settings, question) {
    const [before, now] = [drawn(question), after(settings, question)];
    const averages = averagesOf((await question.loadDigits()).training);
    const digitOf = (/** @type {Reading} */ { outputs }) => nearest(distancesTo(outputs.input, averages));
    const network = answerOf(before) === answerOf(now);
    const average = digitOf(before) === digitOf(now);
    return network && average ? "both" : network ? "network" : average ? "averages" : "neither";
  },

  "parameters-with"({ layer, kernel }, { reader }) {
    const { sees = [] } = reader.network.layer(layer);
    return sees.flat().length * kernel ** 2 + sees.length;
  },

  "side-with": ({ layer, kernel }, { reader }) => reader.network.layer(layer).input.side - kernel + 1,

  "changes-more"({ shift }, question) {
    const { network, blank } = question.reader;
    const { c1, s2 } = changesWhenShifted(network, drawn(question), blank, shift);
    return c1 > s2 ? "c1" : "s2";
  },

  block: ({ map }, question) => {
    const { network } = question.reader;
    return network.value(drawn(question), middle(network, "s2", map));
  },

  "maps-seen": ({ map }, { reader }) => reader.network.layer("c3").sees?.[map].length ?? 0,

  "answer-without"({ layer, map }, question) {
    const { outputs } = drawn(question);
    const whole = question.reader.readInk(outputs.input);
    const without = question.reader.readInk(outputs.input, { [layer]: new Set([map]) });
    return sameIf(answerOf(whole) === answerOf(without));
  },

  sees({ layer }, { reader }) {
    const field = fieldOf(reader.network, middle(reader.network, layer, 0));
    return field.bottom - field.top;
  },

  "erased-outside"({ layer, map }, question) {
    const { reader } = question;
    const unit = middle(reader.network, layer, map);
    const { top, left, bottom, right } = fieldOf(reader.network, unit);
    const inside = (/** @type {number} */ i) => {
      const [row, column] = [Math.floor(i / INPUT), i % INPUT];
      return row >= top && row < bottom && column >= left && column < right;
    };
    const ink = drawn(question).outputs.input;
    const erased = reader.readInk(ink.map((value, i) => (inside(i) ? value : 0)));
    return sameIf(reader.network.value(erased, unit) === reader.network.value(reader.readInk(ink), unit));
  },

  "nearest-bitmap"({ place }, question) {
    const { output } = drawn(question).outputs; // the negative of the distances
    return [...output.keys()].sort((a, b) => output[b] - output[a])[place - 1];
  },

  flat: ({ layer }, question) =>
    100 * flatShare(question.reader.network.description.activation, drawn(question).outputs[layer]),

  zeros({ layer }, question) {
    const values = drawn(question).outputs[layer];
    return (100 * values.filter((value) => value === 0).length) / values.length;
  },

  "scores-plus"({ amount }, question) {
    const { output } = drawn(question).outputs;
    const highest = (/** @type {ArrayLike<number>} */ scores) =>
      Math.max(...question.reader.network.probabilities(scores));
    const change = highest(Float64Array.from(output, (score) => score + amount)) - highest(output);
    return Math.abs(change) < SAME ? "same" : change > 0 ? "larger" : "smaller";
  },

  answers(_, question) {
    if (/^\d+$/.test(question.meant))
      throw new Error("This is about drawings that are not digits. Draw something else.");
    const answer = answerOf(drawn(question));
    if (answer) question.remark = `You have drawn \u201c${question.meant}\u201d, and the page reads ${answer}.`;
    return answer ? "digit" : "rejected";
  },

  async "kept-after"({ times }, question) {
    const { input } = drawn(question).outputs;
    const lesson = { ink: input, label: drawn(question).top[1][0] };
    const rate = ratesOf(question.reader.network)[1] * times;
    const { reader } = descend(question.reader, [lesson], rate);
    const { test } = await question.loadDigits();
    const count = Math.min(OLD, test.length);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (i % 20 === 0) await question.breath();
      if (reader.readInk(test.ink(i)).top[0][0] === test.labels[i]) kept++;
    }
    return (100 * kept) / count;
  },

  async "errors-after"({ passes }, question) {
    const [misread] = await question.train([runOf(question.reader, {})], passes);
    return misread;
  },

  "confused-with"({ digit }, { confusion }) {
    if (!confusion) throw new Error("Nobody has counted that for these weights.");
    const others = confusion[digit].map((count, read) => (read === digit ? -1 : count));
    return [...others.keys()].filter((read) => others[read] === Math.max(...others));
  },

  "pixels-to-fool"(_, question) {
    const { answered, digit } = attackTowards(question.reader, drawn(question).outputs.input, "pixels", null);
    if (answered < 0) throw new Error("Up to 40 pixels make no other digit of this one. Draw another.");
    question.remark = `It is read as ${digit} then.`;
    return answered;
  },

  columns: ({ width }) => Math.floor((width - INPUT) / STEP) + 1,

  "both-ways"({ digits }, question) {
    const { number, cropped, reason } = drawn(question);
    const { meant } = question;
    if (!/^\d+$/.test(meant) || meant.length !== digits) throw new Error(`Write a number of ${digits} digits.`);
    if (!number || !cropped) {
      const seen =
        reason === "several digits" ? "sees several digits, but is not sure which" : "does not see several digits";
      throw new Error(`The page ${seen}. Write them side by side, as large as fits, with a thin pen.`);
    }
    if (partsOf(cropped) >= digits) throw new Error("No two of them touch. Draw another number.");
    const { network, description } = question.reader;
    const bySliding = slid(scoreStrip(network, cropped, description.preprocessing).columns);
    question.remark = `You have written ${meant}; cut, it is ${number}, and slid ${bySliding || "nothing"}.`;
    return sameIf(bySliding === number);
  },

  async "networks-agree"({ shift }, question) {
    const ink = shifted(drawn(question).outputs.input, shift, 0);
    const readers = await Promise.all(["textbook", "tutorial", "original"].map(question.readerOf));
    return sameIf(new Set(readers.map((reader) => reader.readInk(ink).digit)).size === 1);
  },

  async "fewer-errors"({ differs, first, second }, question) {
    const runs = [first, second].map((value) => runOf(question.reader, { [differs]: value }));
    const [one, other] = await question.train(runs, 1);
    return one === other ? "equal" : one < other ? "first" : "second";
  },
};

/**
 * Whether a guess is right.
 *
 * @param {{ answer: string, tolerance: number, within: number }} asked
 * @param {string | number} guess
 * @param {Answer} answer
 */
export function isRight({ answer: kind, tolerance, within }, guess, answer) {
  if (Array.isArray(answer)) return answer.includes(Number(guess));
  if (kind !== "number") return guess === answer;
  const expected = Number(answer);
  return Math.abs(Number(guess) - expected) <= Math.max(within, tolerance * Math.abs(expected));
}

/**
 * The reading of the drawing. Throws if there is none.
 *
 * @param {Question} question
 */
function drawn({ reading }) {
  if (!reading) throw new Error("Draw a digit first.");
  return reading;
}

/**
 * @param {{ change: string, value: number, preprocessed?: boolean }} settings
 * @param {Question} question
 */
function after({ change, value, preprocessed = true }, { reader, drawing }) {
  return readChanged(reader, drawing, change, value, preprocessed);
}

/**
 * "" if it is rejected.
 *
 * @param {Reading} reading
 */
function answerOf({ digit, number }) {
  return String(number ?? digit ?? "");
}

/** @param {boolean} isSame */
function sameIf(isSame) {
  return isSame ? "same" : "other";
}

/**
 * The square of the input that a unit sees.
 *
 * @param {Network} network
 * @param {Unit} unit
 */
function fieldOf(network, unit) {
  const field = receptiveField(network, unit, "input");
  if (!field) throw new Error(`${unit.layer} sees nothing of the input`);
  return field;
}

/**
 * A run as Train has it at first, with other settings.
 *
 * @param {Reader} reader
 * @param {Partial<Run>} settings
 * @returns {Trained}
 */
function runOf({ description: { network } }, settings) {
  const own = ownOf(network);
  const names = /** @type {(keyof Run)[]} */ (Object.keys(settings));
  const run = names.reduce((one, name) => changed(one, name, settings[name] ?? "", own), defaults(own));
  return begun(network, run);
}

/**
 * How many parts of the ink have an empty column between them: fewer than digits, if two of these touch.
 *
 * @param {Raster} ink
 */
export function partsOf({ data, width, height }) {
  const isInked = (/** @type {number} */ x) =>
    Array.from({ length: height }, (_, y) => data[y * width + x]).some((value) => value >= PRINTED);
  let count = 0;
  for (let x = 0; x < width; x++) count += Number(isInked(x) && !(x && isInked(x - 1)));
  return count;
}

/**
 * The number of a strip of columns: their likeliest digits, equal neighbors joined; a column that is rejected separates.
 *
 * @param {number[][]} columns
 */
export function slid(columns) {
  const digits = columns.map((ten) => (Math.max(...ten) > 0 ? ten.indexOf(Math.max(...ten)) : null));
  return digits.filter((digit, i) => digit !== null && digit !== digits[i - 1]).join("");
}

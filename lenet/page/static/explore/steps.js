// What has been done to the network, step by step, as texts that a link joins by points. A text is a letter and numbers in
// digits of base 32 (pad/code.js): "d" or "i", a drawing or an image that is taught; "t", steps of teaching with it: its
// number among those, the label, the number of the learning rate, how many, and whether old digits are mixed in; "l", the
// same, left out from then on; and the edits of network/editing.js, in which the last number of "w" has a sign.
import { EDITS } from "../network/editing.js";
import { descend, REPLAYED, ratesOf, replayed } from "../network/teaching.js";
import { isWeight, LARGEST_WEIGHT } from "../network/weights.js";
import { readNumbers, writeNumbers } from "../pad/code.js";

/**
 * @import { Digits } from "../network/digits.js"
 * @import { Reader } from "../network/reader.js"
 * @import { Lesson } from "../network/teaching.js"
 * @import { Changed } from "./lessons.js"
 */

/** @typedef {{ kind: string, code: string, numbers: number[] }} Step */

const DRAWINGS = ["d", "i"];

/**
 * @param {string} kind
 * @param {number[]} numbers
 */
export function write(kind, numbers) {
  return kind + writeNumbers(kind === "w" ? [...numbers.slice(0, -1), signed(numbers[numbers.length - 1])] : numbers);
}

/**
 * The steps of a text. Throws if it is not one that they make.
 *
 * @param {string} text
 * @returns {Step[]}
 */
export function read(text) {
  return text.split(".").map((code) => {
    const kind = code[0] ?? "";
    const numbers = DRAWINGS.includes(kind) ? [] : readNumbers(code.slice(1));
    if (!numbers || !kind) throw new Error("they are not complete.");
    if (kind === "w") numbers.push(unsigned(numbers.pop() ?? 0));
    return { kind, code, numbers };
  });
}

/**
 * A state after one more step of teaching, with its lessons and, if they are given, old digits. Throws, with the end of a
 * sentence, if the weights would be larger than a file may have, or a score not finite.
 *
 * @param {Changed} state
 * @param {number} rate its number
 * @param {Digits | null | undefined} training
 * @returns {Changed}
 */
export function taught(state, rate, training) {
  const { lessons } = state;
  const old = training ? replayed(training, state.losses.length, REPLAYED) : [];
  const { reader, losses } = descend(state.reader, [...lessons, ...old], ratesOf(state.reader.network)[rate]);
  const last = lessons[lessons.length - 1];
  const isUsable = Object.values(reader.tensors).every(({ data }) => data.every(isWeight));
  if (!isUsable || !reader.network.forward(last.ink).outputs.output.every(Number.isFinite)) {
    throw new Error(`the weights would not be between -${LARGEST_WEIGHT} and ${LARGEST_WEIGHT}.`);
  }
  const loss = losses.slice(0, lessons.length).reduce((sum, one) => sum + one, 0) / lessons.length;
  const steps = withTeaching(state.steps, last, rate, Boolean(training));
  return { ...state, reader, losses: [...state.losses, loss], steps };
}

/**
 * A state whose further steps of teaching are without a lesson.
 *
 * @param {Changed} state
 * @param {string} code of the lesson
 * @returns {Changed}
 */
export function withoutLesson(state, code) {
  const lessons = state.lessons.filter((lesson) => lesson.code !== code);
  const number = drawingsOf(state.steps).indexOf(code); // -1 of a lesson from before a file was loaded
  const steps = number < 0 ? state.steps : [...state.steps, write("l", [number])];
  return { ...state, lessons, steps };
}

/**
 * A state after an edit; `base` is the reader before all changes. Of several for the same weight in a row, only the last
 * one is a step.
 *
 * @param {Changed} state
 * @param {Reader} base
 * @param {string} kind
 * @param {number[]} numbers
 * @returns {Changed}
 */
export function edited(state, base, kind, numbers) {
  const { steps } = state;
  const reader = EDITS[kind](state.reader, base, ...numbers);
  const last = steps[steps.length - 1];
  const before = kind === "w" && last?.startsWith("w") ? read(last)[0].numbers : [];
  const again = before.length > 0 && before.every((value, i) => i === 3 || value === numbers[i]);
  const all = [...(again ? steps.slice(0, -1) : steps), write(kind, numbers)];
  return { ...state, reader, edits: state.edits + 1, steps: all };
}

/**
 * The steps with one more of teaching.
 *
 * @param {string[]} steps
 * @param {Lesson} lesson
 * @param {number} rate its number
 * @param {boolean} mixed whether old digits are mixed in
 */
function withTeaching(steps, { code = "", label }, rate, mixed) {
  const drawings = drawingsOf(steps);
  const isNew = !drawings.includes(code);
  const all = isNew ? [...steps, code] : steps;
  const numbers = [isNew ? drawings.length : drawings.indexOf(code), label, rate, 1, Number(mixed)];
  const last = all[all.length - 1];
  const before = last.startsWith("t") ? read(last)[0].numbers : [];
  const again = before.length > 0 && before.every((value, i) => i === 3 || value === numbers[i]);
  if (again) numbers[3] += before[3];
  return [...(again ? all.slice(0, -1) : all), write("t", numbers)];
}

/**
 * How many steps of teaching came before those with the present lessons, whose losses are not of the same.
 *
 * @param {string[]} steps
 */
export function stepsWithOthers(steps) {
  /** @type {Map<number, number>} */
  const labels = new Map(); // by the number of the drawing
  let [all, others] = [0, 0];
  for (const { kind, numbers } of steps.length ? read(steps.join(".")) : []) {
    const [number, label, , count] = numbers;
    const isOther = kind === "l" ? labels.delete(number) : kind === "t" && labels.get(number) !== label;
    if (isOther) others = all;
    if (kind !== "t") continue;
    labels.set(number, label);
    all += count;
  }
  return others;
}

/** @param {string[]} steps */
function drawingsOf(steps) {
  return steps.filter((step) => DRAWINGS.includes(step[0]));
}

/** @param {number} value */
function signed(value) {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** @param {number} number */
function unsigned(number) {
  return number % 2 ? -(number + 1) / 2 : number / 2;
}

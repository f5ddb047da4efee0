// Small figures for explanations: grids of values, bars to both sides of zero, and sums written down line by line.
import { decimal } from "../show/format.js";
import { paint } from "../show/palette.js";
import { node } from "../show/tree.js";

/**
 * Values as a grid of colors, or, with `numbers`, as a table of numbers on these colors.
 *
 * @param {Float32Array | Float64Array} values
 * @param {number} scale
 * @param {boolean} numbers
 */
export function grid(values, scale, numbers, columns = Math.sqrt(values.length)) {
  const rows = values.length / columns;
  const canvas = node("canvas", {
    width: columns,
    height: rows,
    className: "grid",
    attributes: { "aria-hidden": "true" },
    draw: (made) => paint(made, values, scale),
  });
  if (!numbers) return canvas;
  const cell = (/** @type {number} */ value) =>
    node("td", { className: Math.abs(value) > 0.55 * scale ? "strong" : "" }, decimal(value, 2));
  const row = (/** @type {number} */ number) =>
    node("tr", {}, ...Array.from(values.subarray(number * columns, (number + 1) * columns), cell));
  const table = node(
    "table",
    { className: "numbers" },
    node("tbody", {}, ...Array.from({ length: rows }, (_, i) => row(i))),
  );
  return node("div", { className: "grid-with-numbers" }, canvas, table);
}

/**
 * A list of {name, value}, with a bar to the left of zero or to the right. With `open`, a function, a name is a button;
 * `expanded` says whether it shows `more`, nodes below it; `points`, LAYER.UNIT, is the unit that it is about.
 *
 * @param {Bar[]} items
 * @param {(value: number) => string} show
 */
export function bars(items, show, names = ["positive", "negative"]) {
  // Zero is beside the names, unless some are negative.
  const values = items.map(({ value }) => value);
  const least = Math.min(0, ...values);
  const share = 100 / Math.max(1e-9, Math.max(0, ...values) - least); // of the width, for each unit of value
  const zero = -least * share;
  return node(
    "ul",
    { className: "bars" },
    ...items.map(({ name, value, open, expanded, points = "", more = [] }) => {
      const attributes = {
        "data-points": points,
        ...(expanded === undefined ? {} : { "aria-expanded": String(expanded) }),
      };
      return node(
        "li",
        {},
        open ? node("button", { type: "button", onclick: open, attributes }, name) : node("span", {}, name),
        node(
          "span",
          { className: "signed", style: { backgroundPosition: `${zero}% 0` } },
          node("span", {
            className: value < 0 ? names[1] : names[0],
            style: {
              insetInlineStart: `${zero + Math.min(0, value) * share}%`,
              inlineSize: `${Math.abs(value) * share}%`,
            },
          }),
        ),
        node("span", { className: "number" }, show(value)),
        ...more,
      );
    }),
  );
}

/**
 * A sum line by line: [text, number, class].
 *
 * @param {LedgerLine[]} lines
 */
export function ledger(lines) {
  return node(
    "dl",
    { className: "ledger" },
    ...lines.map(([text, number, className = ""]) =>
      node("div", { className }, node("dt", {}, text), node("dd", {}, number)),
    ),
  );
}

/**
 * The `count` items with the largest absolute values, in descending order, and the others.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} by
 * @param {number} count
 * @returns {[shown: T[], rest: T[]]}
 */
export function largest(items, by, count) {
  const sorted = [...items].sort((a, b) => Math.abs(by(b)) - Math.abs(by(a)));
  return [sorted.slice(0, count), sorted.slice(count)];
}

/** @param {Iterable<number>} values */
export function sumOf(values) {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/**
 * The largest absolute value.
 *
 * @param {Iterable<number>} values
 */
export function peak(values) {
  let most = 1e-9;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

// Small figures for explanations: grids of values, bars to both sides of zero, and sums written down line by line.
import { element } from "../show/element.js";
import { decimal } from "../show/format.js";
import { paint } from "../show/palette.js";

/** Values as a grid of colors, or, with `numbers`, as a table of numbers on these colors. */
export function grid(values, scale, numbers, columns = Math.sqrt(values.length)) {
  const canvas = element("canvas", { width: columns, height: values.length / columns, className: "grid" });
  canvas.setAttribute("aria-hidden", "true");
  paint(canvas, values, scale);
  if (!numbers) return canvas;
  const rows = Array.from({ length: values.length / columns }, (_, row) => element("tr", {},
    ...Array.from({ length: columns }, (_, column) => {
      const value = values[row * columns + column];
      // The colors are dark at both ends of the scale, on a light page; on a dark page they are bright there.
      return element("td", { className: Math.abs(value) > 0.55 * scale ? "strong" : "" }, decimal(value, 2));
    })));
  const table = element("table", { className: "numbers" }, element("tbody", {}, ...rows));
  return element("div", { className: "grid-with-numbers" }, canvas, table);
}

/** A list of {name, value, open}, with a bar to the left of zero or to the right; `open` makes a name a button. */
export function bars(items, show) {
  const most = Math.max(1e-9, ...items.map(({ value }) => Math.abs(value)));
  return element("ul", { className: "bars" }, ...items.map(({ name, value, open }) => {
    const fill = element("span", { className: value < 0 ? "negative" : "positive" });
    fill.style.inlineSize = `${(50 * Math.abs(value)) / most}%`;
    const label = open ? element("button", { type: "button", onclick: open }, name) : element("span", {}, name);
    return element("li", {}, label, element("span", { className: "signed" }, fill), element("span", { className: "number" }, show(value)));
  }));
}

/** A sum line by line: [text, number, class]. */
export function ledger(lines) {
  return element("dl", { className: "ledger" }, ...lines.map(([text, number, name = ""]) => element("div", { className: name },
    element("dt", {}, text), element("dd", {}, number))));
}

/** The `count` items with the largest absolute values, in descending order, and the others. */
export function largest(items, valueOf, count) {
  const sorted = [...items].sort((a, b) => Math.abs(valueOf(b)) - Math.abs(valueOf(a)));
  return [sorted.slice(0, count), sorted.slice(count)];
}

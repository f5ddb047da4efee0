// The confusion matrix: how many test digits are taken for what. A cell opens those that are misread.
import { element } from "../dom.js";
import { answerTo, misreadButtons, readMisread } from "../explore/mistakes.js";
import { OnDemand } from "../explore/on_demand.js";
import { readFile } from "../server.js";
import { article } from "../show/format.js";
import { node, patch } from "../show/tree.js";
import { ARROWS, statusLine } from "./parts.js";

const UNKNOWN = "Nobody has counted the errors of these weights.";

/**
 * @param {HTMLElement} parent
 * @param {Context} context
 * @returns {Mounted}
 */
export function mountMatrix(parent, { confusion, fetchOwn, pad }) {
  const table = element("table", {
    className: "matrix",
    ariaLabel: "Test digits: a row for each digit, a column for what it is read as",
  });
  table.role = "grid";
  const says = statusLine();
  const gallery = element("div", { className: "gallery" });
  const attribution = element("p", { className: "remark" });
  const axis = element("p", { className: "remark" }, "Rows: what the digit is. Columns: what it is read as.");
  const body = element(
    "div",
    { className: "what-for-what" },
    ...(confusion ? [axis, table] : []),
    says,
    gallery,
    attribution,
  );
  parent.append(body);
  const misread = new OnDemand(says, async (say) => {
    const content = await fetchOwn("misread.json", say);
    return readFile("This file of digits", () => readMisread(content));
  });
  let at = largestError(confusion ?? []);

  if (confusion) {
    show(confusion);
    const open = async (/** @type {Event} */ event) => {
      const cell = event.target instanceof Element ? event.target.closest("td") : null;
      if (!cell) return;
      at = [Number(cell.dataset.row), Number(cell.dataset.column)];
      show(confusion);
      focus();
      await openDigits(confusion);
    };
    table.addEventListener("click", open);
    table.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" || event.key === " ") open(event);
      else if (ARROWS[event.key]) {
        const [down, right] = ARROWS[event.key];
        at = [Math.max(0, Math.min(9, at[0] + down)), Math.max(0, Math.min(9, at[1] + right))];
        show(confusion);
        focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    says.textContent = "A cell opens the digits that are misread so.";
  } else says.textContent = UNKNOWN;

  function focus() {
    const cell = table.querySelector("td[tabindex='0']");
    if (cell instanceof HTMLElement) cell.focus({ preventScroll: true });
  }

  /** @param {number[][]} counts */
  async function openDigits(counts) {
    const [row, column] = at;
    const count = counts[row][column];
    const what = `${count.toLocaleString("en")} of the ${row}s ${count === 1 ? "is" : "are"} read as ${article(column)} ${column}`;
    if (row === column || !count) {
      says.textContent =
        row === column ? `${what}, which is right.` : `No ${row} is read as ${article(column)} ${column}.`;
      gallery.replaceChildren();
      return;
    }
    await misread.load();
    if (!misread.value || at[0] !== row || at[1] !== column) return;
    const { digits, attribution: source } = misread.value;
    const found = digits.filter((digit) => digit.label === row && answerTo(digit) === column);
    const kept = found.length < count ? ` ${found.length} of ${count} are kept.` : "";
    says.textContent = `${what}.${kept} Choose one to put it onto the pad.`;
    gallery.replaceChildren(...misreadButtons(found, pad));
    attribution.textContent = source;
  }

  /** @param {number[][]} counts */
  function show(counts) {
    const errors = counts.flatMap((row, i) => row.filter((_, j) => i !== j));
    const most = Math.log1p(Math.max(...errors, 1));
    const cell = (/** @type {number} */ count, /** @type {number} */ row, /** @type {number} */ column) => {
      const isRight = row === column;
      const share = isRight ? 0 : Math.log1p(count) / most;
      const isMany = share > 0.6; // on half as much ink, a number could be read neither in ink nor in paper
      const ink = Math.round(isMany ? 60 + 25 * share : 70 * share);
      return node(
        "td",
        {
          className: isRight ? "right" : isMany ? "many" : "",
          style: { backgroundColor: `color-mix(in srgb, var(--ink) ${ink}%, transparent)` },
          dataset: { row: String(row), column: String(column) },
          attributes: {
            role: "gridcell",
            tabindex: row === at[0] && column === at[1] ? "0" : "-1",
            "aria-label": `${row} read as ${column}: ${count}`,
          },
        },
        count ? count.toLocaleString("en") : "",
      );
    };
    const head = (/** @type {number} */ digit, /** @type {string} */ scope) =>
      node("th", { scope, attributes: { role: scope === "col" ? "columnheader" : "rowheader" } }, String(digit));
    const row = { attributes: { role: "row" } };
    patch(table, [
      node(
        "thead",
        { attributes: { role: "rowgroup" } },
        node("tr", row, node("td", {}), ...counts.map((_, i) => head(i, "col"))),
      ),
      node(
        "tbody",
        { attributes: { role: "rowgroup" } },
        ...counts.map((line, i) => node("tr", row, head(i, "row"), ...line.map((count, j) => cell(count, i, j)))),
      ),
    ]);
  }

  return { update: () => {}, remove: () => body.remove() };
}

/**
 * Where the most are misread: there the keyboard begins.
 *
 * @param {number[][]} counts
 * @returns {[row: number, column: number]}
 */
function largestError(counts) {
  let [most, row, column] = [0, 0, 0];
  for (const [i, line] of counts.entries()) {
    for (const [j, count] of line.entries()) if (i !== j && count > most) [most, row, column] = [count, i, j];
  }
  return [row, column];
}

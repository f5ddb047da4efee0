// Table I of the paper, to be edited: what its columns add up to, and what becomes of the errors.
import { element, setText } from "../dom.js";
import { activation, addedUp, show } from "../explore/card.js";
import { grid, ledger, peak, sumOf } from "../explore/figures.js";
import { variationOf, varied } from "../network/variations.js";
import { messageOf } from "../server.js";
import { KERNEL } from "../show/palette.js";
import { node, patch } from "../show/tree.js";
import { count } from "./count.js";
import { addedUpMaps, toggled } from "./crosses.js";
import { ARROWS, captioned, setCaption, statusLine, Walk } from "./parts.js";
import { TwoTables } from "./two_tables.js";

/**
 * @import { Network } from "../network/network.js"
 * @import { Reader } from "../network/reader.js"
 */

const TIMES = "\u00d7";

/** @type {Mount} */
export function mount(parent, { store, readerOf, loadDigits, loadChecks, startTrainer }, { network = "", map = 0 }) {
  /** @type {Reader | null} */
  let reader = null;
  /** @type {number[][]} */
  let first = [];
  let table = first;
  let [column, row] = [Number(map), 0];
  let at = { row: 4, column: 4 };
  /** @type {{ table: number[][], network: Network } | null} */
  let trained = null;
  const says = statusLine();
  const grids = element("table", { className: "crosses", ariaLabel: "Which maps of S2 each map of C3 sees" });
  grids.role = "grid";
  const counts = statusLine("counts-of-table");
  const back = element("button", { type: "button" }, "As it was");
  const all = element("button", { type: "button" }, "All crosses");
  const about = element("p", { className: "remark" });
  const sums = element("ol", { className: "adds-up" });
  const onMap = new Walk("The map of C3. Arrow keys move the square", (to) => {
    at = to;
    update();
  });
  const made = captioned("", onMap.element);
  const total = element("div", { className: "total" });
  const training = new TwoTables(startTrainer, loadDigits, loadChecks, (network, edited) => {
    trained = { table: edited, network };
    update();
  });
  const parts = [
    element(
      "div",
      { className: "table-and-count" },
      grids,
      element("div", {}, counts, element("p", { className: "chips" }, back, all)),
    ),
    element(
      "div",
      { className: "column-and-map" },
      about,
      sums,
      element("div", { className: "made-of-them" }, made, total),
    ),
    training.element,
  ];
  const body = element("div", { className: "live-figure table-of-crosses" }, says, ...parts);
  for (const part of parts) part.hidden = true;
  parent.append(body);

  back.addEventListener("click", () => edit(first));
  all.addEventListener("click", () => edit(table.map(() => rows())));
  grids.addEventListener("click", ({ target }) => {
    const cell = target instanceof Element ? target.closest("td") : null;
    if (!cell) return;
    const [seen, chosen] = [Number(cell.dataset.seen), Number(cell.dataset.column)];
    const isChosen = chosen === column;
    [row, column] = [seen, chosen];
    if (isChosen) edit(toggled(table, column, row));
    else edit(table);
  });
  grids.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(step || event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (step) {
      row = Math.max(0, Math.min(rows().length - 1, row + step[0]));
      column = Math.max(0, Math.min(table.length - 1, column + step[1]));
      edit(table);
    } else edit(toggled(table, column, row));
    const current = grids.querySelector("td[tabindex='0']");
    if (current instanceof HTMLElement) current.focus({ preventScroll: true });
  });

  load();
  async function load() {
    says.textContent = "Loading the network of 1998…";
    try {
      reader = await readerOf(String(network || store.network?.description.variant || ""));
    } catch (error) {
      says.textContent = messageOf(error);
      return;
    }
    says.textContent = "";
    first = reader.network.layer("c3").sees ?? [];
    for (const part of parts) part.hidden = false;
    edit(first);
  }

  /** The maps of S2. */
  function rows() {
    return Array.from({ length: reader?.network.layer("c3").input.maps ?? 0 }, (_, i) => i);
  }

  /** @param {number[][]} edited */
  function edit(edited) {
    table = edited;
    if (!reader) return;
    const cell = (/** @type {number} */ seen, /** @type {number} */ i) => {
      const isSeen = table[i].includes(seen);
      const isNow = i === column && seen === row;
      const words = `C3 map ${i}, S2 map ${seen}: ${isSeen ? "cross" : "no cross"}`;
      return node(
        "td",
        {
          className: `${i === column ? "chosen" : ""} ${isSeen === first[i].includes(seen) ? "" : "edited"}`,
          dataset: { seen: String(seen), column: String(i) },
          attributes: { role: "gridcell", tabindex: isNow ? "0" : "-1", "aria-label": words },
        },
        isSeen ? TIMES : "",
      );
    };
    const head = table.map((_, i) =>
      node(
        "th",
        { scope: "col", className: i === column ? "chosen" : "", attributes: { role: "columnheader" } },
        String(i),
      ),
    );
    patch(grids, [
      node(
        "thead",
        { attributes: { role: "rowgroup" } },
        node("tr", { attributes: { role: "row" } }, node("td", {}, ""), ...head),
      ),
      node(
        "tbody",
        { attributes: { role: "rowgroup" } },
        ...rows().map((seen) =>
          node(
            "tr",
            { attributes: { role: "row" } },
            node("th", { scope: "row", attributes: { role: "rowheader" } }, String(seen)),
            ...table.map((_, i) => cell(seen, i)),
          ),
        ),
      ),
    ]);
    const c3 = count(description()).find(({ name }) => name === "c3");
    if (c3) {
      const { kernels, weights, biases, parameters, places, connections } = c3;
      const [own, links] = [parameters, connections].map((number) => number.toLocaleString("en"));
      counts.textContent = `${kernels} crosses ${TIMES} ${weights} weights + ${biases} biases = ${own} parameters; ${TIMES} ${places} places = ${links} connections.`;
    }
    back.disabled = isSame(table, first);
    training.ask(reader.description.network, back.disabled ? null : table);
    update();
  }

  function description() {
    if (!reader) throw new Error("the network is not loaded yet");
    const { network: own } = reader.description;
    return varied(own, { ...variationOf(own), table });
  }

  function update() {
    if (!reader) return;
    const { reading } = store;
    const isTrained = trained !== null && isSame(trained.table, table);
    const shown = isTrained && trained ? trained.network : reader.network;
    const features = shown.forward((reading ?? reader.blank).outputs.input);
    const { parts: terms, bias, before, values } = addedUpMaps(shown, features, column, table[column]);
    const side = Math.sqrt(values.length);
    const place = at.row * side + at.column;
    const highest = peak(features.outputs.s2);
    const scale = Math.max(...terms.map(({ added }) => (added ? peak(added) : 0)), 1e-9);
    setText(about, remark(Boolean(reading), isTrained));
    patch(
      sums,
      rows().map((seen) => {
        const term = terms.find((one) => one.seen === seen);
        const map = features.outputs.s2.subarray(seen * sizeOf(features), (seen + 1) * sizeOf(features));
        const attributes = {
          "aria-pressed": String(Boolean(term)),
          "aria-label": `S2 map ${seen} goes into C3 map ${column}`,
        };
        return node(
          "li",
          { className: term ? "" : "left-out" },
          node(
            "button",
            {
              type: "button",
              attributes,
              onclick: () => {
                row = seen;
                edit(toggled(table, column, seen));
              },
            },
            grid(map, highest, false),
            node("span", {}, `S2 ${seen}`),
          ),
          ...(term?.kernel && term.added
            ? [
                node("span", { className: "times" }, TIMES),
                grid(term.kernel, Math.max(KERNEL, peak(term.kernel)), false),
                node("span", { className: "times" }, "="),
                grid(term.added, scale, false),
                node("span", { className: "number" }, show(term.added[place])),
              ]
            : [node("span", { className: "remark" }, term ? "no weights yet" : "")]),
        );
      }),
    );
    onMap.show(values, side, Math.max(1, peak(values)), { at });
    setCaption(made, `C3, map ${column}: the sum, through the curve`);
    /** @type {[string, number][]} */
    const known = terms.flatMap(({ seen, added }) => (added ? [[`S2 ${seen}`, added[place]]] : []));
    const sum = sumOf(known.map(([, value]) => value));
    const [[words]] = addedUp(known, "sum of these", sum).slice(-1); // which says if it is rounded
    const lines = addedUp(
      [
        [words, sum],
        ["bias", bias],
      ],
      "sum with bias",
      before[place],
    );
    patch(total, [ledger(lines), activation(shown, before[place])]);
  }

  /** @param {Features} features */
  function sizeOf({ outputs }) {
    return outputs.s2.length / rows().length;
  }

  /**
   * @param {boolean} isDrawn
   * @param {boolean} isTrained
   */
  function remark(isDrawn, isTrained) {
    const drawn = isDrawn ? "" : "Draw a digit: this is blank paper. ";
    const which = isTrained ? " These are the weights of your table, as trained here." : "";
    return `${drawn}Map ${column} of C3: the maps that it sees, each convolved with a kernel of its own.${which}`;
  }

  return {
    update,
    remove: () => {
      training.remove();
      body.remove();
    },
  };
}

/**
 * @param {number[][]} a
 * @param {number[][]} b
 */
function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

// The pad, the answer and the figure in a notebook, as an anywidget of the page's own modules. A notebook may have several:
// each has the drawing of its model, and what a page does with its address and its session is left out.
import { element, find, findAll, listenUntil } from "../dom.js";
import { Inspect } from "../explore/inspect.js";
import { Muting } from "../explore/muting.js";
import { addPointing } from "../explore/pointing.js";
import { Figure } from "../figure/figure.js";
import { Live } from "../live.js";
import { Reader } from "../network/reader.js";
import { addControls } from "../pad/controls.js";
import { addExamples } from "../pad/examples.js";
import { addImages } from "../pad/images.js";
import { addKeyboard } from "../pad/keyboard.js";
import { Pad } from "../pad/pad.js";
import { messageOf } from "../server.js";
import { CHECKS, Prediction } from "../show/prediction.js";
import { Row } from "../show/row.js";
import { addView } from "../show/view.js";
import { Store } from "../store.js";
import { followNotebook } from "./dark.js";
import { bytesOf, Kernel, NETWORK } from "./kernel.js";

// Of the page's HTML; the rest needs files, or an address of its own.
const KEPT = ".figure, .modes, .panels";
const LEFT_OUT = `.lenet > :not(${KEPT}), .panels > :not(.row-strip, .inspect, .muting), .strip, .take-along, .lead button`;
const OTHER_CHECKS = {
  ...CHECKS,
  checked: "Checked with PyTorch in the kernel.",
  local: "Computed in your browser, and in the kernel.",
  overloaded: "Not checked: the kernel is busy. Retrying…",
  unchecked: "Not checked: cannot reach the kernel. Retrying…",
};

/**
 * Show the pad in an element that may not be in the document yet. Returns what ends it.
 *
 * @param {{ model: WidgetModel, el: HTMLElement }} view
 */
export function render({ model, el }) {
  const stop = new AbortController();
  // Keys are for the pad where it has the focus, not for JupyterLab, which would go to the next cell.
  const host = element("div", { className: "lenet-notebook", dataset: { lmSuppressShortcuts: "true" } });
  listenUntil(host, stop.signal);
  el.append(host);
  let isMounted = false;
  const mountOnce = () => {
    if (isMounted) return;
    isMounted = true;
    try {
      mount(host, model, stop.signal);
    } catch (error) {
      console.error(error);
      host.append(element("p", { attributes: { role: "alert" } }, `No pad: ${messageOf(error)}.`));
    }
  };
  followNotebook(host, stop.signal, mountOnce);
  return () => {
    stop.abort();
    host.remove();
  };
}

/**
 * @param {HTMLElement} host
 * @param {WidgetModel} model
 * @param {AbortSignal} signal
 */
function mount(host, model, signal) {
  /** @type {WidgetPage} */
  const { html, description, weights, examples } = model.get("_page");
  host.append(partOf(html));
  const root = find(host, ".lenet");
  const reader = Reader.of(description, bytesOf(weights).slice().buffer);
  const store = new Store();
  root.dataset.mode = store.mode;
  const pad = new Pad(find(root, ".pad"));
  new Prediction(root, store, OTHER_CHECKS);
  addView(root, store, description.network);
  const figure = new Figure(root, store, description.network);
  addPointing(root, store, figure);
  new Inspect(root, store, figure.sides);
  new Muting(root, store);
  new Row(root, store, description.preprocessing);
  addControls(root, pad, store);
  addKeyboard(root, pad, store);
  addImages(root, pad, store, description.preprocessing);
  addExamples(find(root, ".examples"), examples, pad);
  const kernel = new Kernel(model, pad, description.preprocessing, signal);
  const live = new Live(pad, reader, kernel, store, NETWORK);
  signal.addEventListener("abort", () => live.stop());
  root.dataset.ready = "true";
}

/**
 * What a notebook gets of the page's HTML. It has no ids, of which a document may have one each.
 *
 * @param {string} html
 */
function partOf(html) {
  const part = document.createRange().createContextualFragment(html);
  const help = find(part, ".help").textContent?.replace(/\s+/g, " ").trim() ?? "";
  for (const left of findAll(part, LEFT_OUT)) left.remove();
  const sheet = find(part, ".sheet");
  sheet.removeAttribute("aria-describedby");
  sheet.setAttribute("aria-description", help);
  find(part, "h1").setAttribute("role", "presentation"); // it is no heading of the notebook
  find(part, ".lead").textContent = "Draw a digit.";
  const select = find(part, ".network", HTMLSelectElement);
  select.replaceWith(element("span", { className: "network" }, select.selectedOptions[0]?.text ?? ""));
  for (const one of findAll(part, "[id]")) one.removeAttribute("id");
  return part;
}

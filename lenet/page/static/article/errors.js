// Errors in three ways: what is taken for what, F6 as a map of digits, and a tally of one's own.
import { element } from "../dom.js";
import { mountMap } from "./digit_map.js";
import { mountMatrix } from "./matrix.js";
import { mountTally } from "./own_digits.js";
import { choice } from "./parts.js";

/** @type {Record<string, { name: string, mount: (parent: HTMLElement, context: Context) => Mounted }>} */
const VIEWS = {
  matrix: { name: "its mistakes", mount: mountMatrix },
  map: { name: "a map of digits", mount: mountMap },
  tally: { name: "your own tally", mount: mountTally },
};

/** @type {Mount} */
export function mount(parent, context, { view = "matrix" }) {
  const names = Object.keys(VIEWS);
  const place = element("div", { className: "view-of-errors" });
  /** @type {Mounted | null} */
  let shown = null;
  const views = choice(
    "Shown",
    names.map((name) => VIEWS[name].name),
    show,
  );
  const body = element("div", { className: "live-figure errors" }, views.group, place);
  parent.append(body);
  show(Math.max(0, names.indexOf(String(view))));

  /** @param {number} i */
  function show(i) {
    views.show(i);
    shown?.remove();
    shown = VIEWS[names[i]].mount(place, context);
    shown.update();
  }

  return {
    update: () => shown?.update(),
    remove: () => {
      shown?.remove();
      body.remove();
    },
  };
}

// A guided tour on a digit: a box that points at the parts of the page, one after the other, and can be left at any time.
import { element, find, listenOutside } from "../dom.js";
import { ownsPage } from "../pad/embedding.js";

/**
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

const GAP = 10; // pixels between the box and what it points at

/**
 * `loadExample` loads an example digit onto the pad, if that is blank.
 *
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Pad} pad
 * @param {TourStep[]} steps
 * @param {() => void} loadExample
 */
export function addTour(root, store, pad, steps, loadExample) {
  const box = element("div", {
    className: "tour",
    hidden: true,
    tabIndex: -1,
    attributes: { role: "dialog", "aria-label": "Guided tour" },
  });
  const text = element("p");
  const progress = element("span", { className: "progress" });
  const back = element("button", { type: "button" }, "Back");
  const next = element("button", { type: "button", className: "next" }, "Next");
  const leave = element("button", { type: "button", className: "leave" }, "Leave");
  box.append(text, element("div", { className: "tour-buttons" }, progress, back, next, leave));
  root.append(box);
  let step = -1;
  /** @type {HTMLElement | null} */
  let target = null;

  const show = (/** @type {number} */ number) => {
    target?.classList.remove("pointed-at");
    step = number;
    box.hidden = step < 0;
    if (box.hidden) {
      target = null;
      return;
    }
    const { selector, words, unit, mode } = steps[step];
    if (mode) store.setMode(mode);
    if (unit) store.pin({ map: store.reading?.top[0][0] ?? 3, row: 0, column: 0, ...unit });
    else store.free();
    target = find(root, selector);
    target.classList.add("pointed-at");
    text.textContent = words;
    progress.textContent = `${step + 1} of ${steps.length}`;
    back.toggleAttribute("data-idle", step === 0);
    next.textContent = step === steps.length - 1 ? "Finish" : "Next";
    target.scrollIntoView({ block: "nearest" });
    box.focus({ preventScroll: true });
    moveBox();
  };
  /** Below the target, beside it or above it, where there is room in the window; else over it. */
  const moveBox = () => {
    if (!target) return;
    const [page, at] = [root.getBoundingClientRect(), target.getBoundingClientRect()];
    const [width, height] = [box.offsetWidth, box.offsetHeight];
    const fits = (/** @type {Point} */ [left, top]) =>
      left >= page.left && left + width <= page.right && top >= 0 && top + height <= innerHeight;
    const across = Math.max(page.left, Math.min(at.left, page.right - width));
    const down = Math.max(0, Math.min(at.top, innerHeight - height));
    /** @type {Point[]} */
    const places = [
      [across, at.bottom + GAP],
      [at.right + GAP, down],
      [across, at.top - GAP - height],
      [at.left - GAP - width, down],
    ];
    const [left, top] = places.find(fits) ?? [across, down];
    Object.assign(box.style, { left: `${left - page.left}px`, top: `${top - page.top}px` });
  };
  const end = () => {
    show(-1);
    store.free();
    start.focus({ preventScroll: true });
    pad.element.scrollIntoView({ block: "nearest" });
  };

  const start = find(root, ".start-tour");
  start.addEventListener("click", () => {
    if (pad.blank) loadExample();
    show(0);
  });
  back.addEventListener("click", () => show(Math.max(0, step - 1)));
  next.addEventListener("click", () => (step === steps.length - 1 ? end() : show(step + 1)));
  leave.addEventListener("click", end);
  listenOutside(
    root,
    document,
    "keydown",
    (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || step < 0 || !(ownsPage(root) || root.contains(document.activeElement))) return;
      event.preventDefault();
      end();
    },
    { capture: true },
  );
  new ResizeObserver(moveBox).observe(root);
}

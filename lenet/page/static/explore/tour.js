// A guided tour on a digit: a box that points at the parts of the page, one after the other, and can be left at any time.
import { element, find, listenOutside } from "../dom.js";
import { around, placeBox } from "../figure/geometry.js";
import { ownsPage } from "../pad/embedding.js";

/**
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

const DIGEST = 40; // pixels of the answer in one line, at the top of the window

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

  let moving = false; // whether the tour itself chooses the mode
  /** @type {Unit | null} what was pinned before the tour */
  let before = null;
  /** @type {Unit | null} what the tour has pinned */
  let own = null;
  let modeBefore = store.mode;

  const show = (/** @type {number} */ number) => {
    target?.classList.remove("pointed-at");
    step = number;
    box.hidden = step < 0;
    if (box.hidden) {
      target = null;
      return;
    }
    const { selector, words, unit, mode } = steps[step];
    moving = true;
    if (mode) store.setMode(mode);
    own = unit ? { map: store.reading?.top[0][0] ?? 3, row: 0, column: 0, ...unit } : null;
    if (own) store.pin(own);
    else store.free();
    moving = false;
    target = find(root, selector);
    target.classList.add("pointed-at");
    text.textContent = words;
    progress.textContent = `${step + 1} of ${steps.length}`;
    back.toggleAttribute("data-idle", step === 0);
    next.textContent = step === steps.length - 1 ? "Finish" : "Next";
    box.focus({ preventScroll: true });
    scroll(moveBox());
  };

  /** Place the box; returns what must be in the window, in the page's coordinates. */
  const moveBox = () => {
    if (!target) return null;
    const { left, top } = root.getBoundingClientRect();
    const boxes = [target, ...target.querySelectorAll("header")].map((one) => one.getBoundingClientRect());
    const at = around(boxes.map(({ x, y, width, height }) => ({ x: x - left, y: y - top, width, height })));
    const [bottom, modes] = [".figure", ".modes"].map((name) => find(root, name).getBoundingClientRect().bottom - top);
    const size = { width: box.offsetWidth, height: box.offsetHeight };
    const found = placeBox(at, size, root.clientWidth, bottom, modes, innerHeight, Boolean(own));
    Object.assign(box.style, { left: `${found.left}px`, top: `${found.top}px` });
    return found;
  };
  const scroll = (/** @type {ReturnType<typeof moveBox>} */ found) => {
    if (!found) return;
    const { top } = root.getBoundingClientRect();
    const [first, last] = [found.first + top, found.last + top];
    const seen = first - DIGEST > 0 && last < innerHeight;
    if (!seen) scrollBy({ top: Math.min(first - DIGEST, Math.max(0, last - innerHeight)), behavior: "instant" });
    box.scrollIntoView({ block: "nearest", behavior: "instant" }); // in a frame that is as high as its page, this is all
  };
  /** What was pinned before is so again, unless the visitor has pinned something else meanwhile. */
  const giveBack = () => {
    const isOwn = own ? store.unit === own : !store.pinned;
    show(-1);
    if (!isOwn) return;
    if (before) store.pin(before);
    else store.free();
  };
  const end = () => {
    giveBack();
    store.setMode(modeBefore);
    start.focus({ preventScroll: true });
    pad.element.scrollIntoView({ block: "nearest" });
  };

  const start = find(root, ".start-tour");
  start.addEventListener("click", () => {
    if (pad.blank) loadExample();
    before = store.pinned ? store.unit : null;
    modeBefore = store.mode;
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
  store.addEventListener("mode", () => {
    if (step >= 0 && !moving) giveBack(); // somebody goes on alone
  });
  new ResizeObserver(moveBox).observe(root);
}

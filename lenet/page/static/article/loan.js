// Elements of the page that stand in the article while it is open. They exist once: what shows them finds them anywhere.
import { find } from "../dom.js";

/** @import { Store } from "../store.js" */

const MEASURES = ["--pad", "--examples", "--edit", "--input"]; // which the style sheet goes by, in the figure and outside of it

export class Loan {
  #place = document.createComment("lent to the article");

  /**
   * @param {HTMLElement} element
   * @param {(element: HTMLElement) => void} take puts it into the article
   */
  constructor(element, take) {
    this.element = element;
    element.before(this.#place);
    take(element);
  }

  /** Put it back to where it was. */
  end() {
    this.#place.replaceWith(this.element);
  }
}

/**
 * Lend parts of the page to places in the article, without where they stand in the figure, but as large as there.
 *
 * @param {HTMLElement} root
 * @param {Record<string, HTMLElement>} places by the selectors of the parts
 */
export function lend(root, places) {
  const { style } = find(root, ".figure");
  return Object.entries(places).map(([selector, place]) => {
    for (const name of MEASURES) place.style.setProperty(name, style.getPropertyValue(name));
    const lent = find(root, selector);
    lent.removeAttribute("style");
    return new Loan(lent, (one) => place.append(one));
  });
}

/**
 * The explorer as it is without anything that is set or pinned. What is called gives back how it was.
 *
 * @param {Store} store
 */
export function leaveExplorer(store) {
  const { mode, sliders, view, unit, pinned } = store;
  store.free();
  store.setView({ before: false, difference: false, gradient: false, digit: null });
  store.setMode("inspect");
  return () => {
    const { restoring } = store;
    store.restoring = true; // what is pinned is not scrolled to
    store.setSliders(sliders);
    store.setView(view);
    store.setMode(mode);
    if (unit && pinned) store.pin(unit);
    else store.free();
    store.restoring = restoring;
  };
}

/**
 * A picture of an element, which does nothing: with what its canvases show, and what is set in it.
 *
 * @param {HTMLElement} element
 */
export function stillOf(element) {
  const still = /** @type {HTMLElement} */ (element.cloneNode(true));
  still.inert = true;
  still.ariaHidden = "true";
  for (const one of [still, ...still.querySelectorAll("[id], [name]")]) {
    one.removeAttribute("id"); // there is one of it
    one.removeAttribute("name");
  }
  const originals = element.querySelectorAll("canvas");
  for (const [i, canvas] of still.querySelectorAll("canvas").entries()) {
    if (originals[i].width && originals[i].height) canvas.getContext("2d")?.drawImage(originals[i], 0, 0);
  }
  return still;
}

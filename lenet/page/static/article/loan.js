// Elements of the page that stand in the article while it is open. They exist once: what shows them finds them anywhere.

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

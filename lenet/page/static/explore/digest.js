// The answer in one line at the top of the window, while the answer itself is scrolled out of sight.
import { find, findAll } from "../dom.js";
import { node, patch } from "../show/tree.js";

/** @import { Store } from "../store.js" */

const SEEN = 0.75; // of the answer must be in the window

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function addDigest(root, store) {
  const digest = find(root, ".digest");
  const show = () => {
    if (digest.hidden) return;
    const ranks = findAll(root, ".top li").filter((row) => row.style.visibility !== "hidden");
    const text = (/** @type {string} */ selector, /** @type {ParentNode} */ within = root) =>
      find(within, selector).textContent ?? "";
    patch(digest, [
      node(
        "p",
        {},
        node("b", {}, text(".digit")),
        node("i", {}, text(".how")),
        ...ranks.map((row) => node("span", {}, node("b", {}, text(".name", row)), ` ${text(".percent", row)}`)),
      ),
    ]);
  };
  store.addEventListener("reading", show);
  const observe = (/** @type {IntersectionObserverEntry[]} */ [{ intersectionRatio }]) => {
    digest.hidden = intersectionRatio >= SEEN;
    show();
  };
  new IntersectionObserver(observe, { threshold: SEEN }).observe(find(root, ".answer"));
}

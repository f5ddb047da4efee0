// One figure as somebody else's page has it in a frame: the figure, a small pad, and how high they are.
import { element, find, findAll } from "../dom.js";
import { messageOf } from "../server.js";
import { askedFor } from "./asked.js";
import { Single } from "./single.js";

/** @import { Article } from "./article.js" */

/**
 * @param {Article} article
 * @param {URLSearchParams} query
 */
export function embed(article, query) {
  const { root } = article.context;
  article.place.hidden = false;
  try {
    const networks = findAll(find(root, ".network"), "option").map((option) => option.getAttribute("value") ?? "");
    const { figure, settings } = askedFor(query, article.figures, networks);
    const single = new Single(article, "embed");
    single.open();
    single.show(figure === "network" ? {} : { figure, settings });
    const link = element("a", { href: location.pathname, target: "_blank", rel: "noopener" }, "LeNet-5, all of it");
    link.addEventListener("click", () => {
      link.href = location.pathname + location.hash; // with the drawing
    });
    article.place.append(element("p", { className: "all-of-it" }, link));
  } catch (error) {
    article.place.append(element("p", { className: "single", role: "alert" }, messageOf(error)));
  }
  if (window.parent === window) return;
  // Where the frame is, and what it is told, is known to its page only: nothing is secret in it, and nothing is received.
  const tell = () => {
    const height = Math.ceil(root.getBoundingClientRect().bottom + scrollY);
    window.parent.postMessage({ lenet: "height", height }, "*");
  };
  new ResizeObserver(tell).observe(root);
}

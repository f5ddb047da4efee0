// Read along: the article on LeNet-5, in place of the figure and the panels; one figure on a projector; and one by itself in
// somebody else's page. It is loaded when any of them is opened.
import { closest, find, isTyped, listenOutside } from "../dom.js";
import { askedForOne, ownsPage } from "../pad/embedding.js";
import { PartOnDemand } from "./panel_on_demand.js";

/**
 * @import { Article } from "../article/article.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

/**
 * `open` loads the article into an element, `loadExample` an example digit onto the pad, if that is blank.
 *
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Pad} pad
 * @param {(section: HTMLElement) => Promise<Article>} open
 * @param {() => void} loadExample
 */
export function addArticle(root, store, pad, open, loadExample) {
  const section = find(root, ".article");
  const part = new PartOnDemand(find(section, ".loading"), () => open(section));
  const load = async () => {
    section.hidden = false; // it says why one waits
    await part.load();
    return part.value;
  };
  const query = askedForOne(root);
  if (query) {
    load().then((article) => article?.embed(query));
    return;
  }
  find(root, ".start-reading").addEventListener("click", () => {
    if (pad.blank) loadExample();
    store.setPlace("start");
  });
  store.addEventListener("place", async () => {
    if (!store.place) {
      section.hidden = true;
      part.value?.close();
      return;
    }
    const article = await load();
    if (store.place) article?.show(store.place);
  });
  const project = async () => {
    const article = await load();
    if (article && !article.isOpen) section.hidden = true;
    article?.projector.toggle();
  };
  find(root, ".start-projector").addEventListener("click", project);
  listenOutside(root, document, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key.toLowerCase() !== "p" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ownsPage(root) || isTyped(event) || closest(event.target, ".sheet")) return;
    project();
  });
}

// Read along: the article on LeNet-5, in place of the figure and the panels; one figure on a projector; and one by itself in
// somebody else's page. It is loaded when any of them is opened.
import { find, findAll, isTyped, listenOutside } from "../dom.js";
import { askedForOne, ownsPage } from "../pad/embedding.js";
import { PartOnDemand } from "./panel_on_demand.js";

/**
 * @import { Alone } from "../article/alone.js"
 * @import { Article } from "../article/article.js"
 * @import { Pad } from "../pad/pad.js"
 * @import { Store } from "../store.js"
 */

/**
 * `open` loads the article into an element, `openAlone` what shows one of its figures by itself, `loadExample` an example
 * digit onto the pad.
 *
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Pad} pad
 * @param {(section: HTMLElement) => Promise<Article>} open
 * @param {(article: Article) => Promise<Alone>} openAlone
 * @param {() => void} loadExample
 */
export function addArticle(root, store, pad, open, openAlone, loadExample) {
  const section = find(root, ".article");
  const message = find(section, ".loading");
  const article = new PartOnDemand(message, () => open(section));
  const load = () => {
    section.hidden = false; // it says why one waits
    return article.load();
  };
  /** @type {PartOnDemand<Alone>} */
  const alone = new PartOnDemand(message, async () => {
    await load();
    if (!article.value) throw new Error("There is no article.");
    return openAlone(article.value);
  });
  const query = askedForOne(root);
  if (query) {
    section.hidden = false;
    alone.load().then(() => alone.value?.embed(query));
    return article;
  }
  for (const button of findAll(root, ".start-reading, .offer-reading")) {
    button.addEventListener("click", () => {
      if (pad.blank) loadExample();
      store.setPlace("start");
    });
  }
  store.addEventListener("place", async () => {
    if (store.place) {
      await load();
      if (article.value && store.place) article.value.show(store.place);
      else store.setPlace(""); // so that it can be opened again
    } else article.value?.close();
    section.hidden = !store.place && !message.textContent;
  });
  const project = async () => {
    if (section.inert) return; // it is made ready for printing
    if (pad.blank) {
      loadExample();
      lent = pad.state;
    }
    await alone.load();
    section.hidden = !store.place && !message.textContent;
    alone.value?.projector.toggle();
  };
  /** @type {object | null} what a blank pad has got for the projector */
  let lent = null;
  root.addEventListener("lenet:projected", () => {
    if (lent === pad.state) pad.undo();
    lent = null;
  });
  find(root, ".start-projector").addEventListener("click", project);
  listenOutside(root, document, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key.toLowerCase() !== "p" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ownsPage(root) || isTyped(event)) return;
    project();
  });
  return article;
}

// Read along: the article on LeNet-5, in place of the figure and the panels. It is loaded when it is opened.
import { find, findAll } from "../dom.js";
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
  for (const button of findAll(root, ".start-reading, .offer-reading")) {
    button.addEventListener("click", () => {
      if (pad.blank) loadExample();
      store.setPlace("start");
    });
  }
  store.addEventListener("place", async () => {
    if (store.place) {
      section.hidden = false; // it says why one waits
      await part.load();
      if (part.value && store.place) part.value.show(store.place);
      else store.setPlace(""); // so that it can be opened again
    } else part.value?.close();
    section.hidden = !store.place && !part.message.textContent;
  });
}

// The article on paper: every figure is of the present drawing, if only as a picture.
import { element, find, listenOutside } from "../dom.js";

/** @import { Article } from "./article.js" */

const STILL = 150; // milliseconds without a change
const PATIENCE = 10_000; // milliseconds for a figure, which may have to be loaded

/** @param {Article} article */
export function addPrinting(article) {
  const { context, place } = article;
  listenOutside(context.root, window, "beforeprint", () => {
    if (!article.isOpen) return;
    for (const _ of drawn(article)); // what takes longer was drawn by the button
  });
  const button = element("button", { type: "button", className: "print-article" }, "Print");
  button.addEventListener("click", async () => {
    place.inert = true; // one figure after the other is where it can be read
    for (const stage of drawn(article)) {
      await settled(stage);
      if (!article.isOpen) break; // by Back
    }
    place.inert = false;
    if (article.isOpen) print();
  });
  find(place, ".article-doings").prepend(button);
}

/**
 * Shows one figure after the other that is not up to date: some borrow the same panel.
 *
 * @param {Article} article
 */
function* drawn({ current, sections }) {
  current?.slot.setRead(false);
  for (const { slot } of sections) {
    if (slot.isUpToDate) continue;
    const end = slot.showForNow();
    yield slot.stage;
    end();
  }
  current?.slot.setRead(true);
}

/**
 * Wait until a figure has loaded and computed what it shows.
 *
 * @param {HTMLElement} stage
 */
async function settled(stage) {
  const end = performance.now() + PATIENCE;
  for (let before = "", now = stage.innerHTML; performance.now() < end; [before, now] = [now, stage.innerHTML]) {
    if (now === before && !stage.textContent.includes("Loading")) return;
    await new Promise((done) => setTimeout(done, STILL));
  }
}

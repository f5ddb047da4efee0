// One figure by itself: on a projector, or in a frame of somebody else's page.
import { embed } from "./embed.js";
import { Projector } from "./projector.js";

/** @import { Article } from "./article.js" */

export class Alone {
  /** @param {Article} article */
  constructor(article) {
    this.article = article;
    this.projector = new Projector(article);
  }

  /**
   * Show one figure and nothing else.
   *
   * @param {URLSearchParams} query the page's address asks for it
   */
  embed(query) {
    embed(this.article, query);
  }
}

// A panel whose module is loaded when somebody opens it.
import { find } from "../dom.js";
import { OnDemand } from "./on_demand.js";

/** @import { Store } from "../store.js" */

const TROUBLE = "This part of the page cannot be loaded. Check the connection, then open it again or reload the page.";

/**
 * @template T
 * @extends {OnDemand<T>}
 */
export class PanelOnDemand extends OnDemand {
  /**
   * `open` loads the module and starts it in the panel of the mode.
   *
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {string} mode
   * @param {(panel: HTMLElement) => Promise<T>} open
   */
  constructor(root, store, mode, open) {
    const panel = find(root, `.panel.${mode}`);
    super(find(panel, ".hint"), () =>
      open(panel).catch((error) => {
        console.error(error);
        throw new Error(TROUBLE);
      }),
    );
    const show = () => {
      panel.hidden = store.mode !== mode;
      if (!panel.hidden) this.load();
    };
    store.addEventListener("mode", show);
    show();
  }
}

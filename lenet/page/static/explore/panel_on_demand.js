// Parts of the page whose modules are loaded when somebody opens them.
import { find } from "../dom.js";
import { OnDemand } from "./on_demand.js";

/** @import { Store } from "../store.js" */

const TROUBLE = "This part of the page cannot be loaded. Check the connection, then open it again or reload the page.";

/**
 * @template T
 * @extends {OnDemand<T>}
 */
export class PartOnDemand extends OnDemand {
  /**
   * `open` loads the module and starts it; an element says what is going on.
   *
   * @param {HTMLElement} message
   * @param {() => Promise<T>} open
   */
  constructor(message, open) {
    super(message, () =>
      open().catch((error) => {
        console.error(error);
        throw new Error(TROUBLE);
      }),
    );
  }
}

/**
 * @template T
 * @extends {PartOnDemand<T>}
 */
export class PanelOnDemand extends PartOnDemand {
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
    super(find(panel, ".hint"), async () => {
      const value = await open(panel);
      panel.toggleAttribute("data-loaded", true); // until then, there is nothing to operate
      return value;
    });
    const show = () => {
      panel.hidden = store.mode !== mode;
      if (!panel.hidden) this.load();
    };
    store.addEventListener("mode", show);
    show();
  }
}

/**
 * @template T
 * @extends {PartOnDemand<T>}
 */
export class DetailsOnDemand extends PartOnDemand {
  /**
   * @param {HTMLDetailsElement} details
   * @param {(details: HTMLDetailsElement) => Promise<T>} open
   */
  constructor(details, open) {
    super(find(details, ".loading"), () => open(details));
    details.addEventListener("toggle", () => {
      if (details.open) this.load();
    });
  }
}

// Muted maps and units: a line says what the network answers with and without them.
import { find } from "../dom.js";
import { isVector } from "../show/cells.js";
import { percentage, reasonText } from "../show/format.js";

/** @import { Store } from "../store.js" */

// Of changes of the network, of the drawing, and of what is stored of the network, one wants to know what they do to all of it.
const COMPLETE = new Set(["break", "fool", "teach", "hand", "mistakes"]);

export class Muting {
  /**
   * @param {HTMLElement} root
   * @param {Store} store
   */
  constructor(root, store) {
    this.store = store;
    this.panel = find(root, ".muting");
    find(this.panel, ".reset").addEventListener("click", () => store.mute([]));
    for (const event of ["muted", "reading", "mode"]) store.addEventListener(event, () => this.#compare());
  }

  #compare() {
    const { reading, unmuted, mutedMaps, mode } = this.store;
    this.panel.hidden = !mutedMaps.length;
    if (this.panel.hidden) return;
    find(this.panel, ".for-complete").hidden = !COMPLETE.has(mode);
    const names = mutedMaps.map(([layer, map]) => `${layer.toUpperCase()} ${isVector(layer) ? "unit" : "map"} ${map}`);
    find(this.panel, ".muted-names").textContent = names.join(", ");
    find(this.panel, ".before-muting").textContent = inWords(unmuted);
    find(this.panel, ".after-muting").textContent = inWords(unmuted && reading);
  }
}

/** @param {Reading | null} reading */
function inWords(reading) {
  if (!reading) return "nothing drawn";
  if (reading.number) return `the number ${reading.number}`;
  const [digit, probability] = reading.top[0];
  return reading.digit === null
    ? `rejected: ${reasonText(reading.reason ?? "")}`
    : `${digit}, ${percentage(probability)}`;
}

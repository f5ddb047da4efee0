// How the loss for a digit changes with each unit, for the layers that are shown.
import { lossOf } from "../network/loss.js";

/** @import { Store } from "../store.js" */

/** @type {WeakMap<Reading, { key: string, layers: Layers }>} */
const found = new WeakMap(); // of the readings that are shown, the latest for each

/**
 * The gradient of the loss for each unit, pixels included, for the digit that the store says; null without a reading.
 *
 * @param {Pick<Store, "reading" | "blank" | "network" | "digit" | "muted" | "mutedMaps">} store
 */
export function gradientOf({ reading, blank, network, digit, muted, mutedMaps }) {
  const shown = reading ?? blank;
  if (!shown || !network) return null;
  const key = [digit, ...mutedMaps].join();
  const known = found.get(shown);
  if (known?.key === key) return known.layers;
  const { gradient } = lossOf(shown.outputs.output, digit, network.description.outlier_score);
  const layers = network.backward(shown, gradient, { pixels: true, muted }).outputs;
  found.set(shown, { key, layers });
  return layers;
}

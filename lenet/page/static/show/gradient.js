// How the loss for a digit changes with each unit, for the layers that are shown.
import { lossOf } from "../network/loss.js";

/** @import { Store } from "../store.js" */

/** @type {WeakMap<Reading, { key: string, gradients: Features }>} */
const found = new WeakMap(); // of the readings that are shown, the latest for each

/** @typedef {Pick<Store, "reading" | "blank" | "network" | "digit" | "muted" | "mutedMaps">} Shown */

/**
 * The gradient of the loss for each unit, pixels included, for the digit that the store says; null without a reading.
 *
 * @param {Shown} store
 */
export function gradientOf(store) {
  return gradientsOf(store)?.outputs ?? null;
}

/**
 * The same, and before the activation functions.
 *
 * @param {Shown} store
 */
export function gradientsOf({ reading, blank, network, digit, muted, mutedMaps }) {
  const shown = reading ?? blank;
  if (!shown || !network) return null;
  const key = [digit, ...mutedMaps].join();
  const known = found.get(shown);
  if (known?.key === key) return known.gradients;
  const { gradient } = lossOf(shown.outputs.output, digit, network.description.outlier_score);
  const gradients = network.backward(shown, gradient, { pixels: true, muted });
  found.set(shown, { key, gradients });
  return gradients;
}

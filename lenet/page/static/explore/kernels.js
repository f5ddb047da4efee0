// The kernels of C1, below its maps: one sees which direction of strokes each map responds to.
import { element, find } from "../dom.js";
import { paint } from "../show/palette.js";
import { onThemeChange } from "../theme.js";
import { peak } from "./figures.js";

/** @import { Store } from "../store.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function addKernels(root, store) {
  const show = () => {
    const layer = store.network?.layer("c1");
    if (!layer?.kernels) return;
    const { kernels: kernelsOf, shape, size } = layer;
    const kernels = Array.from({ length: shape[0] }, (_, map) => kernelsOf(map)[0].kernel);
    const scale = Math.max(...kernels.map(peak));
    const canvases = kernels.map((kernel, map) => {
      const label = `Kernel of C1, map ${map}`;
      const canvas = element("canvas", {
        width: size,
        height: size,
        title: label,
        attributes: { role: "img", "aria-label": label },
      });
      paint(canvas, kernel, scale);
      return canvas;
    });
    find(root, ".kernels").replaceChildren(...canvases);
  };
  store.addEventListener("network", show);
  onThemeChange(show);
}

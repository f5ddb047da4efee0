// The kernels of C1, below its maps: one sees which direction of strokes each map responds to.
import { kernelsOf } from "../network/explain.js";
import { element } from "../show/element.js";
import { paint } from "../show/palette.js";
import { onThemeChange } from "../theme.js";
import { peak } from "./figures.js";

export function addKernels(root, store) {
  const show = () => {
    const layer = store.network?.layer("c1");
    if (!layer) return;
    const kernels = layer.sees.map((_, map) => kernelsOf(layer, map)[0].kernel);
    const scale = Math.max(...kernels.map(peak));
    const canvases = kernels.map((kernel, map) => {
      const label = `Kernel of C1, map ${map}`;
      const canvas = element("canvas", {
        width: layer.size,
        height: layer.size,
        title: label,
        attributes: { role: "img", "aria-label": label },
      });
      paint(canvas, kernel, scale);
      return canvas;
    });
    root.querySelector(".kernels").replaceChildren(...canvases);
  };
  store.addEventListener("network", show);
  onThemeChange(show);
}

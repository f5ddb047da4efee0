// The weights of a map or unit: which of them is meant.
import { element, find } from "../dom.js";
import { KERNEL, paint } from "../show/palette.js";

/** @import { Part } from "../network/editing.js" */

/**
 * Show the kernels of a map that reads several, small, so that one can be chosen.
 *
 * @param {HTMLElement} group
 * @param {Part[]} parts
 * @param {number} chosen
 * @param {Layers} tensors of the layer
 * @param {(part: number) => void} choose
 */
export function showKernels(group, parts, chosen, tensors, choose) {
  const several = parts.length > 1 ? parts : [];
  group.hidden = !several.length;
  if (group.children.length !== several.length) {
    const buttons = several.map((_, i) => {
      const canvas = element("canvas", { attributes: { "aria-hidden": "true" } });
      const button = element("button", { type: "button" }, canvas, element("span"));
      button.addEventListener("click", () => choose(i));
      return button;
    });
    group.replaceChildren(...buttons);
  }
  for (const [i, { tensor, from, length, source, columns }] of several.entries()) {
    const button = /** @type {HTMLElement} */ (group.children[i]);
    button.setAttribute("aria-pressed", String(i === chosen));
    button.ariaLabel = `Kernel for map ${source}`;
    find(button, "span").textContent = String(source);
    const canvas = find(button, "canvas", HTMLCanvasElement);
    if (canvas.width !== columns) [canvas.width, canvas.height] = [columns, length / columns];
    paint(canvas, tensors[tensor].subarray(from, from + length), KERNEL);
  }
}

/**
 * A weight in words: "map 3, row 0, column 4".
 *
 * @param {Part[]} parts of a map or unit
 * @param {number} part
 * @param {number} cell
 */
export function nameOfWeight(parts, part, cell) {
  const { source, length, columns } = parts[part];
  if (cell >= length) return "bias";
  if (length === 1) return "coefficient";
  if (source === null) return `for unit ${cell}`;
  const place = `row ${Math.floor(cell / columns)}, column ${cell % columns}`;
  return parts.length > 1 ? `map ${source}, ${place}` : place;
}

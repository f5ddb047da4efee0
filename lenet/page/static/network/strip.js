// The network run over the width of a row of digits, as the paper does it: C5 is a convolution, so a wider input gives
// more columns of scores. S2 and S4 halve the resolution, so columns are four pixels apart.
import { crop } from "./image.js";
import { resize } from "./resize.js";

/** @import { Network } from "./network.js" */

const STRIDE = 4;

/**
 * For the cropped ink of a row, scaled to the height of a digit: `columns`, the ten probabilities of
 * each, all 0 where it is rejected; and the `image` that they are below, STRIDE pixels a column.
 *
 * @param {Network} network
 * @param {Raster} cropped
 * @param {Preprocessing} preprocessing
 */
export function scoreStrip(network, cropped, { side, digit_side }) {
  const width = Math.max(1, Math.round((cropped.width * digit_side) / cropped.height));
  const row = resize(cropped, width, digit_side);
  const highest = row.data.reduce((a, b) => Math.max(a, b), 1e-9);
  const count = Math.ceil(width / STRIDE) + 1;
  const [top, left] = [(side - digit_side) / 2, side / 2];
  const wide = {
    data: new Float32Array(side * (count - 1) * STRIDE + side * side),
    width: (count - 1) * STRIDE + side,
    height: side,
  };
  for (let y = 0; y < digit_side; y++) {
    for (let x = 0; x < width; x++) {
      const at = left + x;
      if (at < wide.width) wide.data[(top + y) * wide.width + at] = Math.max(0, row.data[y * width + x] / highest);
    }
  }
  const part = (/** @type {number} */ from, /** @type {number} */ length) => {
    return crop(wide, { top: 0, left: from, bottom: side, right: from + length });
  };
  const columns = Array.from({ length: count }, (_, i) => {
    const { output } = network.forward(part(i * STRIDE, side).data).outputs;
    return network.rejects(output) ? Array(10).fill(0) : network.probabilities(output);
  });
  return { columns, image: part(left - STRIDE / 2, count * STRIDE) };
}

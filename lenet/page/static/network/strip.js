// The network run over the width of a row of digits, as the paper does it: C5 is a convolution, so a wider input gives
// more columns of scores. S2 and S4 halve the resolution, so columns are four pixels apart.
import { resize } from "./resize.js";

const STRIDE = 4;

/**
 * For a drawing, cropped ink {data, width, height}, scaled to the height of a digit: `columns`, the ten probabilities of
 * each, all 0 where it is rejected; and the `image` that they are below, {data, width, height}, STRIDE pixels a column.
 */
export function scoreStrip(network, drawing, { side, digit_side }) {
  const width = Math.max(1, Math.round((drawing.width * digit_side) / drawing.height));
  const row = resize(drawing, width, digit_side);
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
  const columns = Array.from({ length: count }, (_, i) => {
    const { output } = network.forward(crop(wide, i * STRIDE, side).data).outputs;
    return network.rejects(output) ? Array(10).fill(0) : network.probabilities(output);
  });
  return { columns, image: crop(wide, left - STRIDE / 2, count * STRIDE) };
}

function crop({ data, width, height }, left, newWidth) {
  const cropped = new Float32Array(newWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++) {
      if (left + x < width) cropped[y * newWidth + x] = data[y * width + left + x];
    }
  }
  return { data: cropped, width: newWidth, height };
}

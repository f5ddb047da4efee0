// The ink in a photo, as in `lenet.image.photo`, which explains it and has the numbers. In single precision, as there.
import { reduce, resize, roundHalfEven } from "./resize.js";
import { connectedComponents } from "./specks.js";
import { median, quantile } from "./statistics.js";
import { closing, inverse, opening, spread } from "./window.js";

const { fround } = Math;
const DARKEST = fround(0.02); // of a background, so that nothing is divided by 0

/**
 * Amount of ink per pixel, in [0, 1], of a photo's brightness, also in [0, 1]; all zeros if there is none.
 *
 * @param {Raster} gray
 * @param {PhotoConstants} photo
 * @returns {Raster}
 */
export function findInkInPhoto(gray, photo) {
  const { width, height } = gray;
  const blank = { data: new Float32Array(width * height), width, height };
  const factor = Math.ceil(Math.max(width, height) / photo.side);
  const reduced = blur(reduce(gray, factor));
  const dark = isInkDark(reduced, photo);
  const [light, small] = dark ? [gray, reduced] : [inverse(gray), inverse(reduced)];
  const background = closing(small, roundHalfEven(photo.widest * shorterSide(small)));
  const depth = { ...small, data: small.data.map((value, i) => depthOf(value, background.data[i])) };
  const middle = median(depth.data);
  const grain = 1.4826 * median(depth.data.map((value) => Math.abs(value - middle)));
  const [low, high] = photo.noise.map((times) => times * grain);
  const soft = photo.soft * (quantile(depth.data, 0.99) - middle);
  const floor = middle + Math.min(Math.max(soft, low), Math.max(high, photo.min_contrast / 2));
  const { mask, full } = digitMask(depth, floor, photo);
  if (!mask || full < Math.max(photo.min_contrast, middle + 1.5 * high)) return blank;
  const [where, paper] = [mask, background].map((values) =>
    resize(values, values.width * factor, values.height * factor),
  );
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, j = y * where.width; x < width; x++, i++, j++) {
      if (where.data[j] <= 0.25) continue;
      const ink = fround(fround(depthOf(light.data[i], paper.data[j]) - fround(floor)) / fround(full - floor));
      blank.data[i] = Math.min(Math.max(0, ink), 1);
    }
  }
  return blank;
}

/**
 * How much darker than the background.
 *
 * @param {number} value
 * @param {number} background
 */
function depthOf(value, background) {
  return fround(1 - fround(value / Math.max(background, DARKEST)));
}

/** @param {Raster} image */
function shorterSide({ width, height }) {
  return Math.min(width, height);
}

/**
 * @param {Raster} small
 * @param {PhotoConstants} photo
 */
function isInkDark(small, photo) {
  const { data, width, height } = small;
  const size = roundHalfEven(photo.thin_stroke * shorterSide(small));
  const [filled, lit] = [closing(small, size), closing(inverse(small), size)];
  const [top, left] = [height, width].map((side) => roundHalfEven(0.15 * side));
  let [darker, lighter] = [0, 0];
  for (let y = top; y < height - top; y++) {
    for (let x = left, i = y * width + left; x < width - left; x++, i++) {
      darker += (filled.data[i] - data[i]) ** 2;
      lighter += fround(fround(data[i] + lit.data[i]) - 1) ** 2;
    }
  }
  return darker > lighter;
}

/**
 * Where the digit is, a mask of 0 and 1, null if there is none; and how dark it is.
 *
 * @param {Raster} depth
 * @param {number} floor
 * @param {PhotoConstants} photo
 * @returns {{ mask: Raster | null, full: number }}
 */
function digitMask(depth, floor, photo) {
  const { data } = depth;
  const ink = masked(depth, (i) => data[i] > fround(floor));
  const thick = Math.max(3, roundHalfEven(photo.thin * shorterSide(depth)));
  const [ruled, opened] = [ruledLines(ink, photo), opening(ink, thick)];
  let lines = masked(depth, (i) => Boolean(ruled.data[i]) && !opened.data[i]);
  if (lines.data.includes(1)) {
    const most = fround(1.5 * median(within(data, lines)));
    const all = lines;
    lines = masked(depth, (i) => Boolean(all.data[i]) && data[i] < most); // where a stroke crosses, it is darker
  }
  const found = { ...depth, data: data.map((value, i) => (ink.data[i] && !lines.data[i] ? value : 0)) };
  const candidates = digitParts(found, photo);
  if (!candidates) return { mask: null, full: 0 };
  const full = quantile(within(data, candidates), 0.9);
  const clear = fround(Math.max(floor, photo.clear * full));
  const dark = { ...depth, data: data.map((value, i) => (value > clear && candidates.data[i] ? value : 0)) };
  const parts = digitParts(dark, photo);
  if (!parts) return { mask: null, full };
  const near = spread(parts, 2); // the soft edges of the strokes, and the gaps that lines have left
  return { mask: masked(depth, (i) => Boolean(near.data[i] && ink.data[i])), full };
}

/**
 * @param {Raster} like
 * @param {(i: number) => boolean} test
 * @returns {Raster}
 */
function masked({ data, width, height }, test) {
  return { data: data.map((_, i) => Number(test(i))), width, height };
}

/**
 * The values where a mask is 1.
 *
 * @param {Float32Array} values
 * @param {Raster} mask
 */
function within(values, mask) {
  return values.filter((_, i) => mask.data[i]);
}

/**
 * Straight, nearly level or upright lines that reach the border.
 *
 * @param {Raster} ink
 * @param {PhotoConstants} photo
 * @returns {Raster}
 */
function ruledLines(ink, photo) {
  return bothWays(ink, photo, true);
}

/**
 * Those that do not reach the border, too.
 *
 * @param {Raster} ink
 * @param {PhotoConstants} photo
 * @returns {Raster}
 */
export function straightLines(ink, photo) {
  return bothWays(ink, photo, false);
}

/**
 * @param {Raster} ink
 * @param {PhotoConstants} photo
 * @param {boolean} fromBorder
 * @returns {Raster}
 */
function bothWays(ink, photo, fromBorder) {
  const level = levelLines(ink, photo, fromBorder);
  const upright = transposed(levelLines(transposed(ink), photo, fromBorder));
  return masked(ink, (i) => Boolean(level.data[i] || upright.data[i]));
}

/**
 * @param {Raster} image
 * @returns {Raster}
 */
function transposed({ data, width, height }) {
  const turned = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) turned[(i % width) * height + Math.floor(i / width)] = data[i];
  return { data: turned, width: height, height: width };
}

/**
 * @param {Raster} ink
 * @param {PhotoConstants} photo
 * @param {boolean} fromBorder
 * @returns {Raster}
 */
function levelLines({ data, width, height }, { line, filled, slopes }, fromBorder) {
  const length = roundHalfEven(line * width);
  const edge = Math.max(2, Math.floor(width / 40));
  const found = new Float32Array(data.length);
  const [cells, sums, covered] = [new Int32Array(width), new Int32Array(width + 1), new Uint8Array(width)];
  for (const slope of slopes) {
    const shifts = Int32Array.from({ length: width }, (_, x) => roundHalfEven(slope * (x - width / 2)) % height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const row = y + shifts[x];
        cells[x] = (row < 0 ? row + height : row < height ? row : row - height) * width + x;
        sums[x + 1] = sums[x] + data[cells[x]];
      }
      if (sums[width] < filled * length) continue;
      covered.fill(0);
      let end = 0;
      for (let x = 0; x + length <= width; x++) {
        if (sums[x + length] - sums[x] < filled * length) continue;
        covered.fill(1, Math.max(x, end), x + length);
        end = x + length;
      }
      if (fromBorder && !covered.subarray(0, edge).includes(1) && !covered.subarray(-edge).includes(1)) continue;
      for (let x = 0; x < width; x++) if (covered[x] && data[cells[x]]) found[cells[x]] = 1;
    }
  }
  return { data: found, width, height };
}

/**
 * The darkest component in the middle, and those near it, as a mask; null if there is none.
 *
 * @param {Raster} depth
 * @param {PhotoConstants} photo
 * @returns {Raster | null}
 */
function digitParts(depth, { central, near, stray }) {
  const { data, width, height } = depth;
  const away = (/** @type {number} */ cell) =>
    Math.hypot(Math.floor(cell / width) / height - 0.5, (cell % width) / width - 0.5);
  const filled = Uint8Array.from(data, (value) => Number(value > 0));
  const parts = connectedComponents(filled, width, height).map((part) => {
    let [weight, middle, inside] = [0, 0, false];
    for (const cell of part.cells) {
      const distance = away(cell);
      weight += data[cell];
      middle += data[cell] * Math.exp(-((distance / central) ** 2));
      inside ||= distance < central / 2;
    }
    const atBorder = part.top < 2 || part.left < 2 || part.bottom > height - 2 || part.right > width - 2;
    return { ...part, weight, middle, inside, atBorder };
  });
  const heaviest = (/** @type {{ weight: number }[]} */ some) =>
    some.reduce((most, { weight }) => Math.max(most, weight), 0);
  const inner = parts.filter(({ atBorder }) => !atBorder);
  const allowed = heaviest(inner) > stray * heaviest(parts) ? inner : parts.filter(({ inside }) => inside);
  if (!allowed.length) return null;
  const main = allowed.reduce((a, b) => (b.middle > a.middle ? b : a));
  const reach = roundHalfEven(near * (Math.max(main.bottom - main.top, main.right - main.left) - 1));
  const around = spread(maskOf(main.cells, depth), reach);
  const digit = allowed.filter(
    (part) => part.weight > stray * main.weight && part.cells.some((cell) => around.data[cell]),
  );
  return maskOf(
    digit.flatMap(({ cells }) => cells),
    depth,
  );
}

/**
 * @param {number[]} cells
 * @param {Raster} like
 * @returns {Raster}
 */
function maskOf(cells, { data, width, height }) {
  const mask = new Float32Array(data.length);
  for (const cell of cells) mask[cell] = 1;
  return { data: mask, width, height };
}

/**
 * Smooth with the 3x3 binomial kernel; beyond the border, the outermost values are repeated.
 *
 * @param {Raster} image
 * @returns {Raster}
 */
function blur({ data, width, height }) {
  const smooth = (
    /** @type {Float32Array} */ from,
    /** @type {number} */ step,
    /** @type {(i: number) => number} */ at,
    /** @type {number} */ last,
  ) =>
    from.map((mid, i) => {
      const low = at(i) > 0 ? from[i - step] : mid;
      const high = at(i) < last ? from[i + step] : mid;
      return fround(fround(low + 2 * mid) + high) / 4;
    });
  const down = smooth(data, width, (i) => Math.floor(i / width), height - 1);
  return { data: smooth(down, 1, (i) => i % width, width - 1), width, height };
}

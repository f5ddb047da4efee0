// Strokes, in pad units. The pad is 280 units wide and high.
export const SIDE = 280;

/**
 * Points on a grid of half units, so that a link to a drawing is short, and draws exactly the same.
 *
 * @param {Point[]} points
 * @returns {Point[]}
 */
export function onGrid(points) {
  return points.map(([x, y]) => [Math.round(2 * x) / 2, Math.round(2 * y) / 2]);
}

/**
 * Draw a stroke, starting at point `from`; a single point is a dot. Each segment is a separate path, so that a stroke
 * drawn segment by segment, as the pen moves, is identical to one redrawn at once.
 *
 * @param {AnyContext} context
 * @param {Stroke} stroke
 */
export function drawStroke(context, { points, width }, from = 0) {
  context.lineWidth = width;
  context.lineCap = "round";
  if (from === 0) {
    // The dot: a line of length zero draws nothing.
    context.beginPath();
    context.arc(...points[0], width / 2, 0, 2 * Math.PI);
    context.fill();
  }
  for (let i = Math.max(1, from); i < points.length; i++) {
    context.beginPath();
    context.moveTo(...points[i - 1]);
    context.lineTo(...points[i]);
    context.stroke();
  }
}

/**
 * The pixels of the pad that strokes may have painted.
 *
 * @param {Stroke[]} strokes
 * @returns {Box}
 */
export function extent(strokes) {
  let [top, left, bottom, right] = [SIDE, SIDE, 0, 0];
  for (const { points, width } of strokes) {
    const reach = width / 2 + 1; // of antialiasing
    for (const [x, y] of points) {
      if (y - reach < top) top = y - reach;
      if (x - reach < left) left = x - reach;
      if (y + reach > bottom) bottom = y + reach;
      if (x + reach > right) right = x + reach;
    }
  }
  const within = (/** @type {number} */ at) => Math.min(SIDE, Math.max(0, at));
  return {
    top: within(Math.floor(top)),
    left: within(Math.floor(left)),
    bottom: within(Math.ceil(bottom)),
    right: within(Math.ceil(right)),
  };
}

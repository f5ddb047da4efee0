// Strokes as ink: {width, points: [[x, y], ...]} in pad units, 280 to a side.
export const SIDE = 280;

/**
 * Draw the stroke from its point number `from` on; a single point is a dot. Each piece is a path of its own, so that a
 * stroke drawn piece by piece under the pen and one redrawn whole are the same to the pixel.
 */
export function drawStroke(context, { points, width }, from = 0) {
  context.lineWidth = width;
  context.lineCap = "round";
  if (from === 0) {
    // A dot by itself: a line without length draws nothing.
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

// Strokes as ink: {width, points: [[x, y], ...]} in pad units, 280 to a side.
export const SIDE = 280;

/** Draw the stroke from its point number `from` on; a single point is a dot. */
export function drawStroke(context, stroke, from = 0) {
  const { points, width } = stroke;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  const first = points[Math.max(0, from - 1)];
  context.moveTo(...first);
  if (points.length === 1) context.lineTo(...first);
  for (let i = Math.max(1, from); i < points.length; i++) context.lineTo(...points[i]);
  context.stroke();
}

// Boxes over parts of a canvas.

/** Put a box over a part, {top, left, bottom, right}, of something that is `width` wide and `height` high. */
export function place(box, { top, left, bottom, right }, width, height = width) {
  Object.assign(box.style, {
    insetInlineStart: `${(100 * left) / width}%`,
    insetBlockStart: `${(100 * top) / height}%`,
    inlineSize: `${(100 * (right - left)) / width}%`,
    blockSize: `${(100 * (bottom - top)) / height}%`,
  });
}

/** The part that is a single cell. */
export function cell({ row, column }) {
  return { top: row, left: column, bottom: row + 1, right: column + 1 };
}

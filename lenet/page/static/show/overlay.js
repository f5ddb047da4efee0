// Elements over parts of a canvas.

/**
 * Put an element over a box of something that is `width` wide and `height` high.
 *
 * @param {HTMLElement} element
 * @param {Box} box
 * @param {number} width
 */
export function overlay(element, box, width, height = width) {
  Object.assign(element.style, placed(box, width, height));
}

/**
 * The style that does so.
 *
 * @param {Box} box
 * @param {number} width
 */
export function placed({ top, left, bottom, right }, width, height = width) {
  return {
    insetInlineStart: `${(100 * left) / width}%`,
    insetBlockStart: `${(100 * top) / height}%`,
    inlineSize: `${(100 * (right - left)) / width}%`,
    blockSize: `${(100 * (bottom - top)) / height}%`,
  };
}

// The view as a picture: the drawing, the prediction and the layers, as they are shown, with what they come from.
import { contextOf, findAll } from "../dom.js";

const SCALE = 2; // pixels per CSS pixel
const MARGIN = 16;
const LINE = 16; // height of a line of the text

/**
 * A canvas with everything of the page that is drawn or says what was predicted, and a text below it.
 *
 * @param {HTMLElement} root
 * @param {string} text
 */
export function picture(root, text) {
  const page = root.getBoundingClientRect();
  const canvases = /** @type {NodeListOf<HTMLCanvasElement>} */ (
    root.querySelectorAll(
      ".pad .sheet, .map > canvas, .kernels canvas, .grid, .still canvas, .curve canvas, .strip-of canvas, .trials canvas",
    )
  );
  const shown = [...canvases].filter(visible);
  const texts = findAll(
    root,
    "h1, h2, .shape, .digit, .top .name, .top .percent, .reason, figcaption, .outputs :is(th, button, .number), .ledger :is(dt, dd), .card .remark, .change, .breaking-point, .check, .amount, .filmstrip :is(b, li > span:last-child)",
  ).filter(visible);
  const bars = findAll(root, ".bar span, .signed span").filter(visible);
  const bottom = Math.max(...[...shown, ...texts].map((e) => e.getBoundingClientRect().bottom)) - page.top;
  const canvas = document.createElement("canvas");
  const context = contextOf(canvas);
  const style = getComputedStyle(root);
  const font = `${LINE - 4}px ${style.fontFamily}`;
  context.font = font;
  const lines = wrap(context, text, page.width);
  [canvas.width, canvas.height] = [
    SCALE * (page.width + 2 * MARGIN),
    SCALE * (bottom + 3 * MARGIN + lines.length * LINE),
  ];
  context.scale(SCALE, SCALE);
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(MARGIN, MARGIN);
  context.imageSmoothingEnabled = false;
  context.strokeStyle = style.getPropertyValue("--border-color-primary");
  for (const source of shown) {
    const { left, top, width, height } = source.getBoundingClientRect();
    context.drawImage(source, left - page.left, top - page.top, width, height);
    if (source.matches(".sheet")) context.strokeRect(left - page.left, top - page.top, width, height);
  }
  for (const bar of bars) {
    const { left, top, width, height } = bar.getBoundingClientRect();
    context.fillStyle = getComputedStyle(bar).backgroundColor;
    context.fillRect(left - page.left, top - page.top, width, height);
  }
  for (const element of texts) write(context, element, page);
  context.fillStyle = style.color;
  context.font = font;
  context.textBaseline = "top";
  for (const [i, line] of lines.entries()) context.fillText(line, 0, bottom + MARGIN + i * LINE);
  return canvas;
}

/**
 * Lines of a text that fit into a width; a link has no spaces, so it is broken anywhere.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} width
 */
function wrap(context, text, width) {
  const lines = [""];
  for (const character of text) {
    if (context.measureText(lines.at(-1) + character).width > width) lines.push("");
    lines[lines.length - 1] += character;
  }
  return lines;
}

/** @param {HTMLElement} e */
function visible(e) {
  // The answer stays in view while the page scrolls; what is below it is not hidden in the picture.
  return (
    e.checkVisibility() &&
    e.getClientRects().length > 0 &&
    (e.tagName === "CANVAS" || e.matches(".bar span, .signed span") || e.textContent.trim() !== "")
  );
}

/**
 * The text of an element, line by line, as the browser has broken it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLElement} element
 * @param {DOMRect} page
 */
function write(context, element, page) {
  const style = getComputedStyle(element);
  context.fillStyle = style.color;
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = "middle";
  for (const child of element.childNodes) {
    if (!(child instanceof Text)) continue;
    const range = document.createRange();
    let line = "";
    /** @type {DOMRect | null} */
    let box = null;
    const flush = (/** @type {DOMRect | null} */ at) => {
      if (at && line.trim()) context.fillText(line.trim(), at.left - page.left, (at.top + at.bottom) / 2 - page.top);
    };
    for (let i = 0; i < child.length; i++) {
      range.setStart(child, i);
      range.setEnd(child, i + 1);
      const [next] = range.getClientRects();
      if (!next) continue;
      if (!box || next.top > box.top + 2) {
        flush(box);
        line = "";
        box = next;
      }
      line += child.data[i];
    }
    flush(box);
  }
}

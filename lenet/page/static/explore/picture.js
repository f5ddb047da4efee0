// The view as a picture: the drawing, the prediction, the layers and the open mode, as they are shown, with what they come
// from. What is only there to be operated is left out.
import { contextOf } from "../dom.js";

const SCALE = 2; // pixels per CSS pixel
const MARGIN = 16;
const LINE = 16; // height of a line of the text
const TRANSPARENT = "rgba(0, 0, 0, 0)";

/**
 * A canvas with everything of the page that shows or says something, and a text below it.
 *
 * @param {HTMLElement} root
 * @param {string} text
 */
export function picture(root, text) {
  const { scrollX, scrollY } = window;
  root.classList.add("pictured"); // css/explore.css: there is nothing to be operated
  const canvas = paintAll(root, text);
  root.classList.remove("pictured");
  window.scrollTo(scrollX, scrollY); // the page was shorter meanwhile
  return canvas;
}

/**
 * @param {HTMLElement} root
 * @param {string} text
 */
function paintAll(root, text) {
  const page = root.getBoundingClientRect();
  const shown = visible(root);
  const bottom = Math.max(...shown.map((one) => one.getBoundingClientRect().bottom)) - page.top;
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
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.translate(MARGIN - page.left, MARGIN - page.top); // from here on, as in the window
  for (const one of shown) {
    if (one instanceof SVGGeometryElement) paintShape(context, one);
    else if (one instanceof HTMLElement) paintElement(context, one);
  }
  context.fillStyle = style.color;
  context.font = font;
  context.textBaseline = "top";
  for (const [i, line] of lines.entries()) {
    context.fillText(line, page.left, page.top + bottom + MARGIN + i * LINE);
  }
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLElement} one
 */
function paintElement(context, one) {
  const { left, top, width, height } = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  if (style.backgroundColor !== TRANSPARENT) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(left, top, width, height);
  }
  if (one instanceof HTMLCanvasElement) {
    context.globalAlpha = Number(style.opacity);
    context.drawImage(one, left, top, width, height);
    context.globalAlpha = 1;
  }
  const border = Number.parseFloat(style.borderTopWidth);
  if (border && Number.parseFloat(style.borderBottomWidth)) {
    context.lineWidth = border;
    context.strokeStyle = style.borderTopColor;
    context.setLineDash(style.borderTopStyle === "dashed" ? [6, 4] : []);
    context.strokeRect(left + border / 2, top + border / 2, width - border, height - border);
    context.setLineDash([]);
  }
  if (style.outlineStyle !== "none" && !one.matches(":focus")) {
    context.lineWidth = Number.parseFloat(style.outlineWidth);
    context.strokeStyle = style.outlineColor;
    context.strokeRect(left, top, width, height);
  }
  if (one.matches(".top li")) {
    // its lines are gradients
    context.fillStyle = style.getPropertyValue("--rule");
    context.fillRect(left, top + height - 1, width, 1);
    context.fillStyle = style.color;
    context.fillRect(left, top + height - 3, width * Number(style.getPropertyValue("--probability")), 3);
  }
  if (one instanceof HTMLSelectElement) {
    context.fillStyle = style.color;
    context.font = fontOf(style);
    context.textBaseline = "middle";
    context.fillText(
      one.selectedOptions[0]?.text ?? "",
      left + Number.parseFloat(style.paddingInlineStart),
      top + height / 2,
    );
  }
  write(context, one);
}

/** @param {CSSStyleDeclaration} style */
function fontOf({ fontStyle, fontWeight, fontSize, fontFamily }) {
  return `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {SVGGeometryElement} shape
 */
function paintShape(context, shape) {
  const style = getComputedStyle(shape);
  const length = shape.getTotalLength();
  const toWindow = shape.getScreenCTM();
  if (!length || !toWindow) return;
  context.beginPath();
  for (let at = 0; at <= 200; at++) {
    const { x, y } = shape.getPointAtLength((length * at) / 200).matrixTransform(toWindow);
    context.lineTo(x, y);
  }
  context.lineWidth = Number.parseFloat(style.strokeWidth);
  context.strokeStyle = style.stroke;
  if (style.fill !== "none") {
    context.fillStyle = style.fill;
    context.fill();
  }
  context.stroke();
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

/**
 * What is seen below an element: not what is there for screen readers only, which is clipped.
 *
 * @param {Element} element
 * @returns {Element[]}
 */
function visible(element) {
  return [...element.children].flatMap((one) => {
    const { clipPath, display } = getComputedStyle(one);
    if (display === "none" || clipPath !== "none") return [];
    const isSeen = one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
    return [...(isSeen ? [one] : []), ...visible(one)];
  });
}

/**
 * The text of an element, line by line, as the browser has broken it.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLElement} element
 */
function write(context, element) {
  const style = getComputedStyle(element);
  context.fillStyle = style.color;
  context.font = fontOf(style);
  context.textBaseline = "alphabetic";
  const outline = Number.parseFloat(style.webkitTextStrokeWidth);
  if (outline) Object.assign(context, { lineWidth: outline, strokeStyle: style.webkitTextStrokeColor });
  for (const child of element.childNodes) {
    if (!(child instanceof Text)) continue;
    const range = document.createRange();
    let line = "";
    /** @type {DOMRect | null} */
    let box = null;
    const flush = (/** @type {DOMRect | null} */ at) => {
      if (!at || !line.trim()) return;
      const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText(line);
      const baseline = (at.top + at.bottom + up - down) / 2;
      context.fillText(line.trim(), at.left, baseline);
      if (outline) context.strokeText(line.trim(), at.left, baseline);
    };
    for (let i = 0; i < child.length; i++) {
      range.setStart(child, i);
      range.setEnd(child, i + 1);
      const [next] = range.getClientRects();
      if (!next || (!line && !child.data[i].trim())) continue;
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

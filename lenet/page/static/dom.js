// Elements of the page: made, and found.

/**
 * An element with properties, attributes, `dataset` and children, which are nodes or text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties<Tag>} properties
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, { dataset = {}, attributes = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, dataset);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * The first element for a selector, of a class. Throws if there is none: the page and its modules do not match.
 *
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(parent, selector, type = /** @type {any} */ (HTMLElement)) {
  const found = parent.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} ${selector}`);
  return found;
}

/**
 * An element of SVG.
 *
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
export function shape(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * All elements for a selector that are HTML.
 *
 * @param {ParentNode} parent
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function findAll(parent, selector) {
  return [.../** @type {NodeListOf<HTMLElement>} */ (parent.querySelectorAll(selector))];
}

/**
 * The element that an event is about, or the nearest around it that a selector matches.
 *
 * @param {EventTarget | null} target
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest(target, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/**
 * Whether a key is text for a field.
 *
 * @param {KeyboardEvent} event
 */
export function isTyped({ target }) {
  return closest(target, "input:not([type=range], [type=radio], [type=checkbox]), textarea, select") !== null;
}

/**
 * Set an element's text, if it is another: the browser would lay it out again even if it is the same.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Set a property of an element's style, if it is another: the browser would compute the style of all that is in it again.
 *
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} value
 */
export function setProperty({ style }, name, value) {
  if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
}

/** @type {WeakMap<Element, AbortSignal>} */
const guests = new WeakMap();

/**
 * Say that an element may leave the document and come back, as notebooks do with cells that are out of sight: what is in it
 * listens to what is outside until this signal.
 *
 * @param {Element} host
 * @param {AbortSignal} signal
 */
export function listenUntil(host, signal) {
  guests.set(host, signal);
}

/**
 * @param {Element | null} inside
 * @returns {AbortSignal | null}
 */
function signalOf(inside) {
  return inside && (guests.get(inside) ?? signalOf(inside.parentElement));
}

/**
 * Listen to something outside of an element, for as long as that is in the document.
 *
 * @template {Event} E
 * @param {Element} inside
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: E) => void} listener
 * @param {AddEventListenerOptions} options
 */
export function listenOutside(inside, target, type, listener, options = {}) {
  const until = signalOf(inside);
  const stop = new AbortController();
  const listenWhileThere = (/** @type {Event} */ event) => {
    if (inside.isConnected) listener(/** @type {E} */ (event));
    else if (!until) stop.abort();
  };
  target.addEventListener(type, listenWhileThere, { ...options, signal: until ?? stop.signal });
}

/**
 * What draws on a canvas. Throws if there is nothing, as when a browser has run out of memory.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [options]
 */
export function contextOf(canvas, options) {
  const context = canvas.getContext("2d", options);
  if (!context) throw new Error("the browser cannot draw");
  return context;
}

/**
 * Pixels of the screen for each pixel of the style sheet, where the page or an element around this one is scaled.
 *
 * @param {Element} element
 */
export function densityOf(element) {
  return devicePixelRatio * zoomOf(element);
}

/**
 * What the style sheet scales an element by: the window's measures, and pointers, are not in its pixels then.
 *
 * @param {Element} element
 */
export function zoomOf(element) {
  return element.currentCSSZoom ?? 1; // not in older browsers
}

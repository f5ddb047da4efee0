// Elements that are described first, and then made or changed in place: what changes with every movement of the pen must
// not be made again each time, which would be slow, and would lose the focus and the place that one has scrolled to.

/** @type {WeakMap<Node, DescribedProperties>} */
const last = new WeakMap(); // the properties that each element was given

/**
 * A description of an element; children that are null are left out.
 *
 * @param {string} tag
 * @param {DescribedProperties} properties
 * @param {(Described | string | null)[]} children
 * @returns {Described}
 */
export function node(tag, properties = {}, ...children) {
  return { tag, properties, children: children.filter((child) => child !== null) };
}

/**
 * Make the children of an element those that are described.
 *
 * @param {Element} parent
 * @param {(Described | string)[]} children
 */
export function patch(parent, children) {
  for (const [i, child] of children.entries()) {
    const old = parent.childNodes[i];
    if (typeof child === "string") {
      if (!(old instanceof Text)) put(parent, document.createTextNode(child), old);
      else if (old.data !== child) old.data = child;
      continue;
    }
    const reuse = old instanceof HTMLElement && old.localName === child.tag && last.has(old);
    const made = reuse ? old : put(parent, document.createElement(child.tag), old);
    apply(made, child.properties);
    patch(made, child.children);
    if (made instanceof HTMLCanvasElement) child.properties.draw?.(made);
  }
  while (parent.childNodes.length > children.length) parent.lastChild?.remove();
}

/**
 * @template {ChildNode} T
 * @param {Element} parent
 * @param {T} made
 * @param {ChildNode | undefined} old
 */
function put(parent, made, old) {
  if (old) old.replaceWith(made);
  else parent.append(made);
  return made;
}

/**
 * Give an element these properties, and take away those that it was given before and that are not among them.
 *
 * @param {HTMLElement} made
 * @param {DescribedProperties} properties
 */
function apply(made, properties) {
  const before = last.get(made) ?? {};
  last.set(made, properties);
  change(
    before.attributes,
    properties.attributes,
    (name, value) => made.setAttribute(name, value),
    (name) => made.removeAttribute(name),
  );
  change(
    before.dataset,
    properties.dataset,
    (name, value) => Object.assign(made.dataset, { [name]: value }),
    (name) => Reflect.deleteProperty(made.dataset, name),
  );
  change(
    before.style,
    properties.style,
    (name, value) => Object.assign(made.style, { [name]: value }),
    (name) => Object.assign(made.style, { [name]: "" }),
  );
  const set = (/** @type {string} */ name, /** @type {unknown} */ value) => Object.assign(made, { [name]: value });
  // What nobody has set has the value that it has in a new element.
  const reset = (/** @type {string} */ name) => set(name, Reflect.get(document.createElement(made.localName), name));
  change(plain(before), plain(properties), set, reset);
}

/**
 * The properties that are set as they are.
 *
 * @param {DescribedProperties} properties
 * @returns {Record<string, unknown>}
 */
function plain({ attributes, dataset, style, draw, ...rest }) {
  return rest;
}

/**
 * Set what differs from before, and drop what has gone.
 *
 * @template T
 * @param {Record<string, T> | undefined} before
 * @param {Record<string, T> | undefined} after
 * @param {(name: string, value: T) => void} set
 * @param {(name: string) => void} drop
 */
function change(before = {}, after = {}, set, drop) {
  for (const name of Object.keys(before)) if (!(name in after)) drop(name);
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) set(name, value);
}

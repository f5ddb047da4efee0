// Elements that are described first, and then made or changed in place: what changes with every movement of the pen must
// not be made again each time, which would be slow, and would lose the focus and the place that one has scrolled to.

const last = new WeakMap(); // the properties that each element was given

/** A description: properties, `attributes`, `dataset`, `style`, and `draw`, which is called with the element. */
export function node(tag, properties = {}, ...children) {
  return { tag, properties, children: children.filter((child) => child !== null && child !== undefined) };
}

/** Make the children of an element those that are described: nodes and texts. */
export function patch(parent, children) {
  children.forEach((child, i) => {
    const old = parent.childNodes[i];
    if (typeof child === "string") {
      if (old?.nodeType !== Node.TEXT_NODE) put(parent, document.createTextNode(child), old);
      else if (old.data !== child) old.data = child;
      return;
    }
    const reuse = old?.nodeType === Node.ELEMENT_NODE && old.localName === child.tag && last.has(old);
    const made = reuse ? old : put(parent, document.createElement(child.tag), old);
    apply(made, child.properties);
    patch(made, child.children);
    child.properties.draw?.(made);
  });
  while (parent.childNodes.length > children.length) parent.lastChild.remove();
}

function put(parent, made, old) {
  if (old) old.replaceWith(made);
  else parent.append(made);
  return made;
}

function apply(made, properties) {
  const before = last.get(made) ?? {};
  const { attributes = {}, dataset = {}, style = {}, draw, ...plain } = properties;
  for (const name of ["className", "title", "onclick"])
    if (before[name] && !plain[name]) plain[name] = name === "onclick" ? null : "";
  for (const [name, value] of Object.entries(plain)) if (before[name] !== value) made[name] = value;
  for (const name of Object.keys(before.attributes ?? {})) if (!(name in attributes)) made.removeAttribute(name);
  for (const [name, value] of Object.entries(attributes))
    if (before.attributes?.[name] !== value) made.setAttribute(name, value);
  for (const [name, value] of Object.entries(dataset)) if (made.dataset[name] !== value) made.dataset[name] = value;
  for (const [name, value] of Object.entries(style)) if (before.style?.[name] !== value) made.style[name] = value;
  last.set(made, properties);
}

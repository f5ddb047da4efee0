// Whether the page is ours, Gradio's or one without a server, or the app is embedded in somebody else's, or in a notebook,
// whose keys, pastes and drops are not ours.

/** @param {HTMLElement} root */
export function isInNotebook(root) {
  return root.closest(".lenet-notebook") !== null;
}

/** @param {HTMLElement} root */
export function ownsPage(root) {
  if (isInNotebook(root)) return false;
  const app = root.closest("gradio-app");
  return !app || app.getAttribute("embed") === "false";
}

/**
 * Whether what happens is for the app: on its own page everything, elsewhere where the focus is in it.
 *
 * @param {HTMLElement} root
 */
export function isFor(root) {
  return ownsPage(root) || root.matches(":focus-within");
}

/**
 * The query of the page's address, if it asks for one figure by itself.
 *
 * @param {HTMLElement} root
 */
export function askedForOne(root) {
  const query = new URLSearchParams(location.search);
  return ownsPage(root) && query.has("embed") ? query : null;
}

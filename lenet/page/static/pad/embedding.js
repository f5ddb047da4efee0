// Whether the page is ours, Gradio's or one without a server, or the app is embedded in somebody else's, whose keys, pastes
// and drops are not ours.

/** @param {HTMLElement} root */
export function ownsPage(root) {
  const app = root.closest("gradio-app");
  return !app || app.getAttribute("embed") === "false";
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

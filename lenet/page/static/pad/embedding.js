// Whether the page is ours, Gradio's or one without a server, or the app is embedded in somebody else's, whose keys, pastes
// and drops are not ours.

/** @param {HTMLElement} root */
export function ownsPage(root) {
  const app = root.closest("gradio-app");
  return !app || app.getAttribute("embed") === "false";
}

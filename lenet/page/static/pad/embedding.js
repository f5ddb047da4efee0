// Whether this is Gradio's own page, or the app is embedded in somebody else's, whose keys, pastes and drops are not ours.

/** @param {HTMLElement} root */
export function ownsPage(root) {
  return root.closest("gradio-app")?.getAttribute("embed") === "false";
}

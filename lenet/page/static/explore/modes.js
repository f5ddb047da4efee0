// The strip of modes: a button each, of which one is pressed. What is drawn stays.
export function addModes(root, store) {
  const buttons = [...root.querySelectorAll(".modes [data-mode]")];
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.mode === store.mode);
    root.dataset.mode = store.mode;
  };
  for (const button of buttons) button.addEventListener("click", () => store.setMode(button.dataset.mode));
  store.addEventListener("mode", show);
  show();
}

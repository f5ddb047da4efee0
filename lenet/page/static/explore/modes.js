// The strip of modes: a button each, of which one is pressed. What is drawn stays. Save opens a panel below it.
export function addModes(root, store) {
  const buttons = [...root.querySelectorAll(".modes [data-mode]")];
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.mode === store.mode);
    root.dataset.mode = store.mode;
  };
  for (const button of buttons) button.addEventListener("click", () => store.setMode(button.dataset.mode));
  const opener = root.querySelector(".open-save");
  opener.addEventListener("click", () => {
    const panel = root.querySelector(".save");
    panel.hidden = !panel.hidden;
    opener.setAttribute("aria-expanded", !panel.hidden);
  });
  store.addEventListener("mode", show);
  show();
}

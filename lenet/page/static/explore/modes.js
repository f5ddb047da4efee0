// The strip of modes: a button each, of which one is pressed. What is drawn stays. Save opens a panel below it.
const ENOUGH = 120; // pixels of an opened part that must be in the window, or it is scrolled to

export function addModes(root, store) {
  const buttons = [...root.querySelectorAll(".modes [data-mode]")];
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.mode === store.mode);
    root.dataset.mode = store.mode;
  };
  const reveal = () => {
    const part = root.querySelector(store.mode === "compare" ? ".compare" : `.panel.${store.mode}`);
    const { top, bottom } = part.getBoundingClientRect();
    if (top > innerHeight - ENOUGH || bottom < ENOUGH) part.scrollIntoView({ block: "start" });
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      store.setMode(button.dataset.mode);
      reveal();
    });
  }
  const opener = root.querySelector(".open-save");
  opener.addEventListener("click", () => {
    const panel = root.querySelector(".save");
    panel.hidden = !panel.hidden;
    opener.setAttribute("aria-expanded", !panel.hidden);
  });
  store.addEventListener("mode", show);
  show();
}

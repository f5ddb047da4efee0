// Wires the page: the pad asks, the answer and the stages show.
import { Answer } from "./answer.js";
import { Asker } from "./asker.js";
import { addExamples } from "./examples.js";
import { addKeyboard } from "./keyboard.js";
import { Pad } from "./pad.js";
import { addPictures } from "./picture.js";
import { Stages } from "./stages.js";

export async function start(element, server) {
  const root = element.querySelector(".lenet");
  const notice = (text) => { root.querySelector(".notice").textContent = text; };
  const answer = new Answer(root);
  const stages = new Stages(root);
  const pad = new Pad(root.querySelector(".pad"));

  const show = (reading) => {
    answer.show(reading);
    stages.show(reading);
    root.dispatchEvent(new CustomEvent("lenet:shown", { detail: reading }));
  };
  const asker = new Asker({
    snapshot: () => pad.picture(),
    ask: (picture) => server.read(picture),
    show: (reading) => {
      notice("");
      show(reading);
    },
    fail: (error) => {
      show(null); // an answer to an earlier state would pass for one to this
      notice(`No answer: ${error.message} Your drawing is still here; the next stroke asks again.`);
    },
    busy: (busy) => answer.busy(busy),
    settled: (reading) => {
      if (!pad.drawing) answer.announce(reading);
    },
  });
  pad.onmove = () => asker.request();
  pad.onup = () => asker.settle();
  pad.onchange = () => asker.restart();

  root.querySelector(".undo").addEventListener("click", () => pad.undo());
  root.querySelector(".clear").addEventListener("click", () => pad.clear());
  const width = root.querySelector(".width");
  width.addEventListener("input", () => { pad.brush = Number(width.value); });

  addKeyboard(root.querySelector(".sheet"), pad);
  addPictures(root, pad, notice);
  await addExamples(root.querySelector(".examples"), pad);
  root.dataset.ready = "true";
}

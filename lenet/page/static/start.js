// Connects the parts of the page: the pad triggers requests, and the prediction and the layers show the readings.
import { Client } from "./client.js";
import { addExamples } from "./examples.js";
import { addImages } from "./images.js";
import { addKeyboard } from "./keyboard.js";
import { Pad } from "./pad.js";
import { Prediction } from "./prediction.js";
import { Stages } from "./stages.js";

export async function start(element, server) {
  const root = element.querySelector(".lenet");
  const notice = (text) => { root.querySelector(".notice").textContent = text; };
  const prediction = new Prediction(root);
  const stages = new Stages(root);
  const pad = new Pad(root.querySelector(".pad"));

  const show = (reading) => {
    prediction.show(reading);
    stages.show(reading);
    root.dispatchEvent(new CustomEvent("lenet:shown", { detail: reading }));
  };
  const client = new Client({
    snapshot: () => pad.snapshot(),
    send: (image) => server.read(image),
    show: (reading) => {
      notice("");
      show(reading);
    },
    fail: (error) => {
      show(null); // an earlier reading would look like that of this drawing
      notice(`No prediction: ${error.message} Your drawing is kept: draw another stroke to try again.`);
    },
    busy: (busy) => prediction.setBusy(busy),
    settled: (reading) => {
      if (!pad.drawing) prediction.announce(reading);
    },
  });
  pad.onmove = () => client.update();
  pad.onup = () => client.settle();
  pad.onchange = () => client.replace();

  root.querySelector(".undo").addEventListener("click", () => pad.undo());
  root.querySelector(".clear").addEventListener("click", () => pad.clear());
  const width = root.querySelector(".width");
  width.addEventListener("input", () => { pad.brush = Number(width.value); });

  addKeyboard(root.querySelector(".sheet"), pad);
  addImages(root, pad, notice);
  await addExamples(root.querySelector(".examples"), pad);
  root.dataset.ready = "true";
}

// Connects the parts of the page: the pad, the network in the browser, the server, and what shows their readings.
import { Live } from "./live.js";
import { Reader } from "./network/reader.js";
import { addExamples } from "./pad/examples.js";
import { addImages } from "./pad/images.js";
import { addKeyboard } from "./pad/keyboard.js";
import { Pad } from "./pad/pad.js";
import { keepDrawing } from "./pad/session.js";
import { load, Server } from "./server.js";
import { Prediction } from "./show/prediction.js";
import { Stages } from "./show/stages.js";
import { Store } from "./store.js";

export async function start(element, base, settings) {
  const root = element.querySelector(".lenet");
  const store = new Store();
  const pad = new Pad(root.querySelector(".pad"));
  new Prediction(root, store);
  new Stages(root, store);
  store.addEventListener("reading", () => root.dispatchEvent(new CustomEvent("lenet:shown", { detail: store.reading })));
  root.querySelector(".undo").addEventListener("click", () => pad.undo());
  root.querySelector(".clear").addEventListener("click", () => pad.clear());
  const width = root.querySelector(".width");
  width.addEventListener("input", () => { pad.brush = Number(width.value); });
  addKeyboard(root.querySelector(".sheet"), pad);
  addImages(root, pad, store);
  const waiting = () => store.notify("The server cannot be reached: the network has not loaded yet. Trying again.");
  const [weights] = await Promise.all([
    load(`${base}${settings.network}/model.safetensors`, (response) => response.arrayBuffer(), waiting),
    addExamples(root.querySelector(".examples"), pad, waiting),
  ]);
  store.notify("");
  const reader = new Reader(settings.description, weights);
  const live = new Live(pad, reader, new Server(base + settings.read), store, settings.network);
  keepDrawing(pad);
  root.dataset.ready = "true";
  return live;
}

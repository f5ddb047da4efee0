// Connects the parts of the page: the pad, the network in the browser, the server, and what shows their readings.
import { Live } from "./live.js";
import { Reader } from "./network/reader.js";
import { addControls } from "./pad/controls.js";
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
  addStyle();
  const store = new Store();
  const pad = new Pad(root.querySelector(".pad"));
  new Prediction(root, store);
  new Stages(root, store, settings.description.network.temperature);
  store.addEventListener("reading", () => root.dispatchEvent(new CustomEvent("lenet:shown", { detail: store.reading })));
  addControls(root, pad, store);
  addKeyboard(root, pad, store);
  addImages(root, pad, store);
  const waiting = () => store.notify("Cannot reach the server, so the network is not loaded yet. Retrying…");
  const [weights] = await Promise.all([
    load(`${base}${settings.network}/model.safetensors`, (response) => response.arrayBuffer(), waiting),
    addExamples(root.querySelector(".examples"), file("examples.json"), pad, waiting),
  ]);
  store.notify("");
  const reader = new Reader(settings.description, weights);
  const live = new Live(pad, reader, new Server(base + settings.read), store, settings.network);
  keepDrawing(pad);
  root.dataset.ready = "true";
  return live;
}

/** The URL of a file beside this one, or beside the module that contains it. */
function file(name) { return new URL(name, import.meta.url).href; }

/** Link the stylesheet, unless the document's head has done so: it does not where the app is embedded in another page. */
function addStyle() {
  const href = file("page.css");
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}

// Connects the parts of the page: the pad, the network in the browser, the server, and what shows their readings.
import { find, setText } from "./dom.js";
import { Address } from "./explore/address.js";
import { Background } from "./explore/background.js";
import { Breaking } from "./explore/breaking.js";
import { addForgetting, Changes } from "./explore/changes.js";
import { Comparing } from "./explore/comparing.js";
import { addDigest } from "./explore/digest.js";
import { Inspect } from "./explore/inspect.js";
import { Learning } from "./explore/learning.js";
import { addOneWeight } from "./explore/learning_unit.js";
import { networkOf } from "./explore/link.js";
import { Mistakes } from "./explore/mistakes.js";
import { addModes } from "./explore/modes.js";
import { Muting } from "./explore/muting.js";
import { addNetworks, fetchPage, fetchReader } from "./explore/networks.js";
import { once } from "./explore/on_demand.js";
import { DetailsOnDemand, PanelOnDemand } from "./explore/panel_on_demand.js";
import { addPointing } from "./explore/pointing.js";
import { addArticle } from "./explore/read_along.js";
import { Saving } from "./explore/saving.js";
import { addTour } from "./explore/tour.js";
import { Why } from "./explore/why.js";
import { Figure } from "./figure/figure.js";
import { addOpening } from "./figure/opening.js";
import { Live } from "./live.js";
import { readDigits } from "./network/digits.js";
import { Reader } from "./network/reader.js";
import { addControls } from "./pad/controls.js";
import { askedForOne, ownsPage } from "./pad/embedding.js";
import { addExamples } from "./pad/examples.js";
import { addImages } from "./pad/images.js";
import { addKeyboard } from "./pad/keyboard.js";
import { Pad } from "./pad/pad.js";
import { hasSession, keepDrawing, restoreDrawing } from "./pad/session.js";
import { fetchExtra, load, messageOf, readFile, refusalOfPart, Server, troubleOf } from "./server.js";
import { Prediction } from "./show/prediction.js";
import { Row } from "./show/row.js";
import { addView } from "./show/view.js";
import { Store } from "./store.js";

const RELOAD = "Reload the page to try again."; // of files without which there is no page
/**
 * The page that was there first, and the trainings of networks that are not shown.
 *
 * @typedef {Page & { trainings: Map<string, import("./explore/train.js").KeptTraining> }} Home
 */

const NO_WORKERS =
  "This part needs web workers, which this browser does not have or does not allow. The answer and the figure need none.";
const OPENING = 3; // the digit that draws itself when the page opens

/** The digits of MNIST that several parts of the page use. */
const loadDigits = once(async (say) => {
  const content = await fetchExtra(file("digits.safetensors.gz"), say);
  return readFile("The file of digits", () => readDigits(content));
});

/**
 * Start the page in an element of the document. Returns null, and says why on the page, if the network cannot be loaded.
 *
 * A link to another of the three networks opens the page of that.
 *
 * @param {HTMLElement} element
 * @param {string} base address that the server's paths are below
 * @param {Settings} settings
 */
export async function start(element, base, settings) {
  const root = find(element, ".lenet");
  await addStyle("page.css").catch(() => {}); // what is not styled can be used all the same
  const home = { html: root.outerHTML, settings, trainings: new Map() };
  const linked = askedForOne(root)?.get("network") ?? (ownsPage(root) ? networkOf(location.hash) : "");
  if (!settings.others.includes(linked)) return open(root, base, home, home);
  const notice = find(root, ".notice");
  const waiting = (/** @type {string} */ text) => {
    notice.textContent = text;
  };
  try {
    const page = await fetchPage(base, linked, waiting);
    return await open(replace(root, page.html), base, page, home);
  } catch {
    return open(root, base, home, home); // which says that the link was made with another network
  }
}

/**
 * Put a page in the place of another one.
 *
 * @param {HTMLElement} root
 * @param {string} html
 */
function replace(root, html) {
  const other = find(document.createRange().createContextualFragment(html), ".lenet");
  root.replaceWith(other);
  return other;
}

/**
 * Start a page. Another one can be chosen in its place, also `home`, the one that was there first.
 *
 * @param {HTMLElement} root
 * @param {string} base
 * @param {Page} page
 * @param {Home} home
 * @param {string | null} fragment what it shows, as a link has it; null for what the page's address says
 * @param {boolean} isLink whether somebody has followed that, which is not so where the page is as it was left
 * @returns {Promise<Live | null>}
 */
async function open(root, base, { settings }, home, fragment = null, isLink = !isReturn()) {
  if (askedForOne(root)) root.dataset.view = "single"; // nothing else is seen, before that either
  const store = new Store();
  const pad = new Pad(find(root, ".pad"));
  new Prediction(root, store);
  addView(root, store, settings.description.network);
  const figure = new Figure(root, store, settings.description.network);
  store.addEventListener("reading", () =>
    root.dispatchEvent(new CustomEvent("lenet:shown", { detail: store.reading })),
  );
  addDigest(root, store);
  addModes(root, store);
  addPointing(root, store, figure);
  new Inspect(root, store, figure.sides);
  new Muting(root, store);
  addControls(root, pad, store);
  addKeyboard(root, pad, store);
  addImages(root, pad, store, settings.description.preprocessing);
  const stop = new AbortController();
  const waiting = (/** @type {Response | null} */ response) => {
    store.notify(`${troubleOf(response)}, so the network is not loaded yet. Retrying…`);
  };
  /** @type {<T>(url: string, parse: (response: Response) => Promise<T>) => Promise<T>} */
  const part = (url, parse) => load(url, parse, waiting, refusalOfPart, stop.signal);
  let reader;
  let examples;
  try {
    [reader, examples] = await Promise.all([
      part(`${base}${settings.network}/model.safetensors`, (response) => response.arrayBuffer()).then((weights) =>
        readFile("The network", () => Reader.of(settings.description, weights), RELOAD),
      ),
      part(file("examples.json"), (response) => response.text()).then((text) =>
        readFile("The file of examples", () => addExamples(find(root, ".examples"), JSON.parse(text), pad), RELOAD),
      ),
    ]);
  } catch (error) {
    stop.abort(); // what else is still being loaded
    delete root.dataset.view; // where it is said why
    store.notify(messageOf(error));
    return null;
  }
  store.notify("");
  const { variant } = settings.description.network;
  new Row(root, store, settings.description.preprocessing);
  const server = settings.read === null ? null : new Server(base + settings.read);
  const live = new Live(pad, reader, server, store, settings.identity);
  const trouble = find(root, ".trouble");
  const background = new Background(
    () => startWorker("explore/worker.js"),
    reader,
    store,
    (text) => setText(trouble, text),
  );
  new Why(root, store, pad.side, background);
  new Breaking(root, store, pad, live, background);
  /** @type {(name: string, waiting: (text: string) => void) => Promise<ArrayBuffer>} */
  const fetchOwn = (name, waiting) => {
    const hasExtras = settings.read !== null || variant === settings.home;
    if (!hasExtras) throw new Error("Without a server, this page has that for its first network only.");
    return fetchExtra(`${base}${settings.network}/${name}`, waiting);
  };
  /** @type {(variant: string, name: string, waiting: (text: string) => void) => Promise<ArrayBuffer>} */
  const fetchOther = (variant, name, waiting) => fetchExtra(`${base}/networks/${variant}/${name}`, waiting);
  new Comparing(root, store, fetchOther);
  new Learning(root, store, pad, reader, fetchOwn);
  new Mistakes(root, store, pad, reader, fetchOwn);
  const changes = new Changes(root, store, pad, reader, background, settings.identity, async (...link) => {
    /** @type {typeof import("./explore/replay.js")} */
    const { replay } = await import(file("replay.js")).catch(() => {
      throw new Error("a part of the page cannot be loaded. Check the connection, then open the link again.");
    });
    return replay(...link, loadDigits, (text) => store.notify(text));
  });
  addForgetting(root, store, changes);
  addOneWeight(root, store, async (section) => {
    /** @type {typeof import("./explore/one_weight.js")} */
    const { OneWeight } = await import(file("weight.js"));
    return new OneWeight(section, root, store);
  });
  const teach = new PanelOnDemand(root, store, "teach", async (panel) => {
    /** @type {typeof import("./explore/teaching.js")} */
    const { Teaching } = await import(file("teach.js"));
    return new Teaching(panel, store, pad, changes, background, loadDigits);
  });
  new PanelOnDemand(root, store, "hand", async (panel) => {
    /** @type {typeof import("./explore/hand.js")} */
    const { Hand } = await import(file("hand.js"));
    return new Hand(panel, store, changes, background, loadDigits);
  });
  const train = new PanelOnDemand(root, store, "train", async (panel) => {
    /** @type {typeof import("./explore/train.js")} */
    const { Train } = await import(file("train.js"));
    const kept = home.trainings.get(variant);
    home.trainings.delete(variant);
    const { training } = store.sliders;
    const isOther = isLink && training && training !== kept?.link; // a link to other settings is not to what was left
    if (isOther) for (const worker of kept?.workers ?? []) worker.terminate();
    const startTrainer = () => startWorker("explore/trainer.js");
    return new Train(panel, store, pad, reader, loadDigits, startTrainer, isOther ? null : kept);
  });
  new PanelOnDemand(root, store, "fool", async (panel) => {
    /** @type {typeof import("./explore/fooling.js")} */
    const { Fooling } = await import(file("fool.js"));
    return new Fooling(root, panel, store, pad, live, background, fetchOther);
  });
  new DetailsOnDemand(find(root, ".wants", HTMLDetailsElement), async (details) => {
    /** @type {typeof import("./explore/wants.js")} */
    const { Wants } = await import(file("wants.js"));
    return new Wants(details, store, pad, background, loadDigits);
  });
  const loadExample = () => pad.load(examples[OPENING]);
  /** @param {HTMLElement} section */
  const openArticle = async (section) => {
    /** @type {[typeof import("./article/article.js"), ArrayBuffer, void]} */
    const [{ Article }, content] = await Promise.all([
      import(file("article.js")),
      fetchExtra(`${base}${settings.network}/article.json`, () => {}),
      addStyle("article.css"),
    ]);
    return new Article(section, JSON.parse(new TextDecoder().decode(content)), {
      root,
      store,
      pad,
      reader,
      examples,
      readerOf: async (other = variant) =>
        other === variant ? live.current : fetchReader(fetchOther, other, () => {}),
      fetchOwn,
      fetchOther,
      loadDigits,
      background,
      startTrainer: () => startWorker("explore/trainer.js"),
      loadChecks: () => import(file("checks.js")),
    });
  };
  const openAlone = async (/** @type {import("./article/article.js").Article} */ article) => {
    /** @type {[typeof import("./article/alone.js"), void]} */
    const [{ Alone }] = await Promise.all([import(file("alone.js")), addStyle("alone.css")]);
    return new Alone(article);
  };
  const article = addArticle(root, store, pad, openArticle, openAlone, loadExample);
  addTour(root, store, pad, settings.tour, loadExample);
  await restoreDrawing(pad, reader);
  changes.restore();
  /** @type {(network: string, link?: string) => Promise<void>} */
  const choose = async (network, link) => {
    const other = network === settings.home ? home : await fetchPage(base, network, (text) => store.notify(text));
    const shown = link ?? address.fragment(network);
    for (const part of [live, background, changes, teach.value, article.value]) part?.stop();
    const left = train.value?.leave();
    if (left) home.trainings.set(variant, left);
    if (ownsPage(root)) history.replaceState(history.state, "", shown || location.pathname + location.search);
    const chosen = replace(root, other.html);
    await open(chosen, base, other, home, shown, link !== undefined);
    if (link === undefined) find(chosen, ".network").focus();
  };
  const address = new Address(root, pad, store, reader, changes, settings, fragment, isLink, choose, examples[OPENING]);
  addNetworks(root, store, variant, choose);
  new Saving(root, store, pad, settings.weights, () => address.link());
  keepDrawing(pad, reader);
  // A link is to what it says, but the article needs a drawing.
  const isOpen = store.place || !(ownsPage(root) && location.hash);
  const isNew = pad.blank && !hasSession() && !store.notice && isOpen;
  addOpening(root, pad, isNew ? examples[OPENING] : null);
  root.dataset.ready = "true";
  return live;
}

/** Whether the page was loaded as it had been left: again, or by Back or Forward. */
function isReturn() {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type !== "navigate";
}

/**
 * A worker. A script that imports it may be started from a page of another origin, too.
 *
 * @param {string} name
 */
function startWorker(name) {
  if (!("Worker" in window)) throw new Error(NO_WORKERS);
  const script = new Blob([`import ${JSON.stringify(file(name))};`], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(script), { type: "module" });
}

/**
 * The URL of a file beside this one, or beside the module that contains it.
 *
 * @param {string} name
 */
function file(name) {
  return new URL(name, import.meta.url).href;
}

/**
 * Link a stylesheet, unless the document's head has done so: it does not where the app is embedded in another page. What
 * is shown is laid out by it, so it is waited for.
 *
 * @param {string} name
 */
async function addStyle(name) {
  const href = file(name);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove(); // so that it is loaded again when it is asked for again
      reject(new Error(`${name} cannot be loaded`));
    };
  });
  document.head.append(link);
  await loaded;
}

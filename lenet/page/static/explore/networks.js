// The choice of the network, in the title: each has a page of its own, with its figure and its words.
import { find } from "../dom.js";
import { Reader } from "../network/reader.js";
import { fetchExtra, messageOf, readFile } from "../server.js";

/** @import { Store } from "../store.js" */

/**
 * The page of one of the three networks: see `lenet.page.on_demand`.
 *
 * @param {string} base
 * @param {string} variant
 * @param {(text: string) => void} waiting
 * @returns {Promise<Page>}
 */
export async function fetchPage(base, variant, waiting) {
  const content = await fetchExtra(`${base}/networks/${variant}/page.json`, waiting);
  return readFile("The page of this network", () => JSON.parse(new TextDecoder().decode(content)));
}

/**
 * Fetches a file of one of the three networks: see server.js.
 *
 * @typedef {(variant: string, name: string, waiting: (text: string) => void) => Promise<ArrayBuffer>} FetchOther
 */

/**
 * The reader of one of the three networks.
 *
 * @param {FetchOther} fetchOther
 * @param {string} variant
 * @param {(text: string) => void} waiting
 */
export async function fetchReader(fetchOther, variant, waiting) {
  const names = ["description.json", "model.safetensors"];
  const [description, weights] = await Promise.all(names.map((name) => fetchOther(variant, name, waiting)));
  return readFile("The file of another network", () =>
    Reader.of(JSON.parse(new TextDecoder().decode(description)), weights),
  );
}

/**
 * The names of the networks, by which they are chosen in the title.
 *
 * @param {HTMLElement} root
 */
export function namesOf(root) {
  const { options } = find(root, ".network", HTMLSelectElement);
  return new Map([...options].map(({ value, text }) => [value, text]));
}

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {string} variant
 * @param {(variant: string) => Promise<void>} choose
 */
export function addNetworks(root, store, variant, choose) {
  const select = find(root, ".network", HTMLSelectElement);
  select.value = variant;
  select.addEventListener("change", async () => {
    const { value, selectedOptions } = select;
    store.notify(`Loading the network ${selectedOptions[0].text}…`);
    select.value = variant; // it names what is shown, until that is another one
    select.disabled = true;
    try {
      await choose(value);
    } catch (error) {
      store.notify(messageOf(error));
      select.disabled = false;
    }
  });
}

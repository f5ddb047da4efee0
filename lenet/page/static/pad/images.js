// Images from a file, the clipboard or drag and drop.
import { contextOf, element, find } from "../dom.js";
import { ownsPage } from "./embedding.js";

/**
 * @import { Pad } from "./pad.js"
 * @import { Store } from "../store.js"
 */

const MAX_SIDE = 640; // pixels of the image that is sent to the server; a digit needs 20

/**
 * @param {HTMLElement} root
 * @param {Pad} pad
 * @param {Store} store
 */
export function addImages(root, pad, store) {
  let latest = 0;

  const open = async (/** @type {File} */ file) => {
    const [number, version] = [++latest, pad.version];
    store.notify("Opening the image…");
    let bitmap = null;
    try {
      bitmap = await createImageBitmap(file); // applies the EXIF orientation
    } catch {
      // reported below
    }
    if (number !== latest) return;
    store.notify(bitmap ? "" : "This file is not an image the browser can open. Try a PNG or JPEG.");
    if (bitmap && version === pad.version) pad.loadImage(shrink(bitmap), paperFor(bitmap));
  };

  const input = find(root, ".file", HTMLInputElement);
  find(root, ".open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files?.length) open(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  const isOurs = (/** @type {Event} */ event) =>
    ownsPage(root) || root.contains(/** @type {Node} */ (event.target)) || root.contains(document.activeElement);
  document.addEventListener("paste", (event) => {
    if (!isOurs(event)) return;
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    open(file);
  });
  // On our own page anywhere: otherwise, the browser would leave the page to show an image dropped beside the pad.
  const target = ownsPage(root) ? document.documentElement : root;
  const show = (/** @type {boolean} */ dropping) => find(root, ".pad").classList.toggle("dropping", dropping);
  target.addEventListener("dragover", (event) => {
    event.preventDefault();
    show(Boolean(event.dataTransfer?.types.includes("Files")));
  });
  target.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) show(false);
  });
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    show(false);
    if (event.dataTransfer?.files.length) open(event.dataTransfer.files[0]);
  });
}

/** @param {ImageBitmap} bitmap */
function shrink(bitmap) {
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  return resize(bitmap, width, height);
}

/**
 * Background for a transparent image: white, or black if the ink is light.
 *
 * @param {ImageBitmap} bitmap
 */
function paperFor(bitmap) {
  const pixels = contextOf(resize(bitmap, 32, 32)).getImageData(0, 0, 32, 32).data;
  let [light, weight] = [0, 0];
  for (let i = 0; i < pixels.length; i += 4) {
    light += pixels[i + 3] * (pixels[i] + pixels[i + 1] + pixels[i + 2]);
    weight += 3 * 255 * pixels[i + 3];
  }
  return light > weight / 2 ? "black" : "white";
}

/**
 * @param {ImageBitmap} bitmap
 * @param {number} width
 * @param {number} height
 */
function resize(bitmap, width, height) {
  const canvas = element("canvas", { width, height });
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

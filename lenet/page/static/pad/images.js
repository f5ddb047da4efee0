// Images from a file, the clipboard or drag and drop. The browser decodes them, and nothing of them is sent anywhere.
import { contextOf, element, find, listenOutside } from "../dom.js";
import { preprocessImage } from "../network/preprocess.js";
import { mostDrawn } from "./animation.js";
import { withoutUnusedAlpha } from "./bmp.js";
import { BLOCKED, canReadCanvas } from "./canvas_access.js";
import { isFor, ownsPage } from "./embedding.js";
import { decodeImage, rounded } from "./image_code.js";

/**
 * @import { Pad } from "./pad.js"
 * @import { Store } from "../store.js"
 */

const SHOWN = 640; // pixels of the longer side of the image as it is shown
const STRIP = 1_000_000; // pixels that are looked at at a time: a photo as a whole would take much memory
const ANIMATED = new Set(["image/gif", "image/png", "image/apng", "image/webp"]);
const CANNOT = "This file is not an image the browser can open: save it as PNG, JPEG or WebP.";
const TOO_LARGE = "This image is too large: reduce it, or save it as JPEG.";

/**
 * @param {HTMLElement} root
 * @param {Pad} pad
 * @param {Store} store
 * @param {Preprocessing} preprocessing
 */
export function addImages(root, pad, store, preprocessing) {
  let latest = 0;

  const open = async (/** @type {File} */ file) => {
    if (file.name.endsWith(".safetensors")) {
      store.offer(file);
      return;
    }
    const [number, version] = [++latest, pad.version];
    store.notify("Opening the image…");
    const fits = await isSmallEnough(file, preprocessing.size);
    const bitmap = fits ? await decode(file).catch(() => null) : null;
    if (number !== latest) return;
    const problem = fits ? CANNOT : TOO_LARGE;
    store.notify(bitmap ? "" : problem);
    if (!bitmap || version !== pad.version) return;
    if (canReadCanvas()) pad.loadImage(opened(bitmap, preprocessing));
    else store.notify(BLOCKED);
    bitmap.close();
  };

  const input = find(root, ".file", HTMLInputElement);
  find(root, ".open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files?.length) open(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  const isOurs = (/** @type {Event} */ event) => isFor(root) || root.contains(/** @type {Node} */ (event.target));
  listenOutside(root, document, "paste", (/** @type {ClipboardEvent} */ event) => {
    if (!isOurs(event)) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const file = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
    if (!file) return;
    event.preventDefault();
    open(file);
  });
  // On our own page anywhere: otherwise, the browser would leave the page to show an image dropped beside the pad.
  const target = ownsPage(root) ? document.documentElement : root;
  const show = (/** @type {boolean} */ dropping) => find(root, ".pad").classList.toggle("dropping", dropping);
  listenOutside(root, target, "dragover", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    show(Boolean(event.dataTransfer?.types.includes("Files")));
  });
  listenOutside(root, target, "dragleave", (/** @type {DragEvent} */ event) => {
    if (!event.relatedTarget) show(false);
  });
  listenOutside(root, target, "drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    show(false);
    if (event.dataTransfer?.files.length) open(event.dataTransfer.files[0]);
  });
}

/**
 * Whether an image has as few pixels as one may have in Python, seen before it is decoded; true if it is not an image.
 *
 * @param {Blob} file
 * @param {Preprocessing["size"]} size
 */
async function isSmallEnough(file, { pixels, reduced, side }) {
  const url = URL.createObjectURL(file);
  try {
    const { naturalWidth: width, naturalHeight: height } = await new Promise((resolve, reject) => {
      const image = element("img", { onload: () => resolve(image), onerror: reject, src: url });
    });
    return Math.max(width, height) <= side && width * height <= (file.type === "image/jpeg" ? reduced : pixels);
  } catch {
    return true;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Turned as its EXIF data say, and with the colors of the file, as in Python, whatever its color profile says.
 *
 * @param {Blob} file
 */
async function decode(file) {
  const first = await createImageBitmap(await withoutUnusedAlpha(file), {
    imageOrientation: "from-image",
    colorSpaceConversion: "none",
  });
  return ANIMATED.has(file.type) ? mostDrawn(file, first) : first;
}

/**
 * @param {ImageBitmap} bitmap
 * @param {Preprocessing} preprocessing
 * @returns {OpenImage}
 */
function opened(bitmap, preprocessing) {
  const { ink, placement, cropped } = preprocessImage(pixelsOf(bitmap), preprocessing);
  const canvas = shrink(bitmap);
  return { canvas, paper: paperFor(canvas), ink: rounded(ink), placement, cropped };
}

/**
 * The image of a link, as black ink on white; null if the text is not one of an image.
 *
 * @param {string} text
 * @param {Preprocessing} preprocessing
 * @returns {OpenImage | null}
 */
export function imageOf(text, preprocessing) {
  const image = decodeImage(text, preprocessing);
  if (!image) return null;
  const { side } = preprocessing;
  const { ink, cropped } = image;
  const canvas = cropped
    ? blackOnWhite(cropped, Math.ceil(cropped.height / 4))
    : blackOnWhite({ data: ink, width: side, height: side });
  return { ...image, canvas, paper: "white" };
}

/**
 * A digit of MNIST's test set, which is answered as in the test.
 *
 * @param {Float32Array} ink
 * @param {number} label
 * @param {Raster} [shown]
 * @returns {OpenImage}
 */
export function testDigit(ink, label, shown) {
  return { ...mnistDigit(ink, label, shown), test: true };
}

/**
 * A digit of MNIST.
 *
 * @param {Float32Array} ink the network's input
 * @param {number} label
 * @param {Raster} shown
 * @returns {OpenImage}
 */
export function mnistDigit(ink, label, shown = { data: ink, width: 32, height: 32 }) {
  return { canvas: blackOnWhite(shown), paper: "white", ink, label, placement: null, cropped: null };
}

/**
 * @param {Raster} ink
 * @param {number} margin
 */
export function blackOnWhite({ data, width, height }, margin = 0) {
  const canvas = element("canvas", { width: width + 2 * margin, height: height + 2 * margin });
  const context = contextOf(canvas);
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const pixels = new ImageData(width, height);
  for (const [i, x] of data.entries()) pixels.data.set([...Array(3).fill(Math.round(255 * (1 - x))), 255], 4 * i);
  context.putImageData(pixels, margin, margin);
  return canvas;
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {Pixels}
 */
export function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const rows = Math.min(height, Math.ceil(STRIP / width));
  const context = contextOf(element("canvas", { width, height: rows }), { willReadFrequently: true });
  function* strips() {
    for (let top = 0; top < height; top += rows) {
      const count = Math.min(rows, height - top);
      context.clearRect(0, 0, width, rows);
      context.drawImage(bitmap, 0, top, width, count, 0, 0, width, count);
      yield context.getImageData(0, 0, width, count).data;
    }
  }
  return { strips, width, height };
}

/** @param {ImageBitmap} bitmap */
function shrink(bitmap) {
  const scale = Math.min(1, SHOWN / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  return resize(bitmap, width, height);
}

/**
 * Background for a transparent image: white, or black if the ink is light.
 *
 * @param {HTMLCanvasElement} canvas
 */
function paperFor(canvas) {
  const pixels = contextOf(resize(canvas, 32, 32)).getImageData(0, 0, 32, 32).data;
  let [light, weight] = [0, 0];
  for (let i = 0; i < pixels.length; i += 4) {
    light += pixels[i + 3] * (pixels[i] + pixels[i + 1] + pixels[i + 2]);
    weight += 3 * 255 * pixels[i + 3];
  }
  return light > weight / 2 ? "black" : "white";
}

/**
 * @param {ImageBitmap | HTMLCanvasElement} image
 * @param {number} width
 * @param {number} height
 */
function resize(image, width, height) {
  const canvas = element("canvas", { width, height });
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "medium"; // which takes a fraction of the time that "high" does
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

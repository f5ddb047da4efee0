// What is on the pad survives a reload and Back: it is kept in the browser's session storage, strokes as they are, and of
// an image what a link contains, and how it looks.
import { contextOf, element } from "../dom.js";
import { encodeImage } from "./image_code.js";
import { imageOf } from "./images.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "./pad.js"
 */

const KEY = "lenet-drawing";

/**
 * @param {Pad} pad
 * @param {Reader} reader
 */
export async function restoreDrawing(pad, reader) {
  const { version } = pad;
  if (!pad.blank) return;
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    if (kept.length) pad.load(kept);
    const image = kept.image && imageOf(kept.image, reader.description.preprocessing);
    if (!image) return;
    const canvas = await canvasOf(kept.picture).catch(() => image.canvas);
    if (version === pad.version) pad.loadImage({ ...image, canvas, paper: kept.paper });
  } catch {
    // no storage, as in a private window, or something else in it
  }
}

/**
 * @param {Pad} pad
 * @param {Reader} reader
 */
export function keepDrawing(pad, reader) {
  const keep = () => {
    if (pad.penDown) return;
    const { strokes, image } = pad.state;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(image ? imageToKeep(image, reader) : strokes));
    } catch {
      // no storage, or no room in it
    }
  };
  pad.addEventListener("change", keep);
  pad.addEventListener("rest", keep);
}

/**
 * @param {OpenImage} image
 * @param {Reader} reader
 */
function imageToKeep(image, reader) {
  return { image: encodeImage(image, reader), picture: image.canvas.toDataURL("image/webp"), paper: image.paper };
}

/**
 * @param {string} url
 * @returns {Promise<HTMLCanvasElement>}
 */
async function canvasOf(url) {
  if (!url.startsWith("data:image/")) throw new Error("not what was kept");
  const picture = element("img", { src: url });
  await picture.decode();
  const canvas = element("canvas", { width: picture.naturalWidth, height: picture.naturalHeight });
  contextOf(canvas).drawImage(picture, 0, 0);
  return canvas;
}

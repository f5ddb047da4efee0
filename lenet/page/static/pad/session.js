// What is on the pad survives a reload and Back: what a link to it contains is kept in the browser's session storage, and
// how an image looks.
import { contextOf, element } from "../dom.js";
import { decode, encode } from "./code.js";
import { encodeImage } from "./image_code.js";
import { imageOf } from "./images.js";

/**
 * @import { Reader } from "../network/reader.js"
 * @import { Pad } from "./pad.js"
 */

/** What it is kept under. Frames on one page share what is kept: there, each figure has a drawing of its own. */
function key() {
  const { search } = location;
  return `lenet-drawing${new URLSearchParams(search).has("embed") ? search : ""}`;
}

/**
 * @param {Pad} pad
 * @param {Reader} reader
 */
export async function restoreDrawing(pad, reader) {
  const { version } = pad;
  if (!pad.blank) return;
  try {
    const kept = JSON.parse(sessionStorage.getItem(key()) ?? "{}");
    const strokes = kept.strokes && decode(kept.strokes);
    if (strokes?.length) pad.load(strokes);
    const image = kept.image && imageOf(kept.image, reader.description.preprocessing);
    if (!image) return;
    const canvas = await canvasOf(kept.picture).catch(() => image.canvas);
    if (version === pad.version) pad.loadImage({ ...image, canvas, paper: kept.paper });
  } catch {
    // no storage, as in a private window, or something else in it
  }
}

/** Whether anything has been kept, if only that the pad is blank: the page has been used before. */
export function hasSession() {
  try {
    return sessionStorage.getItem(key()) !== null;
  } catch {
    return false; // no storage, as in a private window
  }
}

/**
 * @param {Pad} pad
 * @param {Reader} reader
 */
export function keepDrawing(pad, reader) {
  const keep = () => {
    if (pad.penDown || pad.isExample) return;
    const { strokes, image } = pad.state;
    try {
      const kept = image ? imageToKeep(image, reader) : { strokes: encode(strokes) };
      sessionStorage.setItem(key(), JSON.stringify(kept));
    } catch {
      // no storage, or no room in it
    }
  };
  pad.addEventListener("change", () => {
    if (!pad.state.image) keep();
    else requestAnimationFrame(() => setTimeout(keep)); // encoding takes a while: once it is shown
  });
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
  const picture = element("img", { src: /^data:image\/(webp|png);/.test(url) ? url : "data:," });
  await picture.decode(); // or an error
  const canvas = element("canvas", { width: picture.naturalWidth, height: picture.naturalHeight });
  contextOf(canvas).drawImage(picture, 0, 0);
  return canvas;
}

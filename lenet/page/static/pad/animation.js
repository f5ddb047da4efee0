// Of an animation whose first frame is blank, the frame that differs most from it, as in `lenet.image.file`.
import { contextOf, element } from "../dom.js";

const SIDE = 256; // pixels of the frames as they are compared
const ALIKE = 8; // of 255: what compression does to a color
const FRAMES = 32; // that are looked at

/**
 * A file's first frame, or that other one. Browsers without ImageDecoder do not have the others.
 *
 * @param {Blob} file
 * @param {ImageBitmap} first
 */
export async function mostDrawn(file, first) {
  const blank = sample(first);
  if (!isBlank(blank) || !("ImageDecoder" in window)) return first;
  let [best, most] = [first, 0];
  try {
    const decoder = new ImageDecoder({ data: file.stream(), type: file.type, colorSpaceConversion: "none" });
    await decoder.completed;
    const count = Math.min(FRAMES, decoder.tracks.selectedTrack?.frameCount ?? 1);
    for (let frameIndex = 1; frameIndex < count; frameIndex++) {
      const { image } = await decoder.decode({ frameIndex });
      const frame = sample(image);
      const difference = frame.reduce((sum, value, i) => sum + Math.abs(value - blank[i]), 0);
      if (difference > most && !isBlank(frame)) [best, most] = [await createImageBitmap(image), difference];
      image.close();
    }
    decoder.close();
  } catch {
    // not an animation, or the other frames are damaged: the first one is not
  }
  return best;
}

/** @param {ImageBitmap | VideoFrame} image */
function sample(image) {
  const context = contextOf(element("canvas", { width: SIDE, height: SIDE }), { willReadFrequently: true });
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return context.getImageData(0, 0, SIDE, SIDE).data;
}

/**
 * Whether all pixels have the same color, or all are transparent.
 *
 * @param {Uint8ClampedArray} pixels
 */
function isBlank(pixels) {
  const [low, high] = [
    [255, 255, 255, 255],
    [0, 0, 0, 0],
  ];
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] < low[i % 4]) low[i % 4] = pixels[i];
    if (pixels[i] > high[i % 4]) high[i % 4] = pixels[i];
  }
  return high[3] === 0 || low.every((value, c) => high[c] - value <= ALIKE);
}

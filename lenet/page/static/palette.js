// One diverging colour scale, centred on zero: blue below, red above, which remain distinct with red-green colour
// blindness. Anchors: ColorBrewer's RdBu (Cynthia Brewer, colorbrewer2.org), reversed.
const ANCHORS = [
  [5, 48, 97], [33, 102, 172], [67, 147, 195], [146, 197, 222], [209, 229, 240], [247, 247, 247],
  [253, 219, 199], [244, 165, 130], [214, 96, 77], [178, 24, 43], [103, 0, 31],
];

/** Levels -127 to 127 as 32-bit pixels (R, G, B, A in memory); level n is at index n + 127. */
export const PALETTE = new Uint32Array(255);

const bytes = new Uint8Array(PALETTE.buffer);
for (let i = 0; i < 255; i++) {
  const position = (i / 254) * (ANCHORS.length - 1);
  const below = Math.min(Math.floor(position), ANCHORS.length - 2);
  for (let c = 0; c < 3; c++) {
    bytes[4 * i + c] = ANCHORS[below][c] + (position - below) * (ANCHORS[below + 1][c] - ANCHORS[below][c]);
  }
  bytes[4 * i + 3] = 255;
}

const images = new WeakMap(); // the ImageData of each canvas, reused

/** Paint levels, an Int8Array of length width * height, onto a canvas of that size. */
export function paint(canvas, levels) {
  const context = canvas.getContext("2d");
  if (!images.has(canvas)) images.set(canvas, context.createImageData(canvas.width, canvas.height));
  const image = images.get(canvas);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < levels.length; i++) pixels[i] = PALETTE[levels[i] + 127];
  context.putImageData(image, 0, 0);
}

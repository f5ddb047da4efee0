// A picture from a file, the clipboard or a drop, onto the pad.
const LONGEST = 640; // pixels that travel to the reader: a digit needs 20

export function addPictures(root, pad, notice) {
  let latest = 0;

  const open = async (file) => {
    const [turn, changes] = [++latest, pad.changes];
    const overtaken = () => turn !== latest || changes !== pad.changes;
    notice("Opening the picture.");
    let bitmap = null;
    try {
      bitmap = await createImageBitmap(file); // heeds the orientation that a phone notes
    } catch {
      // told below
    }
    if (turn === latest) notice(bitmap ? "" : "This file is not a picture that the browser can open.");
    if (bitmap && !overtaken()) pad.loadImage(shrink(bitmap), paperFor(bitmap));
  };

  const input = root.querySelector(".file");
  root.querySelector(".open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) open(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    open(file);
  });
  // Anywhere on the page: a picture dropped beside the pad would else replace the page.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
}

function shrink(bitmap) {
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const size = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  return drawn(bitmap, ...size);
}

/** The paper that what is drawn on glass stands out from: white, or black for a light pen. */
function paperFor(bitmap) {
  const pixels = drawn(bitmap, 32, 32).getContext("2d").getImageData(0, 0, 32, 32).data;
  let [light, weight] = [0, 0];
  for (let i = 0; i < pixels.length; i += 4) {
    light += pixels[i + 3] * (pixels[i] + pixels[i + 1] + pixels[i + 2]);
    weight += 3 * 255 * pixels[i + 3];
  }
  return light > weight / 2 ? "black" : "white";
}

function drawn(bitmap, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

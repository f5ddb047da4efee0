// A picture from a file, the clipboard or a drop, onto the pad.
const LONGEST = 640; // pixels that travel to the reader: a digit needs 20

export function addPictures(root, pad, notice) {
  const open = async (file) => {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file); // heeds the orientation that a phone notes
    } catch {
      notice("This file is not a picture that the browser can open.");
      return;
    }
    notice("");
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    pad.loadImage(canvas);
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
  pad.element.addEventListener("dragover", (event) => event.preventDefault());
  pad.element.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
}

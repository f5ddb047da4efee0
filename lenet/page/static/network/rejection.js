// Why an input cannot be a single digit, as in `lenet.rejection`, which explains it and has the numbers.

/** "blank", "too little ink", "several digits", or null, for 32x32 numbers in [0, 1]. */
export function rejectionReason(ink, side, { clear, solid, squarish, tall, wide }) {
  if (!ink.some((value) => value > 0)) return "blank";
  const box = boundingBox(ink, side, clear, 0, side);
  const [height, width] = [box.bottom - box.top, box.right - box.left];
  if (Math.min(height, width) > squarish * Math.max(height, width)) {
    let sum = 0;
    for (let y = box.top; y < box.bottom; y++) for (let x = box.left; x < box.right; x++) sum += ink[y * side + x];
    if (sum / (height * width) > solid) return "too little ink";
  }
  return width > wide * height && tallParts(ink, side, box, clear, tall) > 1 ? "several digits" : null;
}

/** The number of parts side by side, separated by empty columns, that are as tall as a digit. */
function tallParts(ink, side, box, clear, tall) {
  const filled = (x) => {
    for (let y = box.top; y < box.bottom; y++) if (ink[y * side + x] > clear) return true;
    return false;
  };
  let count = 0;
  for (let x = box.left; x < box.right; x++) {
    if (!filled(x)) continue;
    const left = x;
    while (x < box.right && filled(x)) x++;
    const part = boundingBox(ink, side, clear, left, x);
    if (part.bottom - part.top >= tall * (box.bottom - box.top)) count++;
  }
  return count;
}

/** Of what is above the threshold between two columns. */
function boundingBox(ink, side, threshold, from, to) {
  const box = { top: side, left: to, bottom: 0, right: from };
  for (let y = 0; y < side; y++) {
    for (let x = from; x < to; x++) {
      if (ink[y * side + x] <= threshold) continue;
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
    }
  }
  return box;
}

"""From dropping a photo on the page to the painted answer: `python -m benchmarks.opening [--rounds 9]`.

A photo of 4,000 x 3,000 pixels, as a JPEG, which the browser decodes, and the page reduces, preprocesses and reads.
Prints how long the browser takes to decode it, and the page from there to the painted answer; beside that, how long it
takes just to get at the pixels, measured alternately.
"""

import argparse
import base64
import os
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.painting import PAINTED
from harness.browser import Visitor, launch
from harness.drawings import encoded
from harness.pictures import MASK, photo
from harness.servers import files_of
from lenet import Recognizer
from lenet.page.export import write_site

SIZE = 4_000, 3_000  # pixels
WARM_UP = 2  # rounds

# Keeps the file, and when it has been decoded.
PREPARE = (
    "(content) => {"
    + PAINTED
    + """
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  window.photo = new File([bytes], "photo.jpg", { type: "image/jpeg" });
  const decode = window.createImageBitmap;
  window.createImageBitmap = async (...options) => {
    window.bitmap = await decode(...options);
    window.decoded = performance.now();
    return window.bitmap;
  };
}"""
)

# Milliseconds of decoding, and from there to the painted answer.
DROP = """() => new Promise((resolve) => {
  const data = new DataTransfer();
  data.items.add(window.photo);
  const began = performance.now();
  document.querySelector(".lenet").addEventListener("lenet:shown", () => {
    window.painted((time) => resolve([window.decoded - began, time - window.decoded]));
  }, { once: true });
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
})"""

# Milliseconds for the pixels alone.
PIXELS = """async () => {
  const bitmap = await createImageBitmap(window.photo);
  const began = performance.now();
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  context.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  return performance.now() - began;
}"""


def large_photo() -> bytes:
    """With the grain of a sensor in every pixel."""
    page = np.asarray(photo(MASK, ruled=True).resize(SIZE, Image.Resampling.BICUBIC), np.float32)
    noisy = page + np.random.default_rng(0).normal(0, 4, (*page.shape[:2], 1)).astype(np.float32)
    return encoded(Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), "JPEG", quality=90)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--rounds", type=int, default=9, help="number of measurements of each (default: 9)")
    options = parser.parse_args()
    content = large_photo()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_site(Path(folder) / "site", Recognizer.from_pretrained())
        with files_of(Path(folder) / "site") as url:
            browser = launch(playwright)
            visitor = Visitor(browser.new_page(viewport={"width": 1400, "height": 1000}), url)
            visitor.page.evaluate(PREPARE, base64.b64encode(content).decode())
            print(f"Chromium {browser.version}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
            dropped, pixels = [], []
            for _ in range(WARM_UP + options.rounds):
                dropped.append(visitor.page.evaluate(DROP))
                visitor.click("clear")
                pixels.append(visitor.page.evaluate(PIXELS))
            browser.close()
    decoding, reading = (sorted(times) for times in zip(*dropped[WARM_UP:], strict=True))
    first = sum(dropped[0])
    median, alone = statistics.median(reading), statistics.median(pixels[WARM_UP:])
    print(f"{SIZE[0]:,} x {SIZE[1]:,} pixels, {len(content) / 1e6:.1f} MB")
    print(f"decoding: median {statistics.median(decoding):.0f} ms, fastest {decoding[0]:.0f} ms")
    print(f"from there to the painted answer: median {median:.0f} ms, fastest {reading[0]:.0f} ms")
    print(f"the pixels alone: median {alone:.0f} ms; ratio {median / alone:.1f}")
    print(f"the first photo on a new page, decoding included: {first:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())

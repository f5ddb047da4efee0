"""How long the figure takes while the pen moves: `python -m benchmarks.figure [--rounds 5]`.

Prints how long the script takes that shows a reading, most of which is the figure; and, in a window of 1400x900, how
many frames there are a second, and within how many milliseconds 95 % of them follow the one before: with nothing
pinned, and with a unit of C3 pinned, at one and at two pixels per CSS pixel. What is compared is measured alternately.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from harness.browser import Visitor, launch
from harness.servers import files_of
from lenet import Recognizer
from lenet.page.export import write_site

DUE = 17.0  # milliseconds from frame to frame

# The times of frames in which the pen moves, in a circle, and of the script that shows a reading.
DRAW = """async (milliseconds) => {
  const sheet = document.querySelector(".sheet");
  const { left, top, width, height } = sheet.getBoundingClientRect();
  const point = (type, angle) => sheet.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, isPrimary: true, pointerId: 1, pointerType: "mouse",
    button: type === "pointermove" ? -1 : 0, buttons: Number(type !== "pointerup"),
    clientX: left + width * (0.5 + 0.25 * Math.cos(angle)), clientY: top + height * (0.5 + 0.3 * Math.sin(angle)),
  }));
  const [frames, shown] = [[], []];
  const dispatch = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    const began = performance.now();
    const result = dispatch.call(this, event);
    if (event.type === "reading") shown.push(performance.now() - began);
    return result;
  };
  const frame = () => new Promise(requestAnimationFrame);
  document.querySelector(".clear").click();
  point("pointerdown", 0);
  const first = await frame();
  let [last, angle] = [first, 0];
  while (last < first + milliseconds) {
    point("pointermove", (angle += 1 / 12));
    const time = await frame();
    frames.push(time - last);
    last = time;
  }
  point("pointerup", angle);
  EventTarget.prototype.dispatchEvent = dispatch;
  return [frames, shown];
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--rounds", type=int, default=5, help="number of measurements of each (default: 5)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        write_site(site, Recognizer.from_pretrained())
        browser = launch(playwright)
        print(f"Chromium {browser.version}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {rounds} rounds")
        with files_of(site) as url:
            visitors: dict[str, Visitor] = {}
            for density in (1, 2):
                for pinned in (False, True):
                    page = browser.new_page(viewport={"width": 1400, "height": 900}, device_scale_factor=density)
                    visitor = Visitor(page, url)
                    if pinned:
                        page.locator('[data-stage="c3"] .map').nth(4).click()
                    visitors[f"density {density}, {'a unit of C3' if pinned else 'nothing'} pinned"] = visitor
            frames, shown = {name: [] for name in visitors}, {name: [] for name in visitors}
            for number in range(rounds + 1):
                for name, visitor in visitors.items():
                    visitor.page.bring_to_front()
                    measured = visitor.page.evaluate(DRAW, 2_000)
                    if number:  # the first is to warm up
                        frames[name] += measured[0]
                        shown[name] += measured[1]
        for name in visitors:
            ordered = sorted(frames[name])
            print(f"{name}: a reading is shown in {statistics.median(shown[name]):.1f} ms of script (median);", end=" ")
            print(f"{1_000 / statistics.mean(ordered):.1f} frames a second,", end=" ")
            print(f"{sum(time <= DUE for time in ordered) / len(ordered):.0%} within {DUE:.0f} ms,", end=" ")
            print(f"95 % within {ordered[int(0.95 * len(ordered))]:.1f} ms", flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Accuracy on pen strokes, redrawn with real mouse events in a real Chromium on the running app.

    python -m benchmarks.sketches FILE [--every 10] [--brush 20]

FILE contains {"items": [{"label", "writer", "strokes": [[[x, y], ...], ...]}, ...]}, with y downwards, in any unit.
Prints how many were answered correctly (a rejected digit counts as an error), by class and by writer, and lists the
others.
"""

import argparse
import collections
import json
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from harness.browser import Visitor, launch
from harness.servers import running_app


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("file", type=Path, help="JSON file with the digits' strokes")
    parser.add_argument("--every", type=int, default=1, help="draw only every Nth digit (default: all)")
    parser.add_argument("--brush", type=int, help="brush width; the pad is 280 wide (default: that of the page)")
    parser.add_argument("--size", type=float, default=0.65, help="longer side, relative to the pad (default: 0.65)")
    options = parser.parse_args()
    items = json.loads(options.file.read_text())["items"][:: options.every]

    began = time.perf_counter()
    predictions = []
    with running_app() as url, sync_playwright() as playwright:
        browser = launch(playwright)
        visitor = Visitor(browser.new_page(viewport={"width": 1400, "height": 1000}), url)
        if options.brush:
            visitor.page.locator(".width").fill(str(options.brush))
        for item in items:
            visitor.draw(item["strokes"], options.size)
            predictions.append(visitor.digit())
            visitor.click("clear")
        browser.close()

    correct = [str(item["label"]) == prediction for item, prediction in zip(items, predictions, strict=True)]
    for title, key in (("class", "label"), ("writer", "writer")):
        groups = collections.defaultdict(list)
        for item, ok in zip(items, correct, strict=True):
            groups[str(item[key])].append(ok)
        for group in sorted(groups):
            print(f"{title} {group}: {sum(groups[group])} of {len(groups[group])}")
    misclassified = [
        f"{item.get('id', '')} {item['label']} as {prediction}"
        for item, prediction, ok in zip(items, predictions, correct, strict=True)
        if not ok
    ]
    print("misclassified:", ", ".join(misclassified) or "none")
    seconds = time.perf_counter() - began
    print(f"answered correctly: {sum(correct)} of {len(correct)} = {sum(correct) / len(correct):.1%} ({seconds:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

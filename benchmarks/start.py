"""From `python app.py` to the first answered stroke, beside importing Gradio and PyTorch: `python -m benchmarks.start`.

A browser is open and waits; it loads the page as soon as the app responds, and draws one stroke. Both are measured
alternately, each time in a new process.
"""

import argparse
import statistics
import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

from benchmarks.first_load import first_load
from harness.browser import launch
from harness.servers import free_port, started


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--pairs", type=int, default=5, help="number of measurements of each (default: 5)")
    pairs = parser.parse_args().pairs
    answered, imported = [], []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for number in range(pairs + 1):
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import gradio, torch"], check=True)
            middle = time.perf_counter()
            port = free_port()
            with started([sys.executable, "app.py", "--port", str(port)], port, poll=0.02):
                up = time.perf_counter()
                load = first_load(browser, f"http://127.0.0.1:{port}", trivial=False)
            if number:  # the first pair fills the file cache
                imported.append(middle - begin)
                answered.append(up - middle + load.seconds)
        browser.close()
    ratios = [a / b for a, b in zip(answered, imported, strict=True)]
    print(f"first answered stroke after {statistics.median(answered):.2f} s,", end=" ")
    print(f"imports alone {statistics.median(imported):.2f} s (medians of {pairs})")
    print(f"ratio: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())

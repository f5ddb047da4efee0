"""Drawing while the explorer works, beside drawing alone: `python -m benchmarks.explorer [--rounds 5]`.

Prints updates per second and the time from the last movement to the painted prediction with nothing open, with a unit
of C3 pinned and all its numbers shown, in Why, Break, Fool it and Learn; how long a position of Learn's slider takes;
and, for each network, how long a card takes, and the worker for the picture of the evidence and the smallest change.
What is compared is measured alternately, on one page.
"""

import argparse
import contextlib
import os
import statistics
import sys

from playwright.sync_api import ViewportSize, sync_playwright

from benchmarks.painting import STROKES, WATCH_PAD, pen, updates_a_second
from harness.browser import Visitor, launch
from harness.drawings import EXAMPLES
from harness.servers import free_port, running
from lenet.networks import NETWORKS
from lenet.weights.model import bundled

VIEWPORT: ViewportSize = {"width": 1400, "height": 1000}

# Milliseconds from pointing at a unit of C3 to the finished layout with its card and outlines.
CARD = """(index) => {
  const canvas = document.querySelectorAll('[data-stage="c3"] .map')[index % 16];
  const box = canvas.getBoundingClientRect();
  const began = performance.now();
  canvas.dispatchEvent(new PointerEvent("pointermove", {
    bubbles: true,
    pointerType: "mouse",
    clientX: box.left + box.width * (0.1 + index / 30),
    clientY: box.top + box.height / 2,
  }));
  document.querySelector(".card").getBoundingClientRect();
  return performance.now() - began;
}"""

# Milliseconds from moving Learn's slider to the finished layout with the layers, three times over all positions.
SLIDE = """async () => {
  const slider = document.querySelector(".learn input");
  const times = [];
  for (let i = 0; i < 3 * (Number(slider.max) + 1); i++) {
    await new Promise(requestAnimationFrame);
    const began = performance.now();
    slider.value = i % (Number(slider.max) + 1);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector(".lenet").getBoundingClientRect();
    times.push(performance.now() - began);
  }
  return times;
}"""

# The results of the worker: its own measurement of its time.
WATCH_WORKER = """
const Plain = Worker;
Object.assign(window, { trials: [], sweeps: [] });
window.Worker = class extends Plain {
  constructor(...options) {
    super(...options);
    this.addEventListener("message", ({ data }) => {
      if (!data.images) (data.evidence ? window.trials : window.sweeps).push(data.milliseconds);
    });
  }
};
"""


def open_nothing(visitor: Visitor) -> None:
    visitor.open("inspect")
    visitor.page.keyboard.press("Escape")


def open_unit(visitor: Visitor) -> None:
    open_nothing(visitor)  # a second click would release it
    visitor.page.locator('[data-stage="c3"] .map').nth(4).click()
    visitor.page.locator(".with-numbers").uncheck()


def open_numbers(visitor: Visitor) -> None:
    open_unit(visitor)
    visitor.page.locator(".with-numbers").check()


def open_why(visitor: Visitor) -> None:
    open_nothing(visitor)
    visitor.open("why")


def open_break(visitor: Visitor) -> None:
    open_nothing(visitor)
    visitor.open("break")


def open_fool(visitor: Visitor) -> None:
    open_nothing(visitor)
    visitor.open("fool")
    visitor.page.locator(".fool .methods").wait_for(state="attached")


def open_learn(visitor: Visitor) -> None:
    open_nothing(visitor)
    visitor.open("learn")
    visitor.page.locator(".learning").wait_for()


def print_drawing(visitor: Visitor, rounds: int) -> None:
    states = {
        "nothing open": open_nothing,
        "a unit of C3 pinned": open_unit,
        "a unit of C3 pinned, with numbers": open_numbers,
        "Why": open_why,
        "Break": open_break,
        "Fool it": open_fool,
        "Learn": open_learn,
    }
    rates, moves = {name: [] for name in states}, {name: [] for name in states}
    visitor.page.evaluate(WATCH_PAD)
    for number in range(rounds + 1):
        for name, open_state in states.items():
            open_state(visitor)
            rate = updates_a_second(visitor)
            times = [pen(visitor, stroke)[1] for stroke in STROKES]
            if number:  # the first is to warm up
                rates[name].append(rate)
                moves[name] += times
    alone = statistics.median(rates["nothing open"])
    for name in states:
        rate, move = statistics.median(rates[name]), statistics.median(moves[name])
        print(f"{name}: {rate:.1f} updates per second ({rate / alone:.2f} of drawing alone),", end=" ")
        print(f"last movement to painted prediction {move:.1f} ms")


def print_slider(visitor: Visitor) -> None:
    open_learn(visitor)
    visitor.page.locator('[data-stage="c3"] .map').nth(4).click()
    times = sorted(visitor.page.evaluate(SLIDE))
    print(f"Learn's slider, a unit of C3 pinned: {statistics.median(times):.1f} ms for a position,", end=" ")
    print(f"longest {times[-1]:.1f}, of {len(times)}; 33 ms are 30 positions per second")


def print_work(visitor: Visitor, variant: str) -> None:
    open_nothing(visitor)
    cards = sorted(visitor.page.evaluate(CARD, index) for index in range(25))
    open_why(visitor)
    for example in EXAMPLES:
        visitor.click("clear")
        visitor.draw([[*stroke[:-1:10], stroke[-1]] for stroke in example["strokes"]])
        visitor.page.wait_for_timeout(700)
    trials = sorted(visitor.page.evaluate("() => window.trials.slice(1)"))
    visitor.open("break")
    for transform in visitor.page.locator("[data-transform]").all() * 2:
        transform.click()
        visitor.page.wait_for_timeout(500)
    sweeps = sorted(visitor.page.evaluate("() => window.sweeps.slice(1)"))
    print(f"{variant}: card of a unit of C3 {statistics.median(cards):.1f} ms, longest {cards[-1]:.1f};", end=" ")
    print(f"evidence and smallest change {statistics.median(trials):.0f} ms,", end=" ")
    print(f"90 % within {trials[int(0.9 * len(trials))]:.0f}, of {len(trials)};", end=" ")
    print(f"Break's curve {statistics.median(sweeps):.0f} ms, longest {sweeps[-1]:.0f}, of {len(sweeps)}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--rounds", type=int, default=5, help="number of measurements of each (default: 5)")
    rounds = parser.parse_args().rounds
    with contextlib.ExitStack() as stack:
        browser = launch(stack.enter_context(sync_playwright()))
        print(f"Chromium {browser.version}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
        for variant in NETWORKS:
            port = free_port()
            command = [sys.executable, "app.py", "--port", str(port), "--model", str(bundled(variant))]
            page = browser.new_page(viewport=VIEWPORT)
            page.add_init_script(WATCH_WORKER)
            with running(command, port) as url:
                visitor = Visitor(page, url)
                if variant == "textbook":
                    print_drawing(visitor, rounds)
                    print_slider(visitor)
                print_work(visitor, variant)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

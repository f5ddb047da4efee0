"""Latency from pen-up to the painted prediction, compared with that of a Gradio Textbox echo in the same browser.

    python -m benchmarks.latency [--rounds 40]

Both are timed inside the page, from the user's event (pointerup or the Textbox's input event) to the frame that follows
the last change. The two are measured alternately, so that other load on the machine affects both. Also prints how many
times per second the prediction and the feature maps are painted while the pen moves.
"""

import argparse
import itertools
import os
import platform
import statistics
import sys

import gradio
from playwright.sync_api import sync_playwright

from tests.browser import Visitor, fit, free_port, launch, running, running_app

ECHO = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as echo:
    said, heard, quick = gr.Textbox(elem_id="said"), gr.Textbox(elem_id="heard"), gr.Textbox(elem_id="quick")
    said.input(lambda text: text, said, heard, queue=sys.argv[2] == "queued", show_progress="hidden")
echo.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False, enable_monitoring=False, run_history=False)
"""

# A task queued in a frame's animation callback runs after that frame is painted.
PAINTED = "const painted = (f) => requestAnimationFrame(() => setTimeout(() => f(performance.now())));"

WATCH_PAD = (
    "() => {"
    + PAINTED
    + """
  window.paints = [];
  document.querySelector(".lenet").addEventListener("lenet:shown", () => painted((t) => window.paints.push(t)));
  document.addEventListener("pointerup", (event) => { window.up = event.timeStamp; }, { capture: true });
}"""
)

WATCH_ECHO = (
    "() => {"
    + PAINTED
    + """
  const field = (id) => document.querySelector(`#${id} textarea, #${id} input`);
  field("said").addEventListener("input", (event) => {
    const began = event.timeStamp;
    window.took = null;
    const look = () => {
      if (field("heard").value === field("said").value) painted((t) => { window.took = t - began; });
      else requestAnimationFrame(look);
    };
    look();
  }, { capture: true });
}"""
)

STROKES = [  # short strokes of one digit, in units of the pad's side
    [(0.35, 0.25), (0.5, 0.2), (0.62, 0.27), (0.62, 0.38), (0.5, 0.46)],
    [(0.5, 0.46), (0.65, 0.55), (0.62, 0.7), (0.45, 0.76), (0.33, 0.7)],
]


def pen_up(visitor: Visitor, stroke: list) -> float:
    """Milliseconds from pen-up to the frame that shows the prediction for the whole stroke."""
    page = visitor.page
    visitor.stroke(stroke, steps=3)
    visitor.digit()
    page.wait_for_timeout(60)  # until the last frame is painted
    # The prediction for the last move may be painted before the pen is up: that counts as 0, not as negative.
    return page.evaluate("() => Math.max(0, window.paints.at(-1) - window.up)")


def echo(page, letter: str) -> float:
    """Milliseconds from typing a letter to the frame that shows its echo."""
    page.locator("#said textarea, #said input").press(letter)
    page.wait_for_function("() => window.took !== null && window.took !== undefined")
    return page.evaluate("() => window.took")


def updates_a_second(visitor: Visitor) -> float:
    """Predictions painted per second while the pen draws continuously."""
    page = visitor.page
    visitor.click("clear")
    box = page.locator(".sheet").bounding_box()
    page.evaluate("() => { window.paints = []; }")
    path = list(itertools.chain.from_iterable(fit(STROKES, 0.6)))
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
    page.mouse.move(*at[0])
    page.mouse.down()
    began = page.evaluate("() => performance.now()")
    for x, y in itertools.islice(itertools.cycle(at), 60):
        page.mouse.move(x, y, steps=4)
    ended = page.evaluate("() => performance.now()")
    page.mouse.up()
    visitor.digit()
    paints = page.evaluate("() => window.paints")
    return sum(began < t < ended for t in paints) / (ended - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="number of measurements of each (default: 40)")
    options = parser.parse_args()
    echoes = ("queued", "unqueued")
    took = {name: [] for name in ("pen", *echoes)}
    with running_app() as url, sync_playwright() as playwright:
        ports = {name: free_port() for name in echoes}
        commands = {name: [sys.executable, "-c", ECHO, str(port), name] for name, port in ports.items()}
        with running(commands["queued"], ports["queued"]) as a, running(commands["unqueued"], ports["unqueued"]) as b:
            browser = launch(playwright)
            version = browser.version
            visitor = Visitor(browser.new_page(viewport={"width": 1400, "height": 1000}), url)
            visitor.page.evaluate(WATCH_PAD)
            pages = dict(zip(echoes, (browser.new_page(), browser.new_page()), strict=True))
            for name, address in (("queued", a), ("unqueued", b)):
                pages[name].goto(address)
                pages[name].locator("#said").wait_for()
                pages[name].wait_for_timeout(500)
                pages[name].evaluate(WATCH_ECHO)
            for turn in range(options.rounds + 3):  # three to warm up
                visitor.page.bring_to_front()
                if turn % 2 == 0:
                    visitor.click("clear")
                took["pen"].append(pen_up(visitor, STROKES[turn % 2]))
                for name in echoes:
                    pages[name].bring_to_front()
                    took[name].append(echo(pages[name], "abcdefghij"[turn % 10]))
            visitor.page.bring_to_front()
            rate = updates_a_second(visitor)
            browser.close()
    versions = f"Python {platform.python_version()}, Gradio {gradio.__version__}, Chromium {version}"
    print(f"{versions}; {os.cpu_count()} cores; {options.rounds} rounds")
    median = {name: statistics.median(times[3:]) for name, times in took.items()}
    for name, label in (("pen", "pen-up to painted prediction"), *((n, f"Textbox echo, {n}") for n in echoes)):
        ordered = sorted(took[name][3:])
        print(f"{label}: median {median[name]:.1f} ms, 90 % within {ordered[int(0.9 * len(ordered))]:.1f} ms")
    queued, unqueued = (median["pen"] / median[name] for name in echoes)
    print(f"ratio to the echo: {queued:.2f} (unqueued: {unqueued:.2f})")
    print(f"updates a second while drawing: {rate:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

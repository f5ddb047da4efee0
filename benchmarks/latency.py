"""Latency of the page in a real browser, beside a Gradio Textbox echo and a trivial Gradio page.

    python -m benchmarks.latency [--rounds 40] [--loads 5]

Prints the time from pen-up to the painted prediction and that of the echo; how many times per second predictions and
feature maps are painted while the pen moves; the same with 150 ms added to every request; the time from the painted ink
to the painted prediction; and the first load of the page beside that of a page with one Textbox. What is compared is
measured alternately, so that other load on the machine affects both.
"""

import argparse
import contextlib
import os
import platform
import statistics
import sys

import gradio
from playwright.sync_api import sync_playwright

from benchmarks.first_load import TRIVIAL, print_first_loads
from benchmarks.painting import STROKES, WATCH_ECHO, WATCH_PAD, echo, lags, pen, updates_a_second
from harness.browser import Visitor, launch
from harness.servers import free_port, running, running_app

ECHO = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as echo:
    said, heard, quick = gr.Textbox(elem_id="said"), gr.Textbox(elem_id="heard"), gr.Textbox(elem_id="quick")
    said.input(lambda text: text, said, heard, queue=sys.argv[2] == "queued", show_progress="hidden")
echo.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False, enable_monitoring=False, run_history=False)
"""
ECHOES = ("queued", "unqueued")
PENS = ("pen", "delayed pen")
FRAME = 1000 / 60  # milliseconds


def print_latencies(browser, urls: dict[str, str], rounds: int) -> None:
    """Measure and print; `urls` are those of PENS and of ECHOES."""
    took = {name: [] for name in (*PENS, *ECHOES)}
    visitors, echoes = {}, {}
    for name in PENS:
        visitors[name] = Visitor(browser.new_page(viewport={"width": 1400, "height": 1000}), urls[name])
        visitors[name].page.evaluate(WATCH_PAD)
    for name in ECHOES:
        echoes[name] = browser.new_page()
        echoes[name].goto(urls[name])
        echoes[name].locator("#said").wait_for()
        echoes[name].wait_for_timeout(500)
        echoes[name].evaluate(WATCH_ECHO)
    for turn in range(rounds + 3):  # three to warm up
        for name, visitor in visitors.items():
            visitor.page.bring_to_front()
            if turn % 2 == 0:
                visitor.click("clear")
            took[name].append(pen(visitor, STROKES[turn % 2]))
        for name, page in echoes.items():
            page.bring_to_front()
            took[name].append(echo(page, "abcdefghij"[turn % 10]))
    for page in echoes.values():
        page.context.close()  # Gradio's pages ask for a frame all the time: a visitor has one page open
    rates = {name: [] for name in PENS}
    for _ in range(3):
        for name, visitor in visitors.items():
            visitor.page.bring_to_front()
            rates[name].append(updates_a_second(visitor))
    rate = {name: statistics.median(of) for name, of in rates.items()}
    behind = sorted(lags(visitors["pen"]))

    up = {name: [turn[0] for turn in took[name][3:]] for name in PENS} | {name: took[name][3:] for name in ECHOES}
    move = {name: [turn[1] for turn in took[name][3:]] for name in PENS}
    median = {name: statistics.median(of) for name, of in up.items()}
    _print("pen-up to painted prediction", up["pen"])
    for name in ECHOES:
        _print(f"Textbox echo, {name}", up[name])
    queued, unqueued = (median["pen"] / median[name] for name in ECHOES)
    print(f"ratio to the echo: {queued:.2f} (unqueued: {unqueued:.2f})")
    print(f"updates a second while drawing: {rate['pen']:.1f}")
    _print("last movement to painted prediction", move["pen"])
    print("with 150 ms added to every request:")
    _print("  pen-up to painted prediction", up["delayed pen"])
    _print("  last movement to painted prediction", move["delayed pen"])
    print(f"  updates per second while drawing: {rate['delayed pen']:.1f}")
    changes = (
        statistics.median(move["delayed pen"]) / statistics.median(move["pen"]),
        rate["delayed pen"] / rate["pen"],
    )
    print(f"  ratio to that without: {changes[0]:.2f} for the time, {changes[1]:.2f} for the updates")
    print(f"painted ink to painted prediction: median {statistics.median(behind):.1f} ms,", end=" ")
    print(
        f"longest {behind[-1]:.1f} ms, {sum(t < FRAME for t in behind)} of {len(behind)} within one frame", flush=True
    )


def _print(label: str, times: list[float]) -> None:
    ordered = sorted(times)
    print(f"{label}: median {statistics.median(ordered):.1f} ms, ", end="")
    print(f"90 % within {ordered[int(0.9 * len(ordered))]:.1f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="number of measurements of each (default: 40)")
    parser.add_argument("--loads", type=int, default=5, help="number of first loads of each (default: 5)")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:

        def python(*command: str) -> str:
            port = free_port()
            return stack.enter_context(running([sys.executable, *command[:2], str(port), *command[2:]], port))

        def delayed(url: str) -> str:
            return python("-m", "harness.delay", url.rsplit(":", 1)[1])

        app, trivial = stack.enter_context(running_app()), python("-c", TRIVIAL)
        delayed_app, delayed_trivial = delayed(app), delayed(trivial)
        urls = {"pen": app, "delayed pen": delayed_app, **{name: python("-c", ECHO, name) for name in ECHOES}}
        browser = launch(stack.enter_context(sync_playwright()))
        versions = f"Python {platform.python_version()}, Gradio {gradio.__version__}, Chromium {browser.version}"
        print(f"{versions}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {options.rounds} rounds")
        print_latencies(browser, urls, options.rounds)
        loads = {(False, "loopback"): app, (True, "loopback"): trivial}
        delayed_loads = {(False, "delayed"): delayed_app, (True, "delayed"): delayed_trivial}
        print_first_loads(browser, loads | delayed_loads, options.loads)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

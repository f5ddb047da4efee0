"""The first load of the page in a browser that has nothing cached, beside that of a trivial Gradio page."""

import statistics
import sys
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from benchmarks.painting import PAINTED
from harness.delay import ROUND_TRIP

TRIVIAL = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as page:
    gr.Textbox(elem_id="text")
page.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False, enable_monitoring=False, run_history=False)
"""

# Run in each new document, before its own scripts; "lenet:shown" does not bubble, but it can be captured.
WATCH = (
    PAINTED
    + """
document.addEventListener("lenet:shown", ({ detail }) => {
  if (detail && detail.digit !== null) painted((time) => { window.done ??= time; });
}, { capture: true });
"""
)
READY = "() => document.querySelector('.lenet[data-ready]') !== null"
TEXTBOX = """() => {
  if (!document.querySelector("#text textarea, #text input")?.getClientRects().length) return false;
  painted((time) => { window.done ??= time; });
  return true;
}"""
QUIET = 1_000  # milliseconds without a response, after which everything is loaded


class Load(NamedTuple):
    seconds: float
    bytes: int
    requests: int


def first_load(browser: Browser, url: str, trivial: bool) -> Load:
    """Load a page in a new context.

    Returns the seconds from navigation to the painted prediction for a first stroke, of which drawing takes about 0.1,
    or to the painted Textbox; and the bytes of all responses with their headers.
    """
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.add_init_script(WATCH)
    page = context.new_page()
    sizes = []
    session = context.new_cdp_session(page)
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    page.goto(url, wait_until="commit")
    page.wait_for_function(TEXTBOX if trivial else READY)
    if not trivial:
        _stroke(page)
    page.wait_for_function("() => window.done")
    seconds = page.evaluate("() => window.done") / 1000
    count = -1
    while count != len(sizes):
        count = len(sizes)
        page.wait_for_timeout(QUIET)
    context.close()
    return Load(seconds, int(sum(sizes)), len(sizes))


def _stroke(page: Page) -> None:
    """A 1, with as few mouse events as possible: they take time, too."""
    box = page.locator(".sheet").bounding_box()
    assert box is not None
    x, y, side = box["x"] + box["width"] / 2, box["y"], box["height"]
    page.mouse.move(x, y + 0.2 * side)
    page.mouse.down()
    page.mouse.move(x, y + 0.8 * side)
    page.mouse.up()


def print_first_loads(browser: Browser, urls: dict[tuple[bool, str], str], times: int) -> None:
    """Measure and print the loads of `urls[trivial, "loopback" or "delayed"]`, alternately, each `times` times."""
    loads = {key: [] for key in urls}
    for _ in range(times):
        for key, url in urls.items():
            loads[key].append(first_load(browser, url, key[0]))
    median = {key: Load(*map(statistics.median, zip(*of, strict=True))) for key, of in loads.items()}
    for where, label in (("loopback", "on loopback"), ("delayed", f"with {1000 * ROUND_TRIP:.0f} ms added")):
        page, trivial = median[False, where], median[True, where]
        print(f"first load {label}: answered stroke after {page.seconds:.2f} s, {page.bytes / 1e3:.0f} kB in", end=" ")
        print(
            f"{page.requests:.0f} requests; Textbox after {trivial.seconds:.2f} s, {trivial.bytes / 1e3:.0f} kB in",
            end="",
        )
        print(f" {trivial.requests:.0f} requests")
        print(f"  difference: {(page.bytes - trivial.bytes) / 1e3:.0f} kB,", end=" ")
        print(
            f"{page.seconds - trivial.seconds:.2f} s = {(page.seconds - trivial.seconds) / ROUND_TRIP:.1f} round trips"
        )
    sys.stdout.flush()

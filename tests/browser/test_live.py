"""Live in the browser, settled by the server: when it is asked, what counts, and what happens without it."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Request

from harness.browser import Visitor
from harness.drawings import DIGITS
from tests.browser.conftest import network
from tests.browser.explorer import Explorer, hurry, pause

CHECKED = "Checked with PyTorch on the server."
UNCHECKED = "Not checked: cannot reach the server. Retrying…"


def wait_for(visitor: Visitor, text: str) -> None:
    visitor.page.locator(".check", has_text=text).wait_for(timeout=40_000)


# Keeps the body of the last request; Playwright does not see the content of a Blob.
KEEP_BODIES = """() => {
  if ("body" in window) return; // another test has done so
  window.body = null;
  const fetch = window.fetch;
  window.fetch = async (url, options) => {
    if (options?.body) window.body = [...new Uint8Array(await options.body.arrayBuffer())];
    return fetch(url, options);
  };
}"""


def sent(visitor: Visitor) -> bytes:
    """The image that the page sent last."""
    return bytes(visitor.page.evaluate("() => window.body"))


@pytest.fixture
def visitor(reuse) -> Explorer:
    explorer = reuse(served=True)
    explorer.page.evaluate(KEEP_BODIES)
    return explorer


@pytest.fixture
def timed(reuse) -> Explorer:
    """On a page whose time can be set."""
    explorer = reuse(served=True, timed=True)
    explorer.page.evaluate(KEEP_BODIES)
    return explorer


@pytest.fixture
def reads(timed):
    """The requests for readings of the page whose time can be set."""
    found: list[Request] = []

    def keep(request: Request) -> None:
        if request.method == "POST":
            found.append(request)

    timed.page.on("request", keep)
    yield found
    timed.page.remove_listener("request", keep)


def test_the_server_is_asked_once_when_the_pen_rests(timed, reads):
    """Not while it moves; the request is a small PNG, and the response is small, too."""
    timed.draw(DIGITS[3])  # one stroke: between two strokes, the pen may rest
    assert timed.digit() == "3"
    wait_for(timed, CHECKED)
    assert len(reads) == 1
    assert len(sent(timed)) < 10_000
    assert len(reads[0].response().body()) < 1_000
    timed.page.clock.fast_forward(60_000)
    assert len(reads) == 1


# Frames come late, as on a busy machine or in the background; what is due is done before the promise is kept.
LATE_FRAMES = """() => {
  window.usual = { requestAnimationFrame, cancelAnimationFrame };
  window.requestAnimationFrame = (callback) => setTimeout(callback, 800);
  window.cancelAnimationFrame = clearTimeout;
}"""
USUAL_FRAMES = "() => Object.assign(window, window.usual)"
AFTER_LATE_FRAMES = "() => new Promise((resolve) => setTimeout(resolve, 1000))"


def test_late_frames_do_not_undo_the_check(visitor):
    """The server is asked about the whole drawing, which is shown by then, and no frame takes its answer back."""
    visitor.page.evaluate(LATE_FRAMES)
    visitor.draw(DIGITS[7])
    wait_for(visitor, CHECKED)
    assert visitor.digit() == "7"
    visitor.page.evaluate(AFTER_LATE_FRAMES)
    assert visitor.page.locator(".check").inner_text() == CHECKED
    visitor.page.evaluate(USUAL_FRAMES)


def test_a_blank_pad_asks_nothing(timed, reads):
    """After Clear, however long."""
    pause(timed.page)  # the pen does not rest before Clear, however slow the machine
    timed.draw(DIGITS[4])
    timed.click("clear")
    timed.page.clock.fast_forward(60_000)
    assert reads == []
    assert timed.page.locator(".check").inner_text() == ""


def test_every_value_on_the_page_is_pytorchs(visitor, reader):
    """The layers that the page shows are those of the reader for the same drawing, within 1e-4."""
    page = visitor.page
    page.evaluate(
        """() => document.querySelector(".lenet").addEventListener("lenet:shown", ({ detail }) => {
          window.shown = detail && Object.fromEntries(
            Object.entries(detail.outputs).map(([name, values]) => [name, [...values]]));
        })"""
    )
    visitor.load(DIGITS[8])
    wait_for(visitor, CHECKED)
    shown = visitor.page.evaluate("() => window.shown")
    reading = reader.read(Image.open(io.BytesIO(sent(visitor))))
    assert list(shown) == list(reading.activations)
    for name, values in reading.activations.items():
        assert np.abs(values.ravel() - shown[name]).max() < 1e-4, name


def test_the_servers_reading_counts(visitor):
    """If it differs, it is shown instead, and the console says so."""
    warnings = []
    visitor.page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)

    def other(route):
        reading = route.fetch().json()
        probabilities = [0.01] * 10
        probabilities[9] = 0.91
        route.fulfill(json={**reading, "digit": 9, "probabilities": probabilities})

    visitor.page.route("**/read?*", other)
    visitor.load(DIGITS[3])
    assert visitor.digit() == "3"
    wait_for(visitor, CHECKED)
    assert visitor.digit() == "9"
    assert visitor.page.locator(".percent").first.inner_text() == "91.0 %"
    assert any("differs from PyTorch's" in text for text in warnings)


def test_a_response_to_an_earlier_drawing_is_ignored(visitor):
    """It arrives after Clear: the pad stays blank."""
    page = visitor.page
    held = []
    page.route("**/read?*", lambda route: held.append(route))
    with page.expect_event("request", lambda request: request.method == "POST"):
        visitor.load(DIGITS[3])
    visitor.click("clear")
    with page.expect_response("**/read?*") as response:
        held[0].continue_()
    response.value.finished()
    page.evaluate("() => new Promise((done) => setTimeout(done, 50))")  # time to show it
    assert visitor.digit() == "?"
    assert page.locator(".check").inner_text() == ""


def test_a_rejected_request_is_reported(visitor):
    """With the server's sentence; an answer that may be wrong is not left standing."""
    visitor.page.route("**/read?*", lambda route: route.fulfill(status=413, json={"error": "image too large"}))
    visitor.load(DIGITS[3])
    visitor.page.locator(".notice", has_text="No prediction: image too large.").wait_for()
    assert visitor.digit() == "?"


def answering(body: str):
    return lambda route: route.fulfill(body=body, content_type="application/json")


def test_a_response_that_is_not_a_reading_is_asked_for_again(timed, subtests):
    """As if there were none: the browser's answer stays, and the page goes on by itself."""
    for body in ("{}", "[]", "null", '{"digit": 3, "probabilities": [1]}', "<html>", ""):
        with subtests.test(body=body):
            timed.page.route("**/read?*", answering(body), times=1)
            timed.load(DIGITS[3])
            assert timed.digit() == "3"
            wait_for(timed, UNCHECKED)
            hurry(timed.page, timed.page.locator(".check", has_text=CHECKED))
            assert timed.digit() == "3"


@pytest.mark.parametrize(
    "refusal", [{"status": 503, "json": {"error": "the server is busy"}}, {"status": 429, "body": "<html>"}]
)
def test_a_busy_server_is_asked_again(timed, reads, refusal):
    """The page says that it is busy, keeps the browser's answer, and goes on by itself."""
    timed.page.route("**/read?*", lambda route: route.fulfill(**refusal), times=2)
    timed.load(DIGITS[3])
    wait_for(timed, "Not checked: the server is busy. Retrying…")
    assert timed.digit() == "3"
    hurry(timed.page, timed.page.locator(".check", has_text=CHECKED))
    assert len(reads) == 3


def test_a_prediction_is_announced_once(visitor):
    """Not again when the server answers at last: by then the user may have heard of something else."""
    page = visitor.page
    page.evaluate(
        """() => {
          window.said = [];
          const announcement = document.querySelector(".announcement");
          new MutationObserver(() => window.said.push(announcement.textContent))
            .observe(announcement, { childList: true });
        }"""
    )
    page.route("**/read?*", lambda route: route.fulfill(status=503, json={"error": "the server is busy"}), times=1)
    visitor.draw(DIGITS[3])
    wait_for(visitor, "Retrying…")
    page.locator(".clear").focus()
    page.keyboard.press("Tab")  # the input
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    wait_for(visitor, CHECKED)
    visitor.click("clear")
    visitor.draw(DIGITS[3])  # the same again is another drawing
    wait_for(visitor, CHECKED)
    said = [re.split("[:,.]", text)[0] for text in page.evaluate("() => window.said")]
    assert said == ["Prediction", "C1", "The pad is blank", "Prediction"]


def test_the_drawing_survives_a_reload(visitor):
    """Within the session of the tab, and it is checked again; a new tab starts with the example."""
    page = visitor.page
    visitor.load(DIGITS[5])
    wait_for(visitor, CHECKED)
    page.evaluate("() => history.replaceState(history.state, '', location.pathname)")  # not as a link shows it
    page.reload()
    page.locator(".lenet[data-ready]").wait_for()
    visitor.use(network("textbook"))  # for the tests that follow on this page
    assert visitor.digit() == "5"
    wait_for(visitor, CHECKED)
    other = page.context.new_page()
    Visitor(other, page.url.split("#")[0])
    other.locator(".check", has_text="An example.").wait_for()
    other.close()


def test_what_something_else_has_kept_is_no_drawing(explore):
    """The pad is blank, and one can draw: `explore` fails at a script error. For more, see session.test.js."""
    explorer = explore()
    explorer.page.evaluate("() => sessionStorage.setItem('lenet-drawing', '{\"strokes\": 7}')")
    explorer.page.reload()
    explorer.page.locator(".lenet[data-ready]").wait_for()
    assert explorer.digit() == "?"
    explorer.load(DIGITS[5])
    assert explorer.digit() == "5"


def test_a_page_without_weights_says_so_and_tries_again(new_page, site_url):
    """The server is lost between the page and its weights; when it is back, the page is ready."""
    page = new_page(timed=True)
    page.route("**/model.safetensors", lambda route: route.abort())
    page.goto(site_url("textbook"))
    page.locator(".notice", has_text="Cannot reach the server, so the network is not loaded yet.").wait_for()
    assert page.locator(".lenet[data-ready]").count() == 0
    page.unroute("**/model.safetensors")
    hurry(page, page.locator(".lenet[data-ready]"))
    assert page.locator(".notice").inner_text() == ""


def test_a_page_whose_weights_have_gone_says_so_and_stops(new_page, site_url):
    """The server was restarted with other weights before they were loaded: asking again would not help."""
    page = new_page()
    asked = []

    def gone(route):
        asked.append(route.request.url)
        route.fulfill(status=404, body="Not Found")

    page.route("**/model.safetensors", gone)
    page.goto(site_url("textbook"))
    sentence = "Not loaded: the server is now using different weights. Reload the page to see them."
    page.locator(".notice", has_text=sentence).wait_for()
    found = len(asked)
    page.wait_for_timeout(2_500)  # longer than between two attempts
    assert len(asked) == found
    assert page.locator(".notice").inner_text() == sentence
    assert page.locator(".lenet[data-ready]").count() == 0


def test_weights_that_changed_on_the_server_are_mentioned(visitor):
    """A server restarted with other weights: the page asks for a reload."""

    def renamed(route):
        route.fulfill(body=json.dumps({**route.fetch().json(), "network": "/network-000000000000"}))

    visitor.page.route("**/read?*", renamed)
    visitor.load(DIGITS[3])
    visitor.page.locator(".notice", has_text="The server is now using different weights. Reload the page").wait_for()


def test_a_page_at_rest_asks_for_no_frame(chromium, app_url):
    """Once it has opened: neither does Gradio, whose loading message would go on to count the seconds.

    Nor does it ask the server about the example.
    """
    page = chromium.new_page(reduced_motion="reduce")
    reads = []
    page.on("request", lambda request: reads.append(request) if "/read?" in request.url else None)
    page.add_init_script("""
        const request = window.requestAnimationFrame;
        window.asked = 0;
        window.requestAnimationFrame = (callback) => request((window.asked++, callback));
    """)
    visitor = Visitor(page, app_url)
    page.wait_for_timeout(500)  # twice as long as until the pen rests
    assert reads == []
    visitor.draw(DIGITS[3])
    wait_for(visitor, CHECKED)
    counts = [-1, 0]
    while counts[-1] != counts[-2]:
        assert len(counts) < 20
        page.wait_for_timeout(500)
        counts.append(page.evaluate("() => window.asked"))
    assert counts[-1] > 10
    assert len(reads) == 1
    page.close()

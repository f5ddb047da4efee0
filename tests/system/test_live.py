"""A server that is killed while the page is open."""

import contextlib
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from harness import ROOT
from harness.browser import Visitor
from harness.drawings import DIGITS
from harness.servers import free_port, running

CHECKED = "Checked with PyTorch on the server."
UNCHECKED = "Not checked: cannot reach the server. Retrying…"


def wait_for(visitor: Visitor, text: str) -> None:
    visitor.page.locator(".check", has_text=text).wait_for(timeout=40_000)


# Keeps the body of the last request; Playwright does not see the content of a Blob.
KEEP_BODIES = """() => {
  const fetch = window.fetch;
  window.fetch = async (url, options) => {
    if (options?.body) window.body = [...new Uint8Array(await options.body.arrayBuffer())];
    return fetch(url, options);
  };
}"""


@pytest.fixture
def visitor(chromium, app_url):
    """On a page of its own."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    visitor = Visitor(page, app_url)
    page.evaluate(KEEP_BODIES)
    yield visitor
    context.close()


def test_a_server_that_is_killed_and_restarted_under_an_open_page(chromium):
    """The page goes on with its own network, says so, checks the drawing when the server is back, and loses nothing."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        wait_until_up(port)
        context = chromium.new_context(viewport={"width": 1400, "height": 1000})
        visitor = Visitor(context.new_page(), f"http://127.0.0.1:{port}")
        visitor.draw(DIGITS[6])
        wait_for(visitor, CHECKED)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    visitor.click("clear")
    visitor.draw(DIGITS[2])
    assert visitor.digit() == "2"
    wait_for(visitor, UNCHECKED)
    assert visitor.digit() == "2"
    with running(command, port):
        wait_for(visitor, CHECKED)
        assert visitor.digit() == "2"
        for _ in range(1 + len(DIGITS[2])):  # the strokes, and Clear
            visitor.click("undo")
        assert visitor.digit() == "6"
    context.close()


def wait_until_up(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError("the app did not start")

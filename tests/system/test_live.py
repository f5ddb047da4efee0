"""A server that is killed while the page is open."""

from harness.browser import Visitor
from harness.drawings import DIGITS
from harness.servers import free_port
from harness.services import wait_for
from tests.processes import serve


def wait_for_check(visitor: Visitor, text: str) -> None:
    visitor.page.locator(".check", has_text=text).wait_for(timeout=40_000)


def test_a_server_that_is_killed_and_restarted_under_an_open_page(chromium, fork):
    """The page goes on with its own network, says so, checks the drawing when the server is back, and loses nothing."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    first = fork(serve, ("--port", port))
    wait_for(url, first, 60)
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    visitor = Visitor(context.new_page(), url)
    visitor.draw(DIGITS[6])
    wait_for_check(visitor, "Checked with PyTorch on the server.")
    assert first.kill() == -9
    visitor.click("clear")
    visitor.draw(DIGITS[2])
    assert visitor.digit() == "2"
    wait_for_check(visitor, "Not checked: cannot reach the server. Retrying…")
    assert visitor.digit() == "2"
    second = fork(serve, ("--port", port))
    wait_for_check(visitor, "Checked with PyTorch on the server.")
    assert visitor.digit() == "2"
    for _ in range(1 + len(DIGITS[2])):  # the strokes, and Clear
        visitor.click("undo")
    assert visitor.digit() == "6"
    context.close()
    second.kill()

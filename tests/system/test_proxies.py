"""The page behind proxies that tell the server little, in a browser: nginx, as in docs/server.md."""

import re

import pytest
from gradio_client import Client, handle_file

from harness import ROOT
from harness.browser import Visitor
from harness.drawings import DIGITS, EXAMPLES, draw
from harness.servers import free_port
from harness.services import plain_nginx, wait_for
from tests.processes import serve

PLAIN, BELOW_A_PATH = re.findall("```nginx\n(.*?)```", (ROOT / "docs/server.md").read_text(), re.DOTALL)
HUB = BELOW_A_PATH.replace("/digits", "/user/me/proxy/7860")
# The block, what nginx adds, whether it ends TLS, the path of the page.
PROXIES = {
    "plain": (PLAIN, False, "/"),
    "a host without its port": (PLAIN.replace("}", "    proxy_set_header Host $host;\n}"), False, "/"),
    "an end of TLS": (PLAIN, True, "/"),
    "below a path": (BELOW_A_PATH, False, "/digits"),
    "below the path of a notebook": (HUB, True, "/user/me/proxy/7860/"),
}


@pytest.fixture(scope="module")
def port(fork):
    """The port of a page without any setting."""
    port = free_port()
    process = fork(serve, ("--port", port))
    wait_for(f"http://127.0.0.1:{port}/healthz", process, 60)
    yield port
    process.kill()


@pytest.fixture(params=PROXIES)
def site(request, port, tmp_path):
    """The URL of the page behind a proxy, at another host than the server's."""
    block, tls, path = PROXIES[request.param]
    with plain_nginx(tmp_path / "nginx", block.replace("127.0.0.1:7860", f"127.0.0.1:{port}"), tls) as url:
        yield url.replace("127.0.0.1", "localhost") + path


def test_the_page_works_and_asks_no_other_server(site, chromium):
    """All of it: modules, weights, workers, what is loaded on demand, and readings by PyTorch."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, ignore_https_errors=True)
    page = context.new_page()
    asked, failed, errors = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: response.status >= 400 and failed.append(response.url))
    page.on("pageerror", lambda error: errors.append(error.message))
    visitor = Visitor(page, site)
    visitor.draw(DIGITS[3])
    assert visitor.digit() == "3"
    page.locator(".check", has_text="Checked with PyTorch on the server.").wait_for()
    visitor.open("why")  # in a worker
    page.locator(".why:not([hidden])").first.wait_for()
    visitor.open("mistakes")  # loaded on demand
    page.locator(".mistakes:not([hidden]) button").first.wait_for()
    base = site.rstrip("/") + "/"
    assert [url for url in asked if not url.startswith((base, "data:", "blob:")) and url != site] == []
    assert [url for url in failed if not url.endswith("/favicon.ico")] == []
    assert errors == []
    context.close()


def test_predict_works(site, tmp_path):
    """With gradio_client, which knows no more than the address."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    client = Client(site.rstrip("/") + "/", verbose=False, ssl_verify=False)
    assert client.predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")["digit"] == 7

"""The page behind proxies that tell the server little: nginx, as in docs/server.md."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file

from harness import ROOT
from harness.browser import Visitor
from harness.drawings import DIGITS, EXAMPLES, draw, encoded
from harness.servers import free_port
from harness.services import plain_nginx, wait_for
from tests.processes import serve

PLAIN, BELOW_A_PATH = re.findall("```nginx\n(.*?)```", (ROOT / "docs/server.md").read_text(), re.DOTALL)
LINK = re.compile(r'<(?:link|script)\b[^>]*?\b(?:href|src)="(?!data:|/manifest)([^"]+)"')  # without Gradio's manifest
HUB = BELOW_A_PATH.replace("/digits", "/user/me/proxy/7860")
WITHOUT_PORT = "    proxy_set_header Host $host;\n}"
# The block, whether it ends TLS, the path of the page.
PROXIES = {
    "plain": (PLAIN, False, "/"),
    "a host without its port": (PLAIN.replace("}", WITHOUT_PORT), False, "/"),
    "an end of TLS": (PLAIN, True, "/"),
    "below a path": (BELOW_A_PATH, False, "/digits"),
    "below the path of a notebook": (HUB, True, "/user/me/proxy/7860/"),
}
# All at once: of the address at which the page is, the server knows nothing.
LEAST = (HUB.replace("/;\n}", "/;\n" + WITHOUT_PORT), True, "/user/me/proxy/7860/")


@pytest.fixture(scope="module")
def port(fork):
    """The port of a page without any setting."""
    port = free_port()
    process = fork(serve, ("--port", port))
    wait_for(f"http://127.0.0.1:{port}/healthz", process, 60)
    yield port
    process.kill()


@contextmanager
def behind(proxy: tuple[str, bool, str], port: int, folder: Path) -> Iterator[str]:
    """The URL of the page behind a proxy, at another host than the server's."""
    block, tls, path = proxy
    with plain_nginx(folder, block.replace("127.0.0.1:7860", f"127.0.0.1:{port}"), tls) as url:
        yield url.replace("127.0.0.1", "localhost") + path


@pytest.fixture(params=PROXIES)
def site(request, port, tmp_path):
    with behind(PROXIES[request.param], port, tmp_path / "nginx") as url:
        yield url


def test_addresses_lead_through_the_proxy(site):
    """Those in the page's HTML, relative to the address at which it ends up, and that of readings by PyTorch."""
    base = site.rstrip("/") + "/"
    with httpx.Client(verify=False, follow_redirects=True) as client:
        page = client.get(site)
        assert str(page.url) == base
        addresses = [httpx.URL(base).join(address) for address in LINK.findall(page.text)]
        assert any(address.path.endswith("/page.js") for address in addresses)
        for address in addresses:
            assert str(address).startswith(base)
            assert client.get(address).status_code == 200, address
        drawing = encoded(draw(EXAMPLES[7]["strokes"]))
        reading = client.post(f"{base}read", content=drawing, headers={"Content-Type": "image/png"})
        assert reading.json()["digit"] == 7


def test_the_page_works_and_asks_no_other_server(port, tmp_path, chromium):
    """All of it, in a browser: modules, weights, workers, what is loaded on demand, and readings by PyTorch."""
    with behind(LEAST, port, tmp_path / "nginx") as site:
        use(site, chromium)


def use(site: str, chromium) -> None:
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
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []
    assert [url for url in failed if not url.endswith("/favicon.ico")] == []
    assert errors == []
    context.close()


def test_predict_works(site, tmp_path):
    """With gradio_client, which knows no more than the address."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    client = Client(site.rstrip("/") + "/", verbose=False, ssl_verify=False)
    assert client.predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")["digit"] == 7

"""The page without a server, below a path of its own of a server that knows nothing but files."""

import re

import numpy as np
import pytest

from harness.drawings import DIGITS, encoded
from harness.pictures import MASK, photo, row_mask
from harness.servers import files_of
from lenet import Recognizer
from lenet.page.export import write_site
from tests.browser.explorer import PHONE, Explorer, drop


@pytest.fixture(scope="module")
def folder(reader, tmp_path_factory):
    """The page's folder."""
    folder = tmp_path_factory.mktemp("root") / "sub" / "lenet"
    write_site(folder, reader)
    return folder


@pytest.fixture(scope="module")
def address(folder):
    """The page's address, /sub/lenet/ of a server that knows nothing but files."""
    with files_of(folder.parent.parent) as url:
        yield f"{url}/sub/lenet/"


@pytest.fixture
def visit(new_page, address):
    """Opens the page. Nothing may fail, and nothing may be requested from elsewhere."""
    problems = []

    def open_page(**options) -> Explorer:
        page = new_page(**{"service_workers": "block", **options})
        page.on("response", lambda response: problems.append(response.url) if response.status >= 400 else None)
        page.on("request", lambda request: problems.append(request.url) if not ours(request.url) else None)
        return Explorer(page, address, Recognizer.from_pretrained())

    def ours(url: str) -> bool:
        return url.startswith((address, "data:", "blob:"))

    yield open_page
    assert problems == []


def test_every_mode_works(visit):
    """With PyTorch's scores, the worker, the snapshots, the other networks and the misread digits."""
    explorer = visit()
    page = explorer.page
    page.set_viewport_size(PHONE)
    explorer.click("clear")
    explorer.draw(DIGITS[4])
    assert explorer.digit() == "4"
    page.locator(".check", has_text="Computed in your browser.").wait_for()
    expected = explorer.features()["output"].numpy()
    assert expected.argmax() == 4
    assert np.abs(np.array(explorer.scores()) - expected).max() < 0.1  # shown with a digit after the point
    explorer.open("why")
    page.locator(".why .result, .why canvas").first.wait_for()
    explorer.open("learn")
    page.locator(".learning").wait_for()
    explorer.open("compare")
    page.locator(".compare", has_text="of 1998").wait_for()
    explorer.open("mistakes")
    page.locator(".mistakes canvas").first.wait_for()
    explorer.open("inspect")
    assert explorer.digit() == "4"


def test_the_page_works_offline_once_loaded(visit, tmp_path):
    """Even after a reload: drawings, photos, also of several digits, and what was not asked for before.

    What is large, as the article, works if it was opened before.
    """
    explorer = visit(service_workers="allow")
    page = explorer.page
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.locator(".start-reading").click()
    page.locator(".article-bar .pad").wait_for()
    page.go_back()
    page.context.set_offline(True)
    page.reload()
    page.locator(".lenet[data-ready]").wait_for()
    explorer.draw(DIGITS[5])
    assert explorer.digit() == "5"
    explorer.open("learn")
    page.locator(".learning").wait_for()
    explorer.open("inspect")
    for name, image, number in (("digit", photo(MASK), "4"), ("row", photo(row_mask("47")), "47")):
        image.save(tmp_path / f"{name}.jpg", quality=90)
        with page.expect_file_chooser() as chooser:
            explorer.click("open")
        chooser.value.set_files(tmp_path / f"{name}.jpg")
        page.locator(".digit", has_text=re.compile(f"^{number}$")).wait_for()
        page.locator(".check", has_text="Computed in your browser. Images are not sent.").wait_for()
    page.locator(".start-reading").click()
    page.locator(".article-bar .pad").wait_for()


def test_a_link_works_without_a_server(visit):
    """To a photo, which was dropped anywhere on the page: its ink is in the address, and so is the open mode."""
    explorer = visit()
    page = explorer.page
    drop(page, encoded(photo(MASK), "JPEG", quality=90))
    page.locator(".digit", has_text="4").wait_for()
    explorer.open("why")
    page.wait_for_url("**m=why*")
    assert "&i=" in page.url
    link = page.url
    page.evaluate("() => sessionStorage.clear()")
    page.goto("about:blank")
    page.goto(link)
    page.locator(".digit", has_text="4").wait_for()
    assert page.locator(".panel.why").is_visible()


def test_opened_as_a_file_it_says_what_it_needs(new_page, folder):
    """Browsers run no modules from files; there is no pad that does nothing."""
    page = new_page(service_workers="block")
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("alert").filter(has_text="needs a web server. Run python3 -m http.server").wait_for()
    assert page.locator(".sheet").count() == 0


@pytest.mark.parametrize("module", ["site.js", "page.js"])  # the first one, and one that it imports
def test_scripts_of_the_wrong_type_are_named(new_page, address, module):
    """Some servers take .js for plain text, or have none where it should be: the page says so."""
    page = new_page(service_workers="block")

    def as_text(route):
        headers = {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}
        route.fulfill(response=route.fetch(), headers=headers)

    page.route("**/*.js", as_text)
    page.goto(address)
    page.get_by_role("alert").filter(has_text="sends the scripts of this page as text/plain").wait_for()
    assert page.locator(".sheet").count() == 0
    page.unroute_all()
    page.route(f"**/{module}", lambda route: route.abort())
    page.goto(address)
    page.get_by_role("alert").filter(has_text="could not be loaded. Check the connection").wait_for()


def test_dark_mode_follows_the_system(visit):
    """Without Gradio, the page looks itself."""
    page = visit().page
    for scheme, dark in (("dark", True), ("light", False)):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        page.locator(".lenet[data-ready]").wait_for()
        assert page.evaluate("document.body.classList.contains('dark')") is dark

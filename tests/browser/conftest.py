"""For tests in a browser: pages in contexts that are kept, and a visitor who knows the network in PyTorch."""

import contextlib
import functools
import json
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from harness.page_digits import few_digits
from harness.servers import files_of
from lenet import Recognizer
from lenet.extras.files import SNAPSHOTS
from lenet.page.assets import DIGITS
from lenet.page.export import write_site
from lenet.weights.model import bundled
from tests.browser.explorer import FEW, WIDE, Explorer, reset

# The page's example is there at once, and nothing but the page keeps what it loads.
DEFAULTS = {"viewport": WIDE, "reduced_motion": "reduce", "service_workers": "block"}


@pytest.fixture(scope="session")
def context(chromium) -> Callable[..., BrowserContext]:
    """A browser context with these options, kept until the end: in a new one, a page takes twice as long to load."""

    @functools.cache
    def context(options: str) -> BrowserContext:
        context = chromium.new_context(**json.loads(options))
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        return context

    return lambda **options: context(_key(options))


def _key(options: dict) -> str:
    return json.dumps({**DEFAULTS, **options}, sort_keys=True)


@contextlib.contextmanager
def kept_page(context: Callable[..., BrowserContext], **options) -> Iterator[Page]:
    """A page that the tests of a module use, one after the other. It must end without a script error."""
    page, errors = context(**options).new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


@pytest.fixture(scope="session")
def idle() -> dict[str, Page]:
    """An empty page for the next test, by the options of its context: in a new one, loading takes thrice as long."""
    return {}


@pytest.fixture
def new_page(chromium, context, idle):
    """Opens an empty page, which shares nothing with others but the cache. It must end without a script error.

    With `timed`, the page's time can be set: `page.clock` belongs to the context, which is then one of its own.
    """
    used, errors, own = [], [], []

    def new_page(timed: bool = False, **options) -> Page:
        if timed:
            own.append(chromium.new_context(**{**DEFAULTS, **options}))
            own[-1].clock.install(time=0)
            page = own[-1].new_page()
        else:
            page = idle.pop(_key(options), None) or context(**options).new_page()
            page.bring_to_front()  # others in the same context are drawn once a second
            used.append((page, options))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield new_page
    for page, options in used:
        if _key(options) in idle:
            page.close()
        else:
            reset(page, options)
            idle[_key(options)] = page
    for one in own:
        one.close()
    assert errors == []


@functools.cache
def network(variant: str) -> Recognizer:
    return Recognizer.from_pretrained(bundled(variant))


@pytest.fixture(scope="session")
def site_url(tmp_path_factory):
    """The URL of the page without a server, with one of the bundled networks and all its snapshots, once needed.

    With `few`, the file of digits has only the first ones, which the page reads in a tenth of the time.
    """
    root = tmp_path_factory.mktemp("sites")
    with files_of(root) as url:

        @functools.cache
        def written(variant: str, few: bool) -> str:
            folder = root / (f"{variant}-few" if few else variant)
            if few:
                written(variant, False)
                shutil.copytree(root / variant, folder)
                (folder / "static" / DIGITS).write_bytes(few_digits(**FEW))
            else:
                write_site(folder, network(variant))
                (folder / "network" / SNAPSHOTS).write_bytes((bundled(variant) / SNAPSHOTS).read_bytes())
            return f"{url}/{folder.name}/"

        yield lambda variant, few=False: written(variant, few)


@pytest.fixture
def explore(new_page, page_url, site_url):
    """Opens the page with a network: without a server, which is the same page and takes less time, or `served`.

    `few`: see `site_url`.
    """

    def open_one(
        variant: str = "textbook", fragment: str = "", served: bool = False, few: bool = False, **options
    ) -> Explorer:
        url = page_url(variant) if served else site_url(variant, few=few)
        return Explorer(new_page(**options), url + fragment, network(variant))

    return open_one


@pytest.fixture(scope="session")
def kept(chromium, context, site_url, page_url) -> Callable[..., tuple[Explorer, list[str]]]:
    """A page that stays open for each network and these options, and the script errors that it has had."""

    @functools.cache
    def open_one(variant: str, few: bool, served: bool, timed: bool, options: str) -> tuple[Explorer, list[str]]:
        choice, errors = json.loads(options), []
        if timed:
            own = chromium.new_context(**choice)
            own.clock.install(time=0)
            page = own.new_page()
        else:
            page = context(**choice).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        url = page_url(variant) if served else site_url(variant, few=few)
        return Explorer(page, url, network(variant)), errors

    return open_one


@pytest.fixture
def reuse(kept):
    """The page with a network and a blank pad, on which other tests may have been: opening one takes ten times as long.

    A test that depends on how the page opens, that replaces functions of the browser, or that leaves the page, needs
    one of its own: see `explore`, which has the same options.
    """
    used = []

    def take(
        variant: str = "textbook", few: bool = False, served: bool = False, timed: bool = False, **options
    ) -> Explorer:
        explorer, errors = kept(variant, few, served, timed, _key(options))
        used.append(errors)
        if timed:
            explorer.page.clock.resume()
        explorer.page.bring_to_front()  # others in the same context are drawn once a second
        explorer.start_over()
        return explorer

    yield take
    for errors in used:
        found = errors.copy()
        errors.clear()
        assert found == []

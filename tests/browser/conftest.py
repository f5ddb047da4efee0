"""For tests in a browser: pages in contexts that are kept, and a visitor who knows the network in PyTorch."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from lenet import Recognizer
from lenet.weights.model import bundled
from tests.browser.explorer import WIDE, Explorer


@pytest.fixture(scope="session")
def context(chromium) -> Callable[..., BrowserContext]:
    """A browser context with these options, kept until the end: in a new one, a page takes twice as long to load."""
    contexts: dict[str, BrowserContext] = {}

    def context(**options) -> BrowserContext:
        options = {"viewport": WIDE, **options}
        key = json.dumps(options, sort_keys=True)
        if key not in contexts:
            contexts[key] = chromium.new_context(**options)
            contexts[key].grant_permissions(["clipboard-read", "clipboard-write"])
        return contexts[key]

    return context


@pytest.fixture
def new_page(chromium, context):
    """Opens an empty page, which shares nothing with others but the cache. It must end without a script error.

    With `timed`, the page's time can be set: `page.clock` belongs to the context, which is then one of its own.
    """
    pages, errors, own = [], [], []

    def new_page(timed: bool = False, **options) -> Page:
        if timed:
            own.append(chromium.new_context(**{"viewport": WIDE, **options}))
            own[-1].clock.install(time=0)
        page = (own[-1] if timed else context(**options)).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        return page

    yield new_page
    for page in pages:
        page.context.set_offline(False)
        page.close()
    for one in own:
        one.close()
    assert errors == []


@pytest.fixture
def explore(new_page, page_url):
    """Opens the page with a network."""

    def open_one(variant: str = "textbook", fragment: str = "", **options) -> Explorer:
        reader = Recognizer.from_pretrained(bundled(variant))
        return Explorer(new_page(**options), page_url(variant) + fragment, reader)

    return open_one

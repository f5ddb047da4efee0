"""For tests in a browser: the page with any of the networks, and a visitor who knows the network in PyTorch."""

import pytest

from lenet import Recognizer
from lenet.weights.model import bundled
from tests.browser.explorer import Explorer


@pytest.fixture
def explore(chromium, page_url):
    """Opens the page with a network in a new context. It must end without a script error."""
    contexts = []

    def open_one(variant: str = "textbook", fragment: str = "", **options):
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        return Explorer(page, page_url(variant) + fragment, Recognizer.from_pretrained(bundled(variant)))

    yield open_one
    for context in contexts:
        assert [error for page in context.pages for error in page.errors] == []
        context.close()

"""The path below which a proxy serves the page: `lenet.page.address`."""

import pytest

from lenet.page.address import root_path


@pytest.mark.parametrize("given", ["lenet", "/lenet", "lenet/", "/lenet/", "//lenet//", " /lenet "])
def test_the_root_path_may_be_written_with_or_without_slashes(given):
    """It begins with one and does not end with one."""
    assert root_path(given) == "/lenet"


@pytest.mark.parametrize("given", [None, "", "/", " "])
def test_without_a_root_path_the_page_is_at_the_root(given):
    """Of the server."""
    assert root_path(given) == ""


def test_the_root_path_may_be_an_address():
    """Of which the path is a part."""
    assert root_path("https://example.com/lenet/") == "https://example.com/lenet"

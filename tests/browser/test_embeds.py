"""Single figures in a page of another site: the snippet of the docs, sizes, and what is refused."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from harness import ROOT
from harness.drawings import DIGITS
from harness.servers import files_of
from lenet.page.article.figures import FIGURES
from tests.browser.conftest import kept_page
from tests.browser.explorer import encode
from tests.browser.screens import FAULTS, check_accessibility

NARROWEST = 320
SNIPPET = re.compile(r"```html\n(<iframe.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def page(context):
    """The page that all tests use, one after the other."""
    with kept_page(context) as page:
        page.set_default_timeout(8_000)
        page.set_viewport_size({"width": NARROWEST, "height": 800})
        yield page


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """The folder of another site, and its URL."""
    folder: Path = tmp_path_factory.mktemp("host")
    with files_of(folder) as url:
        yield folder, url


def drawing(digit: int) -> str:
    return "#" + urlencode({"v": 1, "d": encode(DIGITS[digit], 0.65)})


def test_the_snippet_of_the_docs_shows_a_figure(page, host, site_url):
    """As high as its frame, which follows when it becomes higher; it is drawn on, and reads."""
    folder, url = host
    (snippet,) = SNIPPET.findall((ROOT / "docs/page.md").read_text())
    assert snippet.count("https://lenet.example/") == 1
    (folder / "index.html").write_text(
        f"<!doctype html>{snippet.replace('https://lenet.example/', site_url('textbook'))}"
    )
    page.goto(f"{url}/index.html")
    frame = page.frame_locator(".lenet-figure")
    frame.locator(".live-figure .activation").wait_for()
    assert frame.locator('.kernels-and-filters [aria-pressed="true"]').inner_text() == "2"
    is_fitted = """() => {
      const frame = document.querySelector(".lenet-figure");
      return [frame.offsetHeight, frame.style.blockSize];
    }"""
    page.wait_for_function("() => document.querySelector('.lenet-figure').offsetHeight > 400")
    inner = page.frames[1]
    height, style = page.evaluate(is_fitted)
    assert style == f"{height}px"
    assert inner.evaluate("() => document.documentElement.scrollHeight") == height
    inner.evaluate("() => { document.querySelector('.single-stage').style.paddingBlockEnd = '100px'; }")
    page.wait_for_function(
        "(height) => document.querySelector('.lenet-figure').offsetHeight === height", arg=height + 100
    )
    inner.evaluate("(hash) => { location.hash = hash; }", drawing(7))
    frame.locator(".digit", has_text="7").wait_for()
    assert page.evaluate("() => history.length") <= 4  # nothing of it is in the way of Back


@pytest.mark.parametrize("figure", ["network", *FIGURES])
def test_every_figure_stands_alone(page, site_url, figure):
    """On 320 pixels nothing is cut, and only the figure, the pad and the answer are there."""
    page.goto(f"{site_url('textbook')}?embed={figure}{drawing(3)}")
    page.locator(".lenet[data-ready]").wait_for()
    page.locator(".all-of-it").wait_for()
    # A single digit is no row: an example is shown until several are drawn.
    page.locator(".digit", has_text=re.compile("^42$" if figure == "row" else "^3$")).wait_for()
    assert page.locator(".lenet .pad").is_visible()
    for hidden in (".modes", ".about", ".article-bar", ".article-sections"):
        assert not page.locator(hidden).is_visible()
    if figure != "network":
        page.wait_for_function("() => document.querySelector('.single-stage').offsetHeight > 60")
    assert page.evaluate(FAULTS) == []


def test_another_network_is_shown_and_others_are_refused(page, site_url):
    """By one sentence."""
    url = site_url("textbook")
    page.goto(f"{url}?embed=curve&network=tutorial&layer=c3{drawing(3)}")
    page.locator(".lenet[data-ready] .on-curve").wait_for()
    assert page.locator(".network").input_value() == "tutorial"
    assert page.locator(".single select").input_value() == "c3"
    check_accessibility(page, [(NARROWEST, 800)])
    for query, sentence in {
        "embed=nothing": 'There is no figure "nothing".',
        "embed=kernel&map=9": '"9" is no map of kernel. Accepted: a whole number from 0 to 5.',
        "embed=kernel&network=resnet": 'There is no network "resnet".',
    }.items():
        page.goto(f"{url}?{query}")
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert alert.inner_text().startswith(sentence)
        assert not page.locator(".pad").is_visible()

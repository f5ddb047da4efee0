"""In a room: one figure as large as the window, by keys; left, everything is as it was. And the article on paper."""

import pytest
from playwright.sync_api import Page

from harness.drawings import DIGITS
from lenet.page.article.sections import sections
from tests.browser.conftest import kept_page, network
from tests.browser.explorer import Explorer
from tests.browser.screens import resize, violations

SECTIONS = [section.name for section in sections()]
LEAST = 24  # pixels of type on 1280x720
ROOM, LARGE = (1280, 720), (1920, 1080)
# What holds on one screen, and what is there once it has been computed.
WHOLE = {
    "network": ".figure .digit",
    "convolution": ".on-the-way .activation",
    "bitmaps": ".bitmap-row .grid",
    "output": ".card .value",
    "training": ".teach .kept-now:not(:empty)",
    "why": ".why .ledger .result",
    "break": ".breaking-point:not(:empty)",
    "fool": ".smallest-change:not(:empty)",
}

STATE = """() => {
  const root = document.querySelector(".lenet");
  const { view = "", mode } = root.dataset;
  const styles = [".pad", ".tools", ".answer"].map((selector) => root.querySelector(selector).getAttribute("style"));
  const panels = [...root.querySelectorAll(".panels > *")].map((one) => `${one.className} ${one.hidden}`);
  const { value } = root.querySelector(".break input[type=range]");
  return { view, mode, styles, panels, value, scrollY, hash: location.hash, theme: document.body.className,
    unit: root.querySelector(".card h2")?.textContent, article: root.querySelector(".article").hidden };
}"""

# What is higher or wider than its place.
SCROLLED = """() => ["html", ".lenet", ".single-stage"].map((selector) => document.querySelector(selector))
  .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.className} ${one.scrollWidth}x${one.scrollHeight} in ${one.clientWidth}x${one.clientHeight}`)"""

# All text that is seen and smaller: in drawings, as large as these are shown.
SMALL = """(least) => {
  const root = document.querySelector(".lenet");
  const forReaders = (e) => e !== root && (getComputedStyle(e).clipPath !== "none" || forReaders(e.parentElement));
  const found = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim();
    const parent = texts.currentNode.parentElement;
    if (!text || !parent.checkVisibility({ visibilityProperty: true }) || forReaders(parent)) continue;
    const scale = parent.closest("svg") ? parent.getCTM().a : 1;
    const size = scale * Number.parseFloat(getComputedStyle(parent).fontSize);
    if (size < least) found.push(`${size} ${parent.className?.baseVal ?? parent.className}: ${text}`);
  }
  for (const canvas of root.querySelectorAll(".curve canvas, .curve-of-budgets canvas")) { // with text of 12/15
    const size = 0.8 * Number.parseFloat(getComputedStyle(canvas).fontSize);
    if (canvas.checkVisibility() && size < least) found.push(`${size} on ${canvas.parentElement.className}`);
  }
  return found;
}"""


# A window has no fixed size while it is the whole screen.
REFUSE = """() => {
  const { requestFullscreen } = Element.prototype;
  window.allow = () => { Element.prototype.requestFullscreen = requestFullscreen; };
  Element.prototype.requestFullscreen = function () {
    window.asked = this.className;
    return Promise.reject(new TypeError("not allowed"));
  };
}"""


@pytest.fixture(scope="module")
def room(context, site_url):
    """The page that all tests use, one after the other."""
    with kept_page(context) as page:
        visitor = Explorer(page, site_url("textbook"), network("textbook"))
        page.set_default_timeout(20_000)
        page.evaluate(REFUSE)
        yield visitor


def slide(page: Page) -> str:
    return page.evaluate("() => document.querySelector('.lenet').dataset.slide")


def project(page: Page) -> None:
    page.keyboard.press("p")
    page.locator(".for-projector").wait_for()


def test_each_slide_is_read_from_the_last_row(room, subtests):
    """Eight hold on one screen without scrolling, in light and dark; no slide has smaller type."""
    page = room.page
    room.load(DIGITS[3])
    resize(page, *ROOM)
    project(page)
    seen = []
    while not seen or slide(page) != seen[-1]:
        name = slide(page)
        seen.append(name)
        with subtests.test(name):
            page.wait_for_function("() => !/Loading/.test(document.querySelector('.single-stage').innerText)")
            if name in WHOLE:
                page.locator(WHOLE[name]).first.wait_for()
                for size in (LARGE, ROOM):
                    resize(page, *size)
                    for _ in ("light", "dark"):
                        assert page.evaluate(SCROLLED) == [], size
                        page.keyboard.press("l")
            assert page.evaluate(SMALL, LEAST) == []
        page.keyboard.press("PageDown")
    assert seen[: len(SECTIONS) + 1] == ["network", *SECTIONS]
    assert set(WHOLE) <= set(seen)
    page.keyboard.press("Escape")


def test_what_is_shown_is_projected_and_given_back(room):
    """A mode with its slider and a pinned unit, by the key; black, the other theme, a folded pad; Esc."""
    page = room.page
    resize(page, *ROOM)
    room.load(DIGITS[3], m="break", u="c3.2.4.4", t="rotation,30")
    page.locator(".breaking-point:not(:empty)").wait_for()
    page.evaluate("() => scrollTo(0, 60)")
    page.wait_for_function("() => location.hash.includes('n=textbook')")
    before = page.evaluate(STATE)
    project(page)
    assert slide(page) == "break"
    assert page.evaluate("() => window.asked") == "lenet"
    assert page.locator(".for-projector .break .amount").inner_text() == "+30°"
    assert page.locator(".for-projector .digit").inner_text() == room.digit()
    for end in ("b", "Escape"):
        page.keyboard.press("b")
        assert page.locator(".lenet[data-black]").count() == 1
        page.keyboard.press(end)
        assert page.locator(".lenet[data-black]").count() == 0
    page.keyboard.press("l")
    assert page.locator("body.dark").count() == 1
    assert violations(page) == []
    page.keyboard.press("f")
    assert not page.locator(".for-projector .pad").is_visible()
    assert page.locator(".for-projector .digit").is_visible()
    page.keyboard.press("f")
    for key, name in {"PageUp": "why", "ArrowRight": "break", "ArrowLeft": "why"}.items():
        page.keyboard.press(key)
        assert slide(page) == name
    page.keyboard.press("Escape")
    page.wait_for_function("(hash) => location.hash === hash", arg=before["hash"])
    assert page.evaluate(STATE) == before
    assert page.locator(".start-projector:focus").count() == 1
    project(page)
    room.load(DIGITS[3], m="fool")  # a link is followed from there
    page.locator(".panels > .panel.fool").wait_for()
    page.wait_for_url("**m=fool*")
    assert page.locator(".for-projector").count() == 0


# Where things stand, as a share of the window.
PARTS = ".lenet :is(.pad, .map, .single-stage *, .projector-bar *)"
PLACES = """(parts) => [...document.querySelectorAll(parts)]
  .map((one) => one.getBoundingClientRect()).filter(({ width }) => width)
  .map(({ left, top, width }) => [left / innerWidth, top / innerHeight, width / innerWidth])"""


def test_a_blank_pad_is_blank_again(room):
    """It has an example only while it is projected."""
    room.start_over()
    room.page.locator(".pad.blank").wait_for()
    project(room.page)
    assert room.digit() == "3"
    room.page.keyboard.press("Escape")
    room.page.locator(".pad.blank").wait_for()


def test_a_larger_window_has_the_same_slide(room):
    """Larger."""
    page = room.page
    room.load(DIGITS[3], m="mistakes")
    resize(page, *ROOM)
    project(page)
    for computed in (".gallery button", ".nearest-digits canvas"):
        page.locator(f".for-projector {computed}").first.wait_for()
    for name in ("mistakes", "network"):
        for _ in range(40):
            if slide(page) == name:
                break
            page.keyboard.press("PageUp")
        places = page.evaluate(PLACES, PARTS)
        assert len(places) > 20
        assert page.locator(".more-below").is_visible() == (name == "mistakes")
        resize(page, *LARGE)
        for larger, place in zip(page.evaluate(PLACES, PARTS), places, strict=True):
            assert larger == pytest.approx(place, abs=0.01)
        if name == "mistakes":
            resize(page, *ROOM)
    assert page.locator(".network").is_disabled()  # another one is another page
    page.keyboard.press("Escape")
    resize(page, *ROOM)
    assert page.locator(".network").is_enabled()


def test_a_slide_of_another_network_says_so(room):
    page = room.page
    room.load(DIGITS[3], a="output")
    project(page)
    while slide(page) != "output":
        page.keyboard.press("PageDown")
    assert page.locator(".projector-bar h2").inner_text().endswith("(LeNet-5 of 1998)")
    assert page.locator(".whose-answer").inner_text() == "Answer of LeNet-5 in textbooks"
    page.keyboard.press("PageDown")
    assert not page.locator(".whose-answer").is_visible()
    page.keyboard.press("Escape")


def test_keys_are_left_to_who_needs_them(room):
    """Text is typed, the pad's pen is moved, and so is a kernel; a clicker turns the page from there, too."""
    page = room.page
    room.load(DIGITS[3], a="convolution")
    field = page.locator('section[data-section="input"] input[type="text"]')
    field.press("p")
    assert field.input_value() == "p"
    field.fill("")
    page.locator(".sheet").press("ArrowRight")  # moves the pen of the pad, which letters do not
    page.locator(".sheet").press("p")
    page.locator(".for-projector").wait_for()
    assert slide(page) == "input"
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert slide(page) == "convolution"
    walk = page.locator(".for-projector .walk[tabindex]")
    walk.press("Home")
    walk.press("ArrowRight")
    assert slide(page) == "convolution"
    walk.press("PageDown")
    assert slide(page) == "counting"


def test_the_article_is_open_where_one_has_arrived(room):
    """At the section that was shown last; Back closes it, as before."""
    page = room.page
    page.keyboard.press("PageDown")
    page.keyboard.press("Escape")
    page.locator('.article-contents [data-section="subsampling"][aria-current]').wait_for(state="attached")
    assert page.locator(".article-bar .pad").is_visible()
    page.wait_for_function("() => location.hash.includes('a=subsampling')")
    room.click("start-projector")
    assert slide(page) == "subsampling"
    page.keyboard.press("p")
    room.click("close-article")
    page.wait_for_function("() => !document.querySelector('.lenet').dataset.view")


def test_the_whole_screen_is_left_where_one_has_arrived(room):
    """What is behind it can be scrolled only afterwards."""
    page = room.page
    room.load(DIGITS[3], a="output")
    page.locator('.article-contents [data-section="output"][aria-current]').wait_for(state="attached")
    page.evaluate("() => window.allow()")
    project(page)
    page.wait_for_function("() => document.fullscreenElement")
    page.keyboard.press("PageDown")
    page.keyboard.press("Escape")
    page.locator(".article-bar .pad").wait_for()
    page.wait_for_function("() => !document.fullscreenElement && scrollY > innerHeight")
    page.wait_for_function("() => location.hash.includes('a=training')")
    page.wait_for_timeout(300)  # in which another section would be found
    assert "a=training" in page.evaluate("() => location.hash")
    page.evaluate(REFUSE)


BLANK = """(sections) => sections.filter((section) => {
  const stage = section.querySelector(".figure-stage");
  const isPainted = (canvas) => {
    if (!canvas.width || !canvas.height) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size > 1;
  };
  const drawn = [...stage.querySelectorAll("canvas")].some(isPainted) || stage.querySelector("svg path, td");
  return !drawn || stage.getBoundingClientRect().height < 60;
}).map((section) => section.dataset.section)"""


def test_the_article_is_printed_with_the_drawing(room):
    """Every figure is there, in one column without anything to press; an exercise is a question with a line."""
    page = room.page
    resize(page, 1400, 900)
    room.load(DIGITS[3], a="input")
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    room.click("print-article")
    page.wait_for_function("() => window.printed", timeout=60_000)
    assert page.evaluate("() => document.querySelector('.article [aria-current]').dataset.section") == "input"
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    sheets = [sheet.split(b"endobj")[0] for sheet in paper.split(b"/Type /Page\n")[1:]]
    assert 8 <= len(sheets) <= 13  # with more, some are half empty
    assert all(b"/Font" in sheet for sheet in sheets)  # none is empty
    page.emulate_media(media="print")
    assert page.locator(".article-sections > section").evaluate_all(BLANK) == ["errors"]  # nothing has been tallied
    why = "(figure) => getComputedStyle(figure, '::after').content"
    assert "on the screen" in page.locator('[data-section="errors"] > figure').evaluate(why)
    assert page.locator(".article-bar").evaluate("(bar) => getComputedStyle(bar).position") == "static"
    pressed = ".ends:visible, select:visible, .of-chips:visible, label:has(select):visible"
    assert page.locator(".article").locator(pressed).count() == 0
    content = page.locator(".article button:visible").evaluate_all("(all) => all.map((one) => one.innerText.trim())")
    assert set(content) >= {"C1", "Output", "S2 0", "Upright edge", "4, > 99.9 %"}  # they are parts of figures
    assert not set(content) & {"Play", "average", "your own tally", "a 7 with a bar", "Write 42 for me", "Predict"}
    lefts = page.locator(".article-sections > section > :visible").evaluate_all(
        "(parts) => parts.map((part) => part.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1
    line = "(one) => getComputedStyle(one, '::after').borderBlockEndWidth"
    assert set(page.locator(".exercise").evaluate_all(f"(all) => all.map({line})")) == {"1px"}
    address = page.locator(".article-sources a").first
    assert address.evaluate("(a) => getComputedStyle(a, '::after').content").endswith(
        f'{address.get_attribute("href")}"'
    )
    page.emulate_media(media="screen")

"""The page on every screen: nothing is cut or overlaps, and nothing hinders people who do not see it or use a mouse."""

import pytest

from harness.browser import Visitor, box_of
from harness.drawings import DIGITS, NO_DIGITS
from tests.browser.conftest import kept_page, network
from tests.browser.explorer import PHONE, Explorer, serve_few_digits
from tests.browser.screens import FAULTS, check_accessibility, laid_out, resize

DIGIT = DIGITS[3]
WIDTHS = [*range(320, 1000, 20), *range(1000, 1500, 50), 1600, 1920, 2560]
# All modes, and a row of digits, have the same figure above them: each of the two is shown at every other width.
SHOWN_AT = {"answer": WIDTHS[::4], "modes": WIDTHS[::2], "row": WIDTHS[1::2]}
SIDEWAYS = [(568, 320), (640, 360), (700, 300), (700, 450), (740, 340), (844, 390)]  # phones, and windows at 200 %
LOW = [(320, 225), (350, 225), (320, 256), (467, 300), (550, 320)]  # windows at 300 and 400 %


@pytest.fixture(scope="module")
def desk_page(context, app_url):
    with kept_page(context) as page:
        yield Explorer(page, app_url, network("textbook"))


@pytest.fixture(scope="module")
def phone_page(context, app_url):
    with kept_page(context, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2) as page:
        yield Explorer(page, app_url, network("textbook"))


@pytest.fixture
def desk(desk_page) -> Explorer:
    """The page in Gradio's, with a drawn digit, in a window of 1280x720; the tests use it one after the other."""
    return start_over(desk_page, 1280, 720)


@pytest.fixture
def phone(phone_page) -> Explorer:
    """The same on a phone, upright."""
    return start_over(phone_page, **PHONE)


def start_over(explorer: Explorer, width: int, height: int) -> Explorer:
    explorer.page.bring_to_front()
    explorer.start_over()
    explorer.load(DIGIT)
    resize(explorer.page, width, height)
    return explorer


# When each mode has shown all that it shows.
COMPLETE = {
    "why": ".change:not(:empty)",
    "break": ".breaking-point:not(:empty)",
    "fool": ".undone dd >> nth=2",  # once the other networks are loaded
    "learn": ".learning",
    "train": ".progress-of-runs td",  # of two runs, after a step
    "compare": ".bitmap-row",
    "mistakes": ".gallery button",
    "hand": ".hand .weight-grid [data-cell]",
    "teach": ".kept-now",
}
# What stands there after some 100,000 steps.
LONG_TRAINING = """() => {
  for (const cell of document.querySelectorAll(".progress-of-runs td")) cell.textContent = "131,072";
  const status = document.querySelector(".training-status");
  status.textContent += " The weights have hardly moved: the learning rate is too low.";
}"""
SHOW_ALL = "() => { for (const panel of document.querySelectorAll('.lenet .panel')) panel.hidden = false; }"


def show_all_modes(visitor: Visitor) -> None:
    """Fill the panel of every mode, show them below one another, and that of Save, too.

    Each is as wide as when it is alone. The mode is Inspect in the end.
    """
    for mode, complete in COMPLETE.items():
        visitor.open(mode)
        if mode == "train":
            visitor.page.locator(".train .differs").select_option("activation")
            visitor.click("one-step")
        visitor.page.locator(complete).first.wait_for()
        if mode == "train":
            visitor.page.locator(".training-status", has_text="misread").wait_for()
            visitor.page.evaluate(LONG_TRAINING)
    visitor.page.locator(".this-is").get_by_role("button", name="5", exact=True).click()
    visitor.page.locator(".rates button").last.click()  # the highest, with which most is forgotten
    visitor.click("until")
    visitor.page.locator(".forgotten button").first.wait_for()
    visitor.page.locator(".values").select_option("gradient")
    visitor.open("inspect")
    visitor.page.locator(".step-result dd").first.wait_for()
    visitor.click("start-chain")
    for _ in range(6):
        visitor.page.keyboard.press("ArrowRight")  # to the pinned unit again
    visitor.page.locator(".wants summary").click()  # last: for each unit, it looks at all digits
    visitor.page.locator(".nine button").first.wait_for()
    visitor.click("open-save")
    visitor.page.locator('[data-save="correct"]').click()
    visitor.page.evaluate(SHOW_ALL)


def show(explorer: Explorer, what: str) -> None:
    """Show more than an answer and the sum that it comes from."""
    page = explorer.page
    if what == "modes":
        serve_few_digits(page, test=500)
        explorer.pin("c3", 0, 4, 4)
        for summary in page.locator("details.words summary").all():
            summary.click()
        page.locator(".with-numbers").check()
        show_all_modes(explorer)
        explorer.click("mute")
    if what == "row":
        explorer.stroke([(0.1, 0.3), (0.1, 0.7)])
        page.locator(".row-strip canvas").first.wait_for()
        explorer.pin("output", 3)


SMALL = """() => [...document.querySelectorAll(".lenet :is(button, select, summary)")]
  .filter((e) => e.checkVisibility() && !e.closest(".pictures") && e.getBoundingClientRect().height < 44)
  .map((e) => e.className || e.textContent.trim())"""


# What stands around the figure and the modes, which is as it is with any answer.
AROUND = (".masthead", ".tools", ".stage", ".about")


@pytest.mark.parametrize("what", ["answer", "modes", "row"])
def test_every_width_holds(explore, desk_page, subtests, what):
    """From 320 to 2560 pixels nothing is cut, outside of the window, or overlaps, in any mode; axe finds nothing.

    Nor is it on a phone held sideways.

    What a finger operates is 44 pixels high, but for the examples, which stand in one row as wide as the pad. One test,
    because it takes long until all modes are shown.
    """
    if what == "row":
        explorer = desk_page
        explorer.start_over()
    else:  # the output of the network of 1998 has the longest words; of all modes, much would be left for other tests
        explorer = explore("original") if what == "answer" else explore(served=True)
    page = explorer.page
    explorer.load(DIGIT)
    explorer.settle()
    show(explorer, what)
    browser = page.context.new_cdp_session(page)  # Playwright's own way to set the size takes twice as long
    with subtests.test("widths"):
        for width, height in [(width, 900) for width in SHOWN_AT[what]] + SIDEWAYS + LOW:
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            browser.send("Emulation.setDeviceMetricsOverride", size)
            laid_out(page)
            assert page.evaluate(FAULTS) == [], (width, height)
        browser.send("Emulation.clearDeviceMetricsOverride")
    with subtests.test("axe"):
        sizes = [(390, 844), (844, 390), (768, 1024), (1400, 900)]
        check_accessibility(page, sizes[:: 1 if what == "answer" else 3], known=AROUND if what == "row" else ())
    if what == "modes":
        with subtests.test("text of twice the size"):
            resize(page, 320, 900)
            page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
            assert page.evaluate("() => document.documentElement.scrollWidth") == 320
            page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
        browser.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        for width, height in ((390, 844), (844, 390), (1024, 768)):
            with subtests.test("touch", width=width):
                resize(page, width, height)
                assert page.evaluate(SMALL) == []
                for box in (box_of(example) for example in page.locator(".pictures button").all()):
                    assert box["height"] >= (44 if width < 500 else 24)
    browser.detach()


def test_axe_finds_nothing_whatever_is_drawn(desk):
    """Blank, and with a rejected drawing, too. What is around the answer looks alike with any drawing."""
    for strokes in ([], NO_DIGITS["fence"][0]):
        desk.click("clear")
        if strokes:
            desk.draw(strokes)
            desk.settle()
        check_accessibility(desk.page, [(1400, 900)], known=AROUND)


def below(visitor: Visitor, selector: str) -> float:
    """The lower edge of an element, in pixels from the top of the window."""
    box = box_of(visitor.page.locator(selector).first)
    return box["y"] + box["height"]


def test_a_phone_shows_pad_answer_and_figure_at_once(phone):
    """Upright, even a small one: without scrolling."""
    for width, height in ((390, 844), (360, 640)):
        resize(phone.page, width, height)
        for selector in (".pad", ".verdict", ".examples", ".controls", ".net", '[data-stage="input"] .map'):
            assert below(phone, selector) <= height, (width, selector)
        assert box_of(phone.page.locator(".pad"))["width"] >= 180


def test_a_phone_held_sideways_shows_the_pad_beside_the_answer(phone):
    """The whole pad, and the prediction to its right."""
    resize(phone.page, 844, 390)
    pad, answer = (box_of(phone.page.locator(s)) for s in (".pad", ".verdict"))
    assert pad["y"] + pad["height"] <= 390
    assert answer["x"] >= pad["x"] + pad["width"]
    assert answer["y"] + answer["height"] <= 390
    for name in ("thick", "thin", "medium"):  # a button for the brush, where there is no room for the slider
        phone.page.locator(".brush-step").tap()
        assert phone.page.locator(".brush-step").get_attribute("title") == f"Width of the brush: {name}"
    assert phone.page.locator(".width").input_value() == "20"


def test_the_network_fits_in_the_window(desk):
    """From the pad to the ten scores, with the modes below them, and room for what they explain."""
    for size in ((1280, 720), (1366, 768), (1920, 1080), (2560, 1440), (844, 390)):
        resize(desk.page, *size)
        least = 55 if size[1] < 520 else 0.28 * size[1]
        for selector in (".pad", ".verdict", "[data-stage=c1] .maps", "[data-stage=output] .map", ".modes"):
            assert below(desk, selector) <= size[1] - least, (size, selector)
        layers = ["c1", "s2", "c3", "s4", "c5", "f6", "output"]
        columns = [box_of(desk.page.locator(f"[data-stage={layer}]")) for layer in layers]
        edges = [edge for box in columns for edge in (box["x"], box["x"] + box["width"])]
        assert edges == sorted(edges), size
        assert columns[0]["height"] > 0.43 * size[1], size


def test_notices_do_not_move_the_maps(desk):
    """A notice, a reason and the check have a place of their own."""
    maps = desk.page.locator("[data-stage=c1]")
    desk.click("clear")
    place = box_of(maps)["y"]
    desk.load(DIGIT)
    desk.settle()
    assert box_of(maps)["y"] == pytest.approx(place, abs=0.5)
    letter = {"name": "letter.png", "mimeType": "image/png", "buffer": b"not an image"}
    desk.page.locator(".file").set_input_files(letter)
    desk.page.locator(".notice", has_text="is not an image the browser can open").wait_for()
    assert box_of(maps)["y"] == pytest.approx(place, abs=0.5)


def test_the_answer_stays_in_view(phone):
    """In every mode, wherever one scrolls to, or a line with the three likeliest digits; and the panel one chooses."""
    page, digest = phone.page, phone.page.locator(".digest p")
    resize(page, 1280, 720)
    assert digest.is_hidden()
    for width, height in ((390, 844), (360, 640), (844, 390), (1280, 720)):
        resize(page, width, height)
        for mode in ("break", "mistakes"):
            phone.open(mode)
            panel = box_of(page.locator(f".panel.{mode} h2"))
            assert 0 < panel["y"] < 0.72 * height, (mode, width)
            page.locator(f".panel.{mode}").evaluate(
                "(panel) => scrollTo(0, panel.getBoundingClientRect().bottom + scrollY)"
            )
            digest.wait_for()
            assert box_of(digest)["y"] == pytest.approx(0, abs=1)
            assert digest.inner_text().split()[0] == phone.digit()
            assert digest.locator("span").count() == 3
            page.evaluate("() => scrollTo(0, 0)")
            digest.wait_for(state="hidden")


PAINTED = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"


def test_a_tapped_unit_is_in_view_with_figure_and_modes(phone):
    """On a phone: its name and map are below the modes, which stay where they are, so that one can change the mode."""
    page = phone.page
    for width, height in ((390, 844), (360, 640), (844, 390)):
        resize(page, width, height)
        modes = box_of(page.locator(".modes"))["y"]
        page.locator('[data-stage="c3"] .map').nth(9).tap()
        if height > 390:
            assert below(phone, ".net") > 130  # at least half of the figure, below the answer in one line
            assert box_of(page.locator(".equation"))["y"] < height - (100 if height > 700 else 60)
        for selector in (".card h2", '.cards [aria-current="true"] .frame', ".net", ".strip"):
            least = -100 if selector == ".net" and width == 360 else 0
            assert least <= box_of(page.locator(selector))["y"] < below(phone, selector) <= height, (width, selector)
        assert below(phone, ".net") < below(phone, ".strip") < box_of(page.locator(".card h2"))["y"]
        page.locator(".unpin").tap()
        page.evaluate("() => scrollTo(0, 0)")
        assert box_of(page.locator(".modes"))["y"] == pytest.approx(modes, abs=1)
    assert page.locator(".values").is_visible()  # also where there is little room
    # Turned, the phone shows the map that has been tapped, among all of the layer.
    page.locator('[data-stage="c1"] .map').nth(4).tap()
    resize(page, 390, 844)
    card = page.locator('.cards [aria-current="true"]')
    card.get_by_text("Map 4").wait_for()
    assert 0 <= box_of(card)["x"] < 60
    assert card.locator(".frame canvas").evaluate(PAINTED)


def test_all_modes_of_a_phone_are_reached_in_one_row(phone):
    """It scrolls sideways: the last mode that is seen is cut, and the chosen one is whole, also with the keyboard."""
    page = phone.page
    buttons = page.locator(".strip button")
    assert len({box_of(button)["y"] for button in buttons.all()}) == 1
    assert any(box_of(button)["x"] < 390 < box_of(button)["x"] + box_of(button)["width"] for button in buttons.all())
    assert box_of(page.locator(".take-along"))["y"] - box_of(page.locator(".strip"))["y"] < 60
    buttons.first.focus()
    for _ in range(9):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator('.lenet[data-mode="mistakes"]').wait_for()
    for mode in ("mistakes", "inspect", "teach"):  # the first one has the focus, the others are in a link
        if mode != "mistakes":
            phone.load(DIGIT, m=mode)
        laid_out(page)
        chosen = box_of(page.locator(f'.strip [data-mode="{mode}"][aria-pressed=true]'))
        assert 0 <= chosen["x"] < chosen["x"] + chosen["width"] <= 390, mode


def test_bars_survive_forced_colors(desk):
    """In a high-contrast theme of the operating system, each of the likeliest digits still has a line below it."""
    desk.page.emulate_media(forced_colors="active")
    line = "(row) => getComputedStyle(row).borderBlockEndStyle"
    assert desk.page.locator(".top li").first.evaluate(line) == "solid"
    desk.page.emulate_media(forced_colors="none")

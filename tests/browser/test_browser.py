"""The page in a real Chromium, with real mouse, touch and keyboard events."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from harness import ROOT
from harness.browser import Visitor, fit
from harness.drawings import DIGITS, EXAMPLES, draw, thin
from tests.browser.conftest import network
from tests.browser.explorer import PHONE, PIXELS, WIDE, Explorer, painted

SEVEN = [(0.35, 0.25), (0.7, 0.25), (0.5, 0.85)]


class Log:
    """The errors on a page's console, and the addresses that it requests."""

    def __init__(self, page):
        self.errors, self.requests = [], []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def check(self, url: str) -> None:
        assert self.errors == []
        assert [other for other in self.requests if not other.startswith((url, "data:", "blob:"))] == []


@pytest.fixture
def open_page(new_page, app_url, site_url):
    """Opens the page, without a server or `served`. It must end without an error or a request to another host."""
    logs = []

    def open_one(served: bool = False, **options) -> Visitor:
        page, url = new_page(**options), app_url if served else site_url("textbook")
        logs.append((Log(page), url))
        return Visitor(page, url)

    yield open_one
    for log, url in logs:
        log.check(url)


@pytest.fixture
def new_visitor(open_page):
    """For tests that need an empty history."""
    return open_page()


@pytest.fixture(scope="module")
def shared(context, site_url):
    page = context().new_page()
    log = Log(page)
    yield Explorer(page, site_url("textbook"), network("textbook")), log
    page.close()


@pytest.fixture
def visitor(shared, site_url):
    """A visitor on a blank pad; opening a page takes a second, so these tests share one."""
    visitor, log = shared
    visitor.page.bring_to_front()
    visitor.page.locator(".width").fill("20")
    visitor.click("clear")
    assert visitor.digit() == "?"
    yield visitor
    log.check(site_url("textbook"))


def percentages(visitor) -> list[str]:
    return [text.strip() for text in visitor.page.locator(".percent").all_inner_texts()]


def maps(visitor) -> list[str]:
    """The pixels of every feature map, of the blocks of units and of the scores."""
    return visitor.page.evaluate(
        "(pixels) => [...document.querySelectorAll('.map')].map((map) => eval(pixels)(map).join())", PIXELS
    )


def best_of_blank(visitor) -> bool:
    """Whether there is no digit, but what the network makes of blank paper."""
    how = visitor.page.locator(".how").inner_text()
    return visitor.digit() == "?" and how == "blank; at best" and all("%" in text for text in percentages(visitor))


def has_placeholder(visitor) -> bool:
    return visitor.page.locator(".placeholder").is_visible()


def wait_for_digit(visitor, digit: int) -> None:
    visitor.page.wait_for_function(f"() => document.querySelector('.digit').textContent === '{digit}'")


def test_the_page_opens_with_an_example(open_page):
    """It is read, nobody has drawn it, and a Clear takes it away; after that the pad is blank, also on a reload."""
    new_visitor = open_page(served=True)
    page = new_visitor.page
    assert new_visitor.digit() == "3"
    page.locator(".check", has_text="An example. Draw your own.").wait_for()
    assert page.locator(".lead .first").first.is_visible()
    assert page.evaluate("() => location.hash") == ""
    new_visitor.click("undo")
    assert new_visitor.digit() == "3"
    new_visitor.click("clear")
    assert has_placeholder(new_visitor)
    assert best_of_blank(new_visitor)
    assert not page.locator(".lead .first").first.is_visible()
    assert page.locator(".lead .offer-reading").is_visible()  # where it was
    new_visitor.click("undo")
    assert best_of_blank(new_visitor)
    page.reload()
    page.locator(".lenet[data-ready]").wait_for()
    assert best_of_blank(new_visitor)


def test_the_first_stroke_takes_the_example_away(new_visitor):
    """Whoever draws right after the page has opened draws on blank paper; Undo does not bring the example back."""
    new_visitor.stroke(SEVEN)
    assert new_visitor.digit() == "7"
    assert not has_placeholder(new_visitor)
    assert new_visitor.page.locator(".top .name").all_inner_texts()[0] == "7"
    assert all("%" in text for text in percentages(new_visitor))
    for _ in range(2):  # the second time, nothing is left to undo
        new_visitor.click("undo")
        assert best_of_blank(new_visitor)


def test_the_example_draws_itself(open_page):
    """Unless motion is to be reduced; a touch ends it at any time."""
    visitor = open_page(reduced_motion="no-preference")
    page = visitor.page
    inked = [page.evaluate(INKED) for _ in range(2) if page.wait_for_timeout(250) is None]
    assert 0 < inked[0] < inked[1]
    visitor.stroke(SEVEN)
    drawn = page.evaluate(INKED)
    page.wait_for_timeout(300)
    assert page.evaluate(INKED) == drawn
    assert visitor.digit() == "7"


def test_gradios_footer_has_no_lone_separator(open_page):
    """It has one entry, and none on a phone, so there is nothing to separate."""
    visitor = open_page(served=True)
    footer = visitor.page.get_by_label("Gradio footer navigation")
    for viewport in (PHONE, WIDE):
        visitor.page.set_viewport_size(viewport)
        footer.wait_for(state="attached")
        assert "·" not in footer.inner_text(), viewport


def test_the_prediction_is_updated_while_the_pen_moves(visitor):
    """Before the mouse button is released there are several predictions, and every feature map changes."""
    page = visitor.page
    page.evaluate(
        "() => { window.shown = 0; document.querySelector('.lenet').addEventListener('lenet:shown', () => shown++); }"
    )
    before = maps(visitor)
    box = page.locator(".sheet").bounding_box()
    [points] = fit(thin(EXAMPLES[3]["strokes"], 3), 0.6)
    page.mouse.move(box["x"] + points[0][0] * box["width"], box["y"] + points[0][1] * box["height"])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_function("() => window.shown > 3")
    assert visitor.digit() == "3"
    after = maps(visitor)
    page.mouse.up()
    assert len(after) == 1 + 6 + 6 + 16 + 16 + 1 + 1 + 1
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_clear_works_twice_in_a_row(visitor):
    """Draw, clear, draw, clear: each time the pad is blank and the next digit is read."""
    for digit, strokes in (("3", DIGITS[3]), ("7", [SEVEN])):
        visitor.draw(strokes)
        assert visitor.digit() == digit
        visitor.click("clear")
        assert best_of_blank(visitor)
        assert has_placeholder(visitor)
    visitor.click("clear")
    visitor.draw(DIGITS[3])
    assert visitor.digit() == "3"


def test_undo_reverts_strokes_and_a_clear(visitor):
    """After each Undo the prediction is that of what is left."""
    visitor.stroke(SEVEN)
    assert visitor.digit() == "7"
    before = maps(visitor)
    visitor.stroke([(0.35, 0.6), (0.75, 0.6)], steps=3)
    visitor.digit()
    assert maps(visitor) != before
    visitor.click("undo")
    assert visitor.digit() == "7"
    assert maps(visitor) == before
    visitor.click("clear")
    assert visitor.digit() == "?"
    visitor.click("undo")
    assert visitor.digit() == "7"
    assert maps(visitor) == before
    visitor.click("undo")
    assert best_of_blank(visitor)


# Inked pixels on the pad, in pad units.
INKED = """() => {
  const c = document.querySelector(".sheet");
  const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  return pixels.filter((v, i) => i % 4 === 3 && v > 127).length * (280 / c.width) ** 2;
}"""


def test_a_tap_leaves_a_dot(visitor):
    """A click without a move is ink, but too little, and is removed by one Undo."""
    visitor.stroke([(0.5, 0.5)])
    visitor.page.locator(".reason", has_text="No digit: only a dot or a filled shape.").wait_for()
    visitor.open("why")
    visitor.page.locator(".why .rejected", has_text="The drawing is rejected: only a dot or a filled shape.").wait_for()
    visitor.open("inspect")
    assert visitor.digit() == "?"
    assert visitor.page.evaluate(INKED) == pytest.approx(314, rel=0.1)  # a disc of the brush's 20 pixels
    visitor.click("undo")
    assert visitor.digit() == "?"
    assert has_placeholder(visitor)


def test_the_brush_slider_sets_the_line_width(visitor):
    """In pad units."""
    for brush in (8, 36):
        visitor.page.locator(".width").fill(str(brush))
        visitor.stroke([(0.5, 0.2), (0.5, 0.8)])
        visitor.digit()
        width = visitor.page.evaluate(
            """() => {
              const c = document.querySelector(".sheet");
              const row = c.getContext("2d").getImageData(0, c.height / 2, c.width, 1).data;
              return row.filter((v, i) => i % 4 === 3 && v > 127).length * 280 / c.width;
            }"""
        )
        assert width == pytest.approx(brush, abs=1.5)
        visitor.click("clear")


def test_examples_are_read(visitor):
    """Each of the ten examples is drawn on the pad and read when clicked."""
    buttons = visitor.page.locator(".examples button")
    assert buttons.count() == 10
    for digit in range(10):
        buttons.nth(digit).click()
        assert visitor.digit() == str(digit)
    visitor.click("clear")
    assert visitor.digit() == "?"


def png(image: Image.Image, name: str = "digit.png") -> dict:
    """A PNG as a file chooser takes it."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def digit_png(digit: int, name: str = "digit.png") -> dict:
    return png(draw(EXAMPLES[digit]["strokes"]).convert("RGB"), name)


def test_an_uploaded_image_is_read_and_shown(visitor):
    """Twice in a row. A stroke begins a new drawing, and Undo restores the image."""
    for digit in (5, 2):
        with visitor.page.expect_file_chooser() as chooser:
            visitor.click("open")
        chooser.value.set_files(digit_png(digit))
        wait_for_digit(visitor, digit)
    assert not has_placeholder(visitor)
    visitor.stroke(SEVEN)
    assert visitor.digit() == "7"
    visitor.click("undo")
    assert visitor.digit() == "2"


PASTE = """async ([data, type]) => {
  const blob = await (await fetch("data:;base64," + data)).blob();
  const clipboard = new DataTransfer();
  clipboard.items.add(new File([blob], "pasted", { type }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true }));
}"""


def test_a_pasted_image_is_read(visitor):
    """With Ctrl+V."""
    visitor.page.evaluate(PASTE, [base64.b64encode(digit_png(6)["buffer"]).decode(), "image/png"])
    wait_for_digit(visitor, 6)


def test_a_file_that_is_not_an_image_is_reported(visitor):
    """In one line, and the drawing is kept."""
    visitor.draw(DIGITS[3])
    assert visitor.digit() == "3"
    letter = {"name": "letter.png", "mimeType": "image/png", "buffer": b"not an image"}
    visitor.page.locator(".file").set_input_files(letter)
    visitor.page.locator(".notice", has_text="This file is not an image the browser can open:").wait_for()
    assert visitor.digit() == "3"
    visitor.click("clear")
    visitor.draw([SEVEN])
    assert visitor.digit() == "7"
    assert visitor.page.locator(".notice").inner_text() == ""
    visitor.page.evaluate(PASTE, [base64.b64encode(b"%PDF-1.7").decode(), "application/pdf"])
    visitor.page.locator(".notice", has_text="This file is not an image the browser can open:").wait_for()
    assert visitor.digit() == "7"


def test_an_image_that_opens_slowly_does_not_replace_a_newer_drawing(visitor):
    """Of several files the one chosen last is shown, and a Clear while an image opens prevails."""
    page = visitor.page
    page.evaluate(
        """() => {
          const open = window.createImageBitmap;
          window.finish = {};
          window.restore = () => { window.createImageBitmap = open; };
          window.createImageBitmap = (file) => new Promise((resolve) => {
            window.finish[file.name] = async () => {
              delete window.finish[file.name];
              resolve(await open(file));
              await new Promise((done) => setTimeout(done)); // after everything that follows it
            };
          });
        }"""
    )

    def choose(digit: int) -> None:
        page.locator(".file").set_input_files(digit_png(digit, str(digit)))
        page.wait_for_function("(name) => name in window.finish", arg=str(digit))

    for order in ("52", "25"):
        visitor.click("clear")
        for digit in (5, 2):
            choose(digit)
        for name in order:
            page.evaluate("(name) => window.finish[name]()", name)
            assert visitor.digit() == ("?" if (order, name) == ("52", "5") else "2"), (order, name)
    choose(5)
    visitor.click("clear")
    page.evaluate("() => window.finish['5']()")
    assert visitor.digit() == "?"
    assert has_placeholder(visitor)
    page.evaluate("() => window.restore()")


def shown_pad(visitor) -> np.ndarray:
    """The brightness of the pixels of the pad, 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(visitor.page.locator(".pad").screenshot())).convert("L"), np.int16)


def test_a_transparent_image_is_visible(visitor):
    """Black or white ink on a transparent background contrasts with the pad, in light and dark mode."""
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        for shade in (0, 255):
            ink = Image.eval(draw(EXAMPLES[5]["strokes"]), lambda v: 255 - v)
            image = Image.new("LA", ink.size, (shade, 0))
            image.putalpha(ink)
            visitor.page.locator(".file").set_input_files(png(image))
            wait_for_digit(visitor, 5)
            assert np.ptp(shown_pad(visitor)) > 150, (scheme, shade)
            visitor.click("clear")
    visitor.page.emulate_media(color_scheme="light")


def test_ink_contrasts_with_the_pad_in_light_and_dark_mode(visitor):
    """The drawing is read in both, and is redrawn when the mode changes."""
    visitor.page.emulate_media(color_scheme="dark")
    visitor.draw([SEVEN])
    assert visitor.digit() == "7"
    for scheme, shade in (("dark", 0), ("light", 255)):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.page.locator("body.dark").wait_for(state="attached" if scheme == "dark" else "detached")
        pixels = shown_pad(visitor)
        assert np.ptp(pixels) > 150, scheme
        assert np.median(pixels) == pytest.approx(shade, abs=60), scheme


def test_the_reason_for_having_no_digit_is_shown(visitor):
    """In words, without a digit, but with the likeliest ones. Then a digit is read."""
    visitor.page.locator(".file").set_input_files(png(Image.new("L", (50, 50), 255)))
    visitor.page.locator(".reason", has_text="No digit: no ink was found.").wait_for()
    assert visitor.digit() == "?"
    dash = [[(0.2, 0.5), (0.8, 0.5)]]
    letter = [[(0.3, 0.2), (0.3, 0.8)], [(0.3, 0.5), (0.7, 0.5)], [(0.7, 0.2), (0.7, 0.8)]]  # H
    for strokes, text in (
        (dash, "Not recognized as a digit."),
        (letter, "Not recognized as a digit."),
    ):
        visitor.click("clear")
        for stroke in strokes:
            visitor.stroke(stroke)
        visitor.page.locator(".reason", has_text=text).wait_for()
        assert visitor.digit() == "?"
        assert all("%" in shown for shown in percentages(visitor)), text
        assert visitor.page.locator(".how").inner_text() == "no digit; at best"
    visitor.click("clear")
    visitor.draw(DIGITS[3])
    assert visitor.digit() == "3"
    assert visitor.page.locator(".reason").inner_text() == ""


def test_touch_draws_and_does_not_scroll(open_page):
    """A finger on the pad of a phone draws; the page does not move."""
    visitor = open_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page = visitor.page
    box = page.locator(".sheet").bounding_box()
    assert 210 < box["width"] <= 230
    touch = page.context.new_cdp_session(page)

    def send(kind, *points):
        at = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    for stroke in fit(DIGITS[7], 0.65):
        send("touchStart", stroke[0])
        for point in stroke[1:]:
            send("touchMove", point)
        send("touchEnd")
    assert visitor.digit() == "7"
    assert page.evaluate("() => window.scrollY") == 0
    # The prediction is visible together with the pad, and nothing overflows sideways.
    assert page.locator(".verdict").bounding_box()["y"] + page.locator(".verdict").bounding_box()["height"] < 844
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_everything_is_reachable_by_keyboard(visitor):
    """Tab reaches pad, buttons, brush and examples; Enter on an example reads and announces it."""
    page = visitor.page
    page.locator(".network").focus()  # in the title
    reached = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.className || document.activeElement.title"))
    assert reached >= {"sheet", "undo", "clear", "open", "width", *(f"Example {digit}" for digit in range(10))}
    page.locator(".examples button").nth(4).focus()
    page.keyboard.press("Enter")
    visitor.settle()
    assert visitor.digit() == "4"
    announced = page.locator(".lenet [aria-live=polite]").inner_text()
    assert announced.startswith("Prediction: 4. Most likely digits: 4, ")
    page.locator(".sheet").focus()
    page.keyboard.press("Control+z")
    assert visitor.digit() == "?"


def test_a_digit_is_drawn_by_keyboard(visitor):
    """Arrow keys and Space draw a 1; Delete clears it."""
    page = visitor.page
    page.locator(".sheet").focus()
    page.keyboard.press("Space")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert visitor.digit() == "1"
    page.keyboard.press("Delete")
    assert visitor.digit() == "?"


def test_clear_lifts_the_keyboards_pen(visitor):
    """Also if the pad keeps the focus; then the keys draw again."""
    page = visitor.page
    page.locator(".sheet").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.evaluate("() => document.querySelector('button.clear').click()")
    page.keyboard.press("ArrowDown")
    assert visitor.digit() == "?"
    page.keyboard.press("Space")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert visitor.digit() == "1"


def announcement(visitor) -> str:
    return visitor.page.locator(".lenet [aria-live=polite]").inner_text()


def test_undo_and_redo_work_from_anywhere_by_keyboard(visitor):
    """Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y, with the focus outside of the pad; what happened is announced."""
    page = visitor.page
    visitor.draw(DIGITS[3])
    visitor.settle()
    page.locator("button.clear").focus()
    page.keyboard.press("Control+z")
    assert visitor.digit() == "?"
    assert announcement(visitor) == "Undone. The pad is blank."
    page.keyboard.press("Control+Shift+z")
    assert visitor.digit() == "3"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    assert visitor.digit() == "3"
    visitor.click("undo")
    visitor.click("redo")
    assert visitor.digit() == "3"
    visitor.click("undo")
    visitor.draw([SEVEN])
    visitor.click("redo")  # a new stroke leaves nothing to redo
    assert visitor.digit() == "7"


def test_clear_and_the_keyboards_pen_are_announced(visitor):
    """Clear, pen down and pen up."""
    page = visitor.page
    page.locator(".sheet").focus()
    page.keyboard.press("Space")
    assert announcement(visitor) == "Pen down."
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert announcement(visitor) == "Pen up."
    visitor.click("clear")
    assert announcement(visitor) == "The pad is blank."


def test_a_file_dragged_over_the_page_is_shown(visitor):
    """The pad is outlined until the file is dropped or leaves."""
    drag = """(kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "x.png", { type: "image/png" }));
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    visitor.page.evaluate(drag, "dragover")
    assert visitor.page.locator(".pad.dropping").count() == 1
    visitor.page.evaluate(drag, "dragleave")
    assert visitor.page.locator(".pad.dropping").count() == 0


def test_layers_are_shown_before_the_activation_and_as_a_difference(visitor):
    """The colors follow the menu, and its scale; the input stays; blank paper has no difference."""
    page = visitor.page
    visitor.draw(DIGITS[3])
    visitor.digit()

    def corner(layer: str) -> list[int]:
        """The color of the first value of a layer's first map, far from the ink."""
        return painted(page.locator(f'[data-stage="{layer}"] .map').first)[1, 1].tolist()

    def ends() -> list[str]:
        return page.locator(".legend span").all_inner_texts()

    after, paper = corner("c1"), corner("input")
    assert ends() == ["\u22121", "+1"]  # tanh
    page.locator(".values").select_option("before")
    assert ends() == ["\u22123", "+3"]
    assert corner("c1") != after
    page.locator(".values").select_option("after difference")
    assert corner("c1") == pytest.approx([245, 242, 233], abs=1)  # the middle of the scale
    page.locator(".values").select_option("after")
    assert corner("c1") == after
    assert corner("input") == paper


def test_the_prediction_is_announced_once(visitor):
    """Screen readers announce the final prediction, not one after every move."""
    page = visitor.page
    page.evaluate(
        """() => {
          window.announced = [];
          const live = document.querySelector(".lenet [aria-live=polite]");
          new MutationObserver(() => window.announced.push(live.textContent)).observe(live, { childList: true });
        }"""
    )
    visitor.draw(DIGITS[3])
    visitor.settle()
    announced = page.evaluate("() => window.announced")
    assert len(announced) == 1
    assert announced[0].startswith("Prediction: 3.")


def test_the_color_scales(visitor):
    """The input is ink on paper; feature maps are blue below zero and orange above, paper at zero."""
    visitor.draw(DIGITS[3])
    visitor.digit()

    def colors(layer: str) -> np.ndarray:
        return painted(visitor.page.locator(f'[data-stage="{layer}"] .map').first)[2:-2, 2:-2].reshape(-1, 3)

    ink = colors("input")
    assert ink.max(0).tolist() == [255, 254, 250]
    assert ink.min(0).max() < 40
    assert (np.ptp(ink, axis=1) <= 8).all()
    red, _, blue = colors("c1").T
    assert (blue > red + 50).any()
    assert (red > blue + 50).any()


def pen_digits() -> list[list]:
    """The strokes of the digits 0 to 9 by several writers, if there are any in the data folder, else the examples."""
    path = ROOT / "data" / "sketches" / "digits.json"
    if not path.exists():
        return DIGITS
    items = json.loads(path.read_text())["items"]
    of_class = [[item["strokes"] for item in items if item["label"] == str(digit)] for digit in range(10)]
    return [thin(strokes[digit * len(strokes) // 10], 3) for digit, strokes in enumerate(of_class)]


def test_pen_digits_are_read(visitor):
    """Small and large: at least 9 of 10 are read correctly."""
    wrong = []
    for digit, strokes in enumerate(pen_digits()):
        visitor.load(strokes, 0.5 if digit % 2 else 0.8)
        if (prediction := visitor.digit()) != str(digit):
            wrong.append((digit, prediction))
    assert len(wrong) <= 1, wrong

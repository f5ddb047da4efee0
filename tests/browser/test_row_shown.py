"""Several digits on the page: the number, and the strip of the network run over the width."""

import numpy as np

from harness.browser import box_of
from harness.drawings import DIGITS
from lenet.recognizer import percentage
from tests.browser.explorer import PHONE, Explorer, close


def row(digits: str, height: float = 0.35) -> list:
    """Strokes of digits side by side, in units of the pad's side, each as wide as its share of the pad allows."""
    width = 0.9 / len(digits)
    strokes = []
    for place, digit in enumerate(digits):
        xs, ys = ([point[axis] for stroke in DIGITS[int(digit)] for point in stroke] for axis in (0, 1))
        scale = min(0.72 * width / max(max(xs) - min(xs), 30), height / (max(ys) - min(ys)))
        left, top = 0.05 + place * width, 0.3
        for stroke in DIGITS[int(digit)]:
            strokes.append([(left + (x - min(xs)) * scale, top + (y - min(ys)) * scale) for x, y in stroke])
    return strokes


def draw_row(explorer: Explorer, digits: str) -> None:
    for stroke in row(digits):
        explorer.stroke(stroke)


def test_digits_side_by_side_are_read_as_a_number(reuse, subtests):
    """While they are drawn, or of a link, and by PyTorch when the pen rests; the number is announced."""
    explorer = reuse(served=True)
    page = explorer.page
    warnings = []
    page.on("console", lambda message: warnings.append(message.text) if message.type == "warning" else None)
    for number, brush in (("37", 20), ("402", 14), ("1958", 10)):
        with subtests.test(number=number):
            if number == "37":
                draw_row(explorer, number)
            else:
                explorer.load_placed(row(number), brush)
            assert explorer.digit() == number
            explorer.wait_for_check()
            assert explorer.digit() == number
            assert warnings == []  # the server's number is the browser's
            assert page.locator(".reason").inner_text() == "Several digits, read one by one."
            shown = page.locator(".row-parts button").all_inner_texts()
            assert [text.split(",")[0] for text in shown] == list(number)
            assert page.locator(".announcement").inner_text().startswith(f"Number: {number}.")
            page.locator(".row-canvases canvas").first.wait_for()
            assert page.locator(".how").inner_text() == f"{len(number)} digits; most likely"
            assert page.locator(".top .name").all_inner_texts()[0] == number
            explorer.click("clear")
            explorer.load(DIGITS[5])
            assert explorer.digit() == "5"
            assert not page.locator(".row-strip").is_visible()
            explorer.click("clear")


def test_a_row_by_touch_on_a_phone(reuse):
    """The strip is below the answer, within the page."""
    explorer = reuse(viewport=PHONE, has_touch=True, is_mobile=True)
    draw_row(explorer, "64")
    explorer.page.locator(".row-canvases canvas").first.wait_for()
    assert explorer.digit() == "64"
    strip, answer = (explorer.page.locator(selector).bounding_box() for selector in (".row-strip", ".answer"))
    assert strip["y"] >= answer["y"] + answer["height"]
    assert strip["x"] + strip["width"] <= 390


def test_the_layers_show_the_digit_that_is_pointed_at(reuse):
    """Of several, each as the network gets it, with its answer; the number and the likeliest ones stay."""
    explorer = reuse()
    page = explorer.page
    explorer.load_placed(row("42"))
    assert explorer.digit() == "42"
    likeliest = page.locator(".top").inner_text()
    explorer.pin("c1", 2, 9, 9)
    buttons = page.locator(".row-parts button")
    assert buttons.count() == 2
    places = []
    for i, act in ((1, "hover"), (0, "click")):
        getattr(buttons.nth(i), act)()
        assert buttons.nth(i).get_attribute("aria-pressed") == "true"
        assert buttons.nth(1 - i).get_attribute("aria-pressed") == "false"
        features = explorer.features()
        scores = features["output"].numpy()
        assert np.allclose(explorer.scores(), scores, atol=0.051)
        assert close(explorer.value(), features["c1"][2, 9, 9])
        probability = explorer.calibration.probabilities(scores).max()
        assert buttons.nth(i).inner_text() == f"{'42'[i]}, {percentage(probability)}"
        assert scores.argmax() == int("42"[i])
        assert page.locator(".digit").inner_text() == "42"
        assert page.locator(".top").inner_text() == likeliest
        explorer.settle()
        places.append(box_of(page.locator(".pad > .outline"))["x"])  # of what the unit sees
    assert places[0] - places[1] > 50


def test_every_mode_agrees_about_several_digits(reuse):
    """Why, Break, Learn and the muted maps speak of the number in the headline."""
    explorer = reuse()
    page = explorer.page
    explorer.load_placed(row("42"))
    assert explorer.digit() == "42"
    explorer.open("why")
    rejected = page.locator(".why .rejected")
    expected = "The drawing is read as 42, digit by digit. This is about digit 1 from the left, a 4 ("
    assert rejected.inner_text().startswith(expected)
    explorer.open("break")
    page.locator(".breaking-point", has_text="Read as 42").wait_for()
    assert explorer.digit() == "42"
    slider = page.locator(".curve input")
    assert slider.get_attribute("aria-valuetext") == "0°, read as 42"
    slider.fill("32")
    assert explorer.digit() == "42"
    assert page.locator(".row-parts button").first.inner_text().startswith("4, ")
    explorer.open("learn")
    page.locator(".step-answer", has_text="This drawing: read as 42.").wait_for()
    assert explorer.digit() == "42"
    explorer.open("compare")
    page.locator(".agreement", has_text="Of 42, this is digit 1 from the left. All three agree.").wait_for()
    explorer.load_placed(row("37"), m="compare")
    assert explorer.digit() == "37"
    explorer.open("inspect")
    explorer.pin("c1", 0, 9, 9)
    explorer.click("mute")
    assert page.locator(".before-muting").inner_text() == "the number 37"

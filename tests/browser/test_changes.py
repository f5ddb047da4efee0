"""Break it, and taking along what the page shows, in a real browser, compared with PyTorch."""

import io
import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from harness.browser import box_of, fit
from harness.drawings import DIGITS, EXAMPLES, draw
from lenet import Recognizer
from tests.browser.explorer import FOLLOW, PHONE, Explorer, number, pause
from train.data.evaluation_set import BRUSHES, pen_digits


def wait_for_curve(explorer: Explorer) -> None:
    explorer.page.locator(".breaking-point", has_text="ead").wait_for()


def break_it(explorer: Explorer, strokes: list, transform: str = "rotation") -> None:
    """Open Break with a drawing and a change, by a link: by hand, the curve of rotation would be computed first.

    The slider of the change starts at 0.
    """
    explorer.load(strokes, m="break", t=f"{transform},0")
    wait_for_curve(explorer)


def move_to(explorer: Explorer, position: int) -> None:
    """Move the slider to one of its 61 positions."""
    explorer.page.locator(".curve input").fill(str(position))


def shown(explorer: Explorer) -> tuple[str, list[str]]:
    """The large digit, and the percentages of the top three."""
    page = explorer.page
    return page.locator(".digit").inner_text(), page.locator(".top .percent").all_inner_texts()


def expected(explorer: Explorer, reader: Recognizer) -> tuple[str, list[str]]:
    """The same from PyTorch, for the input that the page shows, also if it is rejected."""
    from lenet.recognizer import percentage
    from lenet.rejection import rejection_reason

    ink = explorer.ink()
    scores = explorer.features()["output"].numpy()
    rejected = rejection_reason(ink[0, 0].numpy()) or explorer.calibration.rejects(scores)
    probabilities = explorer.calibration.probabilities(scores)
    top = sorted(probabilities, reverse=True)[:3]
    digit = "?" if rejected else str(probabilities.argmax())
    return digit, [percentage(p) for p in top]


def test_the_changed_drawing_is_read_as_pytorch_reads_it(reuse, reader, subtests):
    """At both ends of two sliders; at its start it is the drawing itself. For all changes: see test_parity.py."""
    explorer = reuse()
    explorer.load(DIGITS[4], size=0.5)  # so that it stays on the pad
    plain = explorer.ink()
    explorer.open("break")
    for transform in ("rotation", "noise"):
        with subtests.test(transform=transform):
            explorer.page.locator(f'[data-transform="{transform}"]').click()
            assert torch.allclose(explorer.ink(), plain, atol=1e-6)
            for position in (0, 60):
                move_to(explorer, position)
                assert shown(explorer) == expected(explorer, reader), position
            assert float((explorer.ink() - plain).abs().mean()) > 0.02


def test_a_rotated_drawing_is_that_of_rotated_strokes(reuse, reader):
    """Compared with strokes rotated by the test and rendered by Pillow; squeezed ones likewise."""
    explorer = reuse()
    strokes = [[(280 * x, 280 * y) for x, y in stroke] for stroke in fit(DIGITS[7], 0.65)]
    break_it(explorer, DIGITS[7])
    move_to(explorer, 40)
    assert explorer.page.locator("output.amount").inner_text() == "+30°"
    angle = math.radians(30)
    turned = [
        [(140 + (x - 140) * math.cos(angle) - (y - 140) * math.sin(angle),
          140 + (x - 140) * math.sin(angle) + (y - 140) * math.cos(angle)) for x, y in stroke]
        for stroke in strokes
    ]  # fmt: skip
    squeezed = [[(140 + (x - 140) * 0.6, y) for x, y in stroke] for stroke in strokes]
    ink = torch.from_numpy(reader.read(draw(turned)).activations["input"])
    assert (ink - explorer.ink()[0]).abs().mean() < 0.02
    explorer.page.locator('[data-transform="squeeze"]').click()
    move_to(explorer, 15)
    assert explorer.page.locator("output.amount").inner_text() == "0.60x"
    ink = torch.from_numpy(reader.read(draw(squeezed)).activations["input"])
    assert (ink - explorer.ink()[0]).abs().mean() < 0.05  # the browser squeezes the brush, too


def test_the_breaking_point_is_where_the_answer_changes(reuse, reader):
    """The sentence names the limits; at them PyTorch's answer is the digit, and one position further it is not."""
    explorer = reuse()
    break_it(explorer, DIGITS[4])
    text = explorer.page.locator(".breaking-point").inner_text().replace("\u2212", "-")
    words = text.split()
    assert words[:3] == ["Read", "as", "4"]
    low, high = (int(word.strip("°;+")) for word in (words[4], words[6]))
    for degrees, same in ((low, True), (high, True), (low - 3, False), (high + 3, False)):
        move_to(explorer, (degrees + 90) // 3)
        assert (expected(explorer, reader)[0] == "4") == same, (degrees, text)


def test_without_preprocessing_a_shift_breaks_it(reuse):
    """With it, a shifted digit is read as before; the film strip shows the steps with their numbers."""
    explorer = reuse()
    break_it(explorer, DIGITS[4], transform="shift")
    page = explorer.page
    assert page.locator(".breaking-point").inner_text() == "Read as 4 over the whole range."
    steps = page.locator(".filmstrip li b").all_inner_texts()
    assert steps == ["as drawn", "cropped", "scaled", "centered", "normalized"]
    scaled = page.locator(".filmstrip li").nth(2).inner_text()
    ink = explorer.ink()[0, 0].numpy()
    height, width = (np.ptp(np.flatnonzero(ink.any(axis))) + 1 for axis in (1, 0))
    assert f"{width}\u00d7{height}" in scaled
    page.locator(".centering").uncheck()
    page.locator(".breaking-point", has_text="Read as 4 from").wait_for()
    assert page.locator(".filmstrip li").count() == 3


def test_without_preprocessing_a_small_digit_in_a_corner_is_not_read(reuse, reader):
    """The input is the pad as it is: nothing is cropped, scaled or centered; PyTorch sees the same."""
    explorer = reuse()
    page = explorer.page
    small = [[(x - 0.36, y - 0.36) for x, y in stroke] for stroke in fit(DIGITS[4], 0.2)]
    explorer.load_placed(small, brush=8, m="break", t="shift,0")
    assert explorer.digit() == "4"
    page.locator(".centering").uncheck()
    page.locator(".breaking-point", has_text="drawing is rejected").wait_for()
    rows, columns = np.nonzero(explorer.ink()[0, 0].numpy() > 0.05)
    assert max(rows.max(), columns.max()) < 9
    assert shown(explorer) == expected(explorer, reader)
    assert shown(explorer)[0] != "4"


def test_playing_moves_the_slider_which_returns_to_the_drawing(reuse):
    """Play runs to the end of the range, or until it is stopped; the slider returns to the drawing after that.

    It also does when something else is drawn; a further stroke leaves it where it is, and gives another curve.
    """
    explorer = reuse(timed=True)
    break_it(explorer, DIGITS[1], transform="slant")
    page = explorer.page
    slider, play = page.locator(".curve input"), page.locator(".break .play")
    pause(page)
    play.click()
    page.clock.run_for(500)
    play.click()
    assert 30 < int(slider.input_value()) < 60
    move_to(explorer, 56)
    play.click()
    page.clock.run_for(5 * 70)
    page.clock.resume()
    assert page.locator("output.amount").inner_text() == "0°"
    assert play.inner_text() == "Play"
    first = page.locator(".breaking-point").inner_text()
    for action in (
        lambda: page.locator('[title="Example 5"]').click(),
        lambda: explorer.click("clear"),
    ):
        move_to(explorer, 60)
        assert page.locator("output.amount").inner_text() == "+60°"
        action()
        assert slider.input_value() == "30"
    explorer.stroke([(0.5, 0.2), (0.5, 0.8)])
    move_to(explorer, 40)
    explorer.stroke([(0.3, 0.3), (0.3, 0.7)])
    assert slider.input_value() == "40"
    page.locator(".breaking-point:not(:empty)").filter(has_not_text=first).wait_for()
    explorer.open("inspect")
    explorer.settle()


def test_no_curve_of_something_else_is_shown(reuse):
    """Under the name of another change, or of another drawing, while its own is computed."""
    explorer = reuse()
    break_it(explorer, DIGITS[4], transform="shift")
    page = explorer.page
    state = """() => [getComputedStyle(document.querySelector(".curve canvas")).visibility,
      document.querySelector(".breaking-point").textContent]"""
    for action in (
        "() => document.querySelector('[data-transform=\"slant\"]').click()",
        "() => document.querySelector('.centering').click()",
        "() => document.querySelector('[title=\"Example 8\"]').click()",
    ):
        assert page.evaluate(state)[0] == "visible"
        assert page.evaluate(f"() => {{ ({action})(); return ({state})(); }}") == ["hidden", ""]
        wait_for_curve(explorer)


@pytest.mark.parametrize("mode", ["break", "learn"])
def test_screen_readers_hear_of_what_is_shown_now(reuse, mode):
    """A drawing that is changed or read otherwise is announced once the pen rests, as elsewhere.

    When the slider changes what is read, the announcement of the drawing goes; the slider says what is read.
    """
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[1], m=mode, t="width,1")
    slider = page.locator(f".{mode} input[type=range]")
    slider.wait_for()
    announcement = page.locator(".announcement")
    explorer.load(DIGITS[3], m=mode, t="width,1")
    announcement.filter(has_text="Prediction: 3.").wait_for()
    explorer.click("clear")
    explorer.draw(DIGITS[7])
    announcement.filter(has_text="Prediction: 7.").wait_for()
    assert page.locator(".check", has_text="Shown: the").count() == 1
    slider.fill("0")
    assert announcement.inner_text() == ""
    words = "rejected" if explorer.digit() == "?" else f"read as {explorer.digit()}"
    assert slider.get_attribute("aria-valuetext").endswith(words)
    explorer.click("clear")
    assert "read as" not in slider.get_attribute("aria-valuetext")
    explorer.draw(DIGITS[7])
    text = "Prediction: 7." if mode == "break" else "igit"  # the network before its training
    announcement.filter(has_text=text).wait_for()
    explorer.open("inspect")
    explorer.settle()


def test_an_image_can_be_changed_except_for_its_strokes(reuse):
    """Its strokes are not known, and the page says so."""
    explorer = reuse()
    file = io.BytesIO()
    draw(EXAMPLES[3]["strokes"]).save(file, "PNG")
    explorer.page.locator(".file").set_input_files(
        {"name": "digit.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    explorer.page.locator(".check", has_text="Computed").wait_for()
    explorer.open("break")
    wait_for_curve(explorer)
    assert "Read as 3 from" in explorer.page.locator(".breaking-point").inner_text()
    explorer.page.locator('[data-transform="gaps"]').click()
    assert explorer.page.locator(".impossible").is_visible()


def test_break_it_by_touch_on_a_phone(reuse, reader):
    """The slider, below the strip of modes, at the full width."""
    explorer = reuse(viewport=PHONE, has_touch=True, is_mobile=True)
    explorer.page.evaluate("() => document.querySelector('[title=\"Example 4\"]').click()")
    explorer.digit()
    page = explorer.page
    page.locator('.strip [data-mode="break"]').tap()
    page.locator('[data-transform="slant"]').tap()
    slider = page.locator(".curve input")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box["width"] > 300
    page.touchscreen.tap(box["x"] + 0.85 * box["width"], box["y"] + box["height"] / 2)
    assert number(page.locator("output.amount").inner_text().strip("°")) > 20
    assert shown(explorer)[0] == expected(explorer, reader)[0]


def download(explorer: Explorer, name: str, touch: bool = False) -> bytes:
    button = explorer.page.locator(f'[data-save="{name}"]')
    with explorer.page.expect_download() as started:
        button.tap() if touch else button.click()
    return started.value.path().read_bytes()


def test_the_numbers_can_be_taken_along(reuse):
    """As JSON and as NPZ, with the weights, the drawing and a link; NumPy reads what PyTorch computes."""
    explorer = reuse()
    explorer.load(DIGITS[5])
    explorer.page.locator(".open-save").click()
    features = explorer.features()
    numbers = json.loads(download(explorer, "json"))
    assert numbers["weights"] == "bundled"
    assert (numbers["digit"], numbers["number"]) == (5, None)
    assert numbers["link"].startswith("http")
    assert len(numbers["drawing"]["strokes"]) == len(DIGITS[5])
    arrays = np.load(io.BytesIO(download(explorer, "npz")))
    about = json.loads(str(arrays["about"]))
    assert about["drawing"] == numbers["drawing"]
    for name, values in features.items():
        assert np.allclose(arrays[name], values, atol=1e-4), name
        flat = np.array(numbers["layers"][name]["values"]).reshape(numbers["layers"][name]["shape"])
        assert np.allclose(flat, values, atol=1e-4), name
    probabilities = explorer.calibration.probabilities(features["output"].numpy())
    assert np.allclose(arrays["probabilities"], probabilities, atol=1e-5)


def test_the_view_can_be_taken_along_as_a_picture(reuse):
    """A PNG with the drawing and the maps, twice as many pixels as on the page."""
    explorer = reuse()
    explorer.load(DIGITS[5])
    explorer.page.locator(".open-save").click()
    image = Image.open(io.BytesIO(download(explorer, "png"))).convert("RGB")
    assert image.width > 2_400
    colors = image.getcolors(1 << 24)
    assert colors is not None
    assert len(colors) > 200
    box = explorer.page.locator(".sheet").bounding_box()
    root = explorer.page.locator(".lenet").bounding_box()
    left, top = (2 * (box[axis] - root[axis] + 16) for axis in ("x", "y"))
    pad = image.crop((round(left), round(top), round(left + 2 * box["width"]), round(top + 2 * box["height"])))
    dark = (np.asarray(pad.convert("L")) < 60).mean()
    assert 0.03 < dark < 0.3  # the strokes


def test_the_picture_is_what_one_sees(reuse):
    """With outlines and what is muted; the same wherever the page is scrolled to, which it still is afterwards."""
    explorer = reuse()
    page = explorer.page
    page.set_viewport_size({"width": 1024, "height": 600})
    explorer.load(DIGITS[5])
    explorer.pin("c3", 4, 3, 3)
    answer = page.locator(".answer").screenshot()
    page.locator(".open-save").click()
    pictures = []
    for down in (0, 300):
        page.evaluate("(down) => scrollTo(0, down)", down)
        with page.expect_download() as started:
            page.evaluate("() => document.querySelector('[data-save=png]').click()")
        pictures.append(np.asarray(Image.open(started.value.path()).convert("RGB")))
        assert page.evaluate("() => scrollY") == down
    assert pictures[0].shape == pictures[1].shape
    differs = np.abs(pictures[0].astype(int) - pictures[1]).max(axis=2) > 60
    assert differs.mean() < 0.001
    assert (pictures[0] == (255, 210, 31)).all(axis=2).sum() > 1_000  # the outlines
    root, box = (box_of(page.locator(selector)) for selector in (".lenet", ".answer"))
    x, y = (2 * round(box[axis] - root[axis] + 16) for axis in ("x", "y"))
    seen = Image.open(io.BytesIO(answer)).convert("L")
    saved = Image.fromarray(pictures[0]).convert("L").crop((x, y, x + 2 * seen.width, y + 2 * seen.height))
    differs = np.abs(np.asarray(saved.resize(seen.size), int) - np.asarray(seen)) > 100
    assert differs.mean() < 0.06  # the answer is in its place


def test_corrected_drawings_are_what_training_reads(reuse, tmp_path):
    """Say what a drawing really is, and download all of them in the format of sketches/digits.json."""
    explorer = reuse()
    page = explorer.page
    page.locator(".open-save").click()
    button = page.locator('[data-save="strokes"]')
    before = int((button.text_content() or "").split()[1])  # those of other tests on this page
    for digit in (6, 2):
        explorer.click("clear")
        explorer.load(DIGITS[digit])
        page.locator(".save select").select_option(str(digit))
        page.locator('[data-save="correct"]').click()
    assert button.inner_text() == f"Download {before + 2} collected drawings"
    (tmp_path / "digits.json").write_bytes(download(explorer, "strokes"))
    drawings = list(pen_digits(tmp_path))[before * len(BRUSHES) :]
    assert {drawing.label for drawing in drawings} == {6, 2}
    reader = Recognizer.from_pretrained()
    assert all(reader.read(drawing.image).digit == drawing.label for drawing in drawings)


def test_saving_nothing_says_so(reuse):
    """Without a drawing there is nothing to save."""
    explorer = reuse()
    explorer.page.locator(".open-save").click()
    explorer.page.locator('[data-save="png"]').click()
    assert explorer.page.locator(".saved").inner_text() == "Draw a digit first."


def test_changes_and_saving_by_keyboard_alone(reuse, reader):
    """Tab to the change and the slider, which says what is read; then save the numbers and correct the answer."""
    explorer = reuse()
    page = explorer.page
    explorer.load(DIGITS[4])
    page.locator('.strip [data-mode="break"]').press("Enter")
    wait_for_curve(explorer)
    page.locator('[data-transform="slant"]').press("Enter")
    page.locator(".curve input").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert page.locator("output.amount").inner_text() == "+8°"
    digit, percents = expected(explorer, reader)
    assert shown(explorer) == (digit, percents)
    answer = "rejected" if digit == "?" else f"read as {digit}"
    assert page.locator(".curve input").get_attribute("aria-valuetext") == f"+8°, {answer}"
    page.locator(".open-save").press("Enter")
    with page.expect_download() as started:
        page.locator('[data-save="json"]').press("Enter")
    numbers = json.loads(started.value.path().read_bytes())
    features = explorer.features()
    assert np.allclose(numbers["layers"]["f6"]["values"], features["f6"], atol=1e-4)
    assert "t=slant%2C8" in numbers["link"]
    page.locator(".save select").focus()
    page.keyboard.press("9")
    page.locator('[data-save="correct"]').press("Enter")
    assert page.locator(".saved").inner_text() == "Collected as 9."


def test_saving_by_touch_on_a_phone(reuse):
    """Numbers, picture and collected strokes, each by a tap."""
    explorer = reuse(viewport=PHONE, has_touch=True, is_mobile=True)
    page = explorer.page
    page.locator('[title="Example 5"]').tap()
    assert explorer.digit() == "5"
    page.locator(".open-save").tap()
    arrays = np.load(io.BytesIO(download(explorer, "npz", touch=True)))
    for name, values in explorer.features().items():
        assert np.allclose(arrays[name], values, atol=1e-4), name
    assert Image.open(io.BytesIO(download(explorer, "png", touch=True))).width >= 2 * 380
    page.locator(".save select").select_option("5")
    page.locator('[data-save="correct"]').tap()
    assert page.locator('[data-save="strokes"]').inner_text() == "Download 1 collected drawing"
    page.locator(".save").evaluate("(panel) => panel.scrollIntoView()")
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_a_link_shows_the_same_change(reuse, explore, reader, subtests):
    """Drawing, slider and preprocessing, in another browser, with the numbers that PyTorch computes."""
    explorer = reuse()
    explorer.load(DIGITS[4])
    page = explorer.page
    explorer.open("break")
    links = {}
    for change, position in (("noise,0.25", 15), ("shift,-30,raw", 20)):
        name, _, *raw = change.split(",")
        page.locator(f'[data-transform="{name}"]').click()
        if raw:
            page.locator(".centering").uncheck()
        move_to(explorer, position)
        page.wait_for_function("(part) => location.hash.includes(part)", arg=f"t={'%2C'.join(change.split(','))}")
        assert shown(explorer) == expected(explorer, reader)
        amount = page.locator("output.amount").inner_text()
        links[change] = page.evaluate("() => location.hash"), explorer.scores(), shown(explorer), amount
    other = explore(fragment=links["noise,0.25"][0])
    for change, (link, scores, answer, amount) in links.items():
        with subtests.test(change=change):
            if change != "noise,0.25":
                other.page.evaluate(FOLLOW, link)
            other.page.locator("output.amount", has_text=amount).wait_for()
            assert other.digit() == answer[0]
            assert other.scores() == scores
            assert other.page.locator(".centering").is_checked() == (not change.endswith("raw"))
            assert shown(other) == answer


def test_a_change_of_a_damaged_link_is_ignored(reuse):
    """Break opens with the nearest change that it knows."""
    explorer = reuse()
    explorer.load(DIGITS[4], m="break", t="rotation,1e9,raw,more", k="999999999999")
    assert explorer.page.locator(".transforms [aria-pressed=true]").inner_text() == "Rotation"
    assert explorer.page.locator("output.amount").inner_text() == "+90\N{DEGREE SIGN}"

"""Images on the page: read in the browser as by Python, kept, and never sent anywhere."""

import io

import numpy as np
from PIL import Image, ImageOps

from harness.drawings import EXAMPLES, draw, encoded
from harness.pictures import (
    MASK,
    bmp_with_unused_alpha,
    colored,
    cut,
    framed,
    large,
    photo,
    row_mask,
    strokes_on_nothing,
)
from lenet import Recognizer
from lenet.image.file import load_image
from tests.browser.explorer import FOLLOW, Explorer, drop

LOCAL = "Computed in your browser. Images are not sent."


def turned(image: Image.Image) -> bytes:
    """A JPEG whose EXIF data say that it has to be turned, as phones write them."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(image.rotate(90, expand=True), "JPEG", quality=92, exif=exif)


# What differs in how the browser decodes it, or in what is shown: all others are read in tests/modules/images.test.js.
PICTURES = {
    "photo of a phone": lambda: turned(large(photo(MASK, ruled=True))),
    "photo as WebP": lambda: encoded(photo(MASK), "WEBP", quality=80),
    "sticker": lambda: encoded(cut("circle")),
    "palette": lambda: encoded(cut("corners"), "GIF"),
    "strokes on nothing": lambda: encoded(strokes_on_nothing((255, 255, 255))),
    "frame": lambda: encoded(framed("inset"), "BMP"),
    "BMP with an unused alpha byte": lambda: bmp_with_unused_alpha(draw(EXAMPLES[6]["strokes"])),
    "red on green": lambda: encoded(colored((220, 30, 30), (20, 130, 30))),
    "row": lambda: encoded(ImageOps.invert(row_mask("402"))),
    "animation that begins blank": lambda: encoded(
        Image.new("RGB", MASK.size, (250, 250, 240)), "GIF", save_all=True, append_images=[colored()], duration=90
    ),
    "blank": lambda: encoded(Image.new("L", (50, 40), 230)),
}


def drop_and_read(explorer: Explorer, content: bytes) -> None:
    drop(explorer.page, content)
    explorer.page.locator(".check", has_text=LOCAL).wait_for()


def answer(explorer: Explorer) -> tuple[str, list[str]]:
    return explorer.digit(), explorer.page.locator(".top li").all_inner_texts()


def test_a_dropped_image_is_read_as_by_python(reuse, reader: Recognizer, subtests):
    """Input and answer; nothing is sent to the server, and nothing is said to be checked."""
    explorer = reuse(served=True)
    sent = []
    explorer.page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    for kind, picture in PICTURES.items():
        with subtests.test(kind=kind):
            explorer.click("clear")
            explorer.page.locator(".check:empty").wait_for(state="attached")
            content = picture()
            drop_and_read(explorer, content)
            reading = reader.read(load_image(io.BytesIO(content)))
            expected = reading.number if reading.digit is None else str(reading.digit)
            assert explorer.digit() == (expected or "?")
            if reading.number:  # of which the layers show the first digit
                assert explorer.page.locator(".row-parts button").count() == len(reading.number)
            else:
                assert np.abs(explorer.ink().numpy() - reading.activations["input"]).max() <= 2 / 255
            assert "PyTorch" not in explorer.page.locator(".verdict").inner_text()
            assert sent == []  # when the check says so, the server would have been asked
    explorer.page.wait_for_timeout(500)  # twice as long as the pen rests before the server is asked
    assert sent == []


def test_an_image_survives_a_reload_and_travels_in_the_link(explore, reuse, subtests):
    """With the same answer; after a reload it looks as before."""
    explorer, other = explore(), reuse()
    page = explorer.page
    for kind in ("red on green", "row", "blank"):
        with subtests.test(kind=kind):
            page.bring_to_front()
            drop_and_read(explorer, PICTURES[kind]())
            shown, looks = answer(explorer), pad(explorer)
            page.locator(".copy-link").click()
            page.locator(".notice", has_text="The link contains what is read of the image").wait_for()
            link = page.evaluate("() => navigator.clipboard.readText()")
            assert len(link) < 2_000
            page.wait_for_url(link)
            page.reload()
            page.locator(".check", has_text=LOCAL).wait_for()
            assert answer(explorer) == shown
            assert np.abs(pad(explorer) - looks).mean() < 3
            explorer.click("clear")
            page.locator(".check:empty").wait_for(state="attached")
            other.page.bring_to_front()
            other.page.evaluate(FOLLOW, link[link.index("#") :])
            other.page.locator(".check", has_text=LOCAL).wait_for()
            if kind == "row":
                assert other.digit() == shown[0] == "402"
            else:
                assert answer(other) == shown
            other.click("clear")
            other.page.locator(".check:empty").wait_for(state="attached")


def pad(explorer: Explorer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(explorer.page.locator(".pad").screenshot())).convert("L"), float)


def test_a_damaged_link_to_an_image_says_so(reuse):
    """In the same words as one to a drawing, and one can draw."""
    explorer = reuse()
    explorer.page.evaluate(FOLLOW, "#v=1&n=textbook&i=AAACCAD&m=why")
    explorer.page.locator(".notice", has_text="The link does not contain a valid drawing.").wait_for()
    assert explorer.page.locator(".panel.why").is_visible()
    explorer.click("undo")
    assert explorer.digit() == "?"


def test_a_digit_of_the_test_is_kept_as_one(explore):
    """It is answered as in the test after a reload, too."""
    explorer = explore()
    explorer.open("mistakes")
    page = explorer.page
    page.locator(".gallery button").first.click()
    page.locator(".check", has_text="Computed in your browser.").wait_for()
    shown = answer(explorer), page.locator(".reason").inner_text()
    page.wait_for_url("**i=B*")
    page.reload()
    page.locator(".check", has_text="Computed in your browser.").wait_for()
    assert (answer(explorer), page.locator(".reason").inner_text()) == shown


def test_a_stroke_replaces_the_image_and_is_checked(reuse):
    """By PyTorch, as any drawing; Undo brings the image back."""
    explorer = reuse(served=True)
    drop_and_read(explorer, PICTURES["red on green"]())
    explorer.stroke([(0.35, 0.25), (0.7, 0.25), (0.5, 0.85)])
    explorer.wait_for_check()
    assert explorer.digit() == "7"
    explorer.click("undo")
    explorer.page.locator(".check", has_text=LOCAL).wait_for()
    assert explorer.digit() == "4"


def test_what_the_browser_cannot_open_is_answered_with_what_it_can(reuse):
    """In one sentence, which names the formats; the pad is as it was."""
    explorer = reuse()
    drop(explorer.page, b"no image")
    formats = "save it as PNG, JPEG or WebP."
    explorer.page.locator(".notice", has_text=formats).wait_for()
    assert explorer.digit() == "?"


def test_an_image_that_is_too_large_is_refused_before_it_is_decoded(reuse):
    """With as many pixels, or as wide, as Python refuses; a canvas of that width would be blank."""
    explorer = reuse()
    for size in ((8_000, 8_000), (25_000, 4)):
        drop(explorer.page, encoded(Image.new("1", size, 1)))
        explorer.page.locator(".notice", has_text="This image is too large:").wait_for()
        drop(explorer.page, PICTURES["blank"]())
        explorer.page.locator(".notice:empty").wait_for(state="attached")


def test_every_mode_agrees_about_an_image_of_several_digits(reuse):
    """Break and Learn read the number of the headline."""
    explorer = reuse()
    drop_and_read(explorer, encoded(ImageOps.invert(row_mask("47"))))
    assert explorer.digit() == "47"
    explorer.page.locator(".row-strip canvas").first.wait_for()
    for mode in ("break", "learn", "inspect"):
        explorer.open(mode)
        explorer.page.locator(".digit", has_text="47").wait_for()
    explorer.open("break")
    explorer.page.locator(".breaking-point", has_text="Read as 47 from").wait_for()

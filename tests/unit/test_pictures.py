"""Everyday pictures: what is not paper of the digit's own, or not ink, does not count."""

import io
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from harness.drawings import EXAMPLES, draw, encoded
from harness.pictures import FRAMES, MASK, SIDE, TRANSPARENT, colored, framed, strokes_on_nothing
from lenet import Recognizer
from lenet.image.file import load_image, register_heif
from lenet.image.paper import borders


@pytest.fixture(scope="module")
def reader() -> Recognizer:
    return Recognizer.from_pretrained()


@pytest.mark.parametrize("kind", TRANSPARENT)
def test_a_picture_with_transparent_parts_has_its_own_paper(reader, kind):
    """The digit on it is read, not its outline."""
    assert reader.read(TRANSPARENT[kind]()).digit == 4


def test_strokes_on_nothing_are_ink(reader):
    """Whether they are of one color or two: as a drawing program without a background saves them."""
    for image in (strokes_on_nothing(), strokes_on_nothing(second=(30, 30, 60))):
        assert reader.read(image).digit == 4


@pytest.mark.parametrize("colors", [((20, 20, 60), (250, 250, 240)), ((240, 240, 240), (30, 30, 35))])
@pytest.mark.parametrize("kind", FRAMES)
def test_frames_and_lines_along_the_border_are_not_ink(reader, kind, colors):
    """Dark on light, and light on dark."""
    reading = reader.read(framed(kind, *colors))
    assert (reading.digit, reading.number) == (4, None)


def test_a_frame_with_nothing_in_it_is_ink(reader):
    """It may be a boxy 0: something is left to read, or to reject, in any case."""
    image = Image.new("L", (100, 140), 255)
    ImageDraw.Draw(image).rectangle((15, 12, 84, 127), outline=0, width=9)
    assert reader.read(image).reason != "blank"


@pytest.mark.parametrize("colors", [((220, 30, 30), (20, 130, 30)), ((190, 30, 30), (40, 60, 200))])
def test_ink_differs_from_paper_in_color(reader, colors):
    """Where both are equally bright."""
    assert np.ptp(np.asarray(colored(*colors).convert("L"))) < 20
    assert reader.read(colored(*colors)).digit == 4


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_a_blank_first_frame_is_passed_over(reader, format):
    """That frame is read which has the most on it: the digit is complete there."""
    half = MASK.copy()
    half.paste(0, (0, SIDE // 2, SIDE, SIDE))
    frames = [colored(mask=half), colored(), colored(mask=half), Image.new("RGB", MASK.size, (250, 250, 240))]
    content = encoded(frames[-1], format, save_all=True, append_images=frames, duration=90)
    assert reader.read(load_image(io.BytesIO(content))).digit == 4


def test_the_first_frame_is_read_if_it_is_not_blank(reader):
    """Whatever follows, and if the file ends within what follows."""
    other = colored(mask=ImageOps.invert(draw(EXAMPLES[7]["strokes"])))
    content = encoded(colored(), "GIF", save_all=True, append_images=[other], duration=90)
    for file in (content, content[:-100]):
        assert reader.read(load_image(io.BytesIO(file))).digit == 4


def test_a_large_photo_is_decoded_at_a_reduced_size(reader):
    """63 million pixels as a JPEG, which other formats may not have."""
    image = colored().convert("L").resize((9_000, 7_000), Image.Resampling.BOX)
    small = load_image(io.BytesIO(encoded(image, "JPEG")))
    assert small.size == (4_500, 3_500)
    assert reader.read(small).digit == 4


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.7", "a PDF document"), (b"\0\0\0\x18ftypisom" + bytes(16), "a video"), (b"<svg/>", "an SVG drawing")],
)
def test_a_file_of_another_kind_is_named(content, name):
    """With what is accepted."""
    with pytest.raises(ValueError, match=f"^this is {name}, which is not read; accepted are PNG, JPEG, WEBP, .*HEIF$"):
        load_image(io.BytesIO(content))


HEIC = b"\0\0\0\x1cftypheic\0\0\0\0mif1heicmiaf"


def test_without_the_extra_heic_is_named(monkeypatch):
    """With what to do."""
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ValueError, match=r"^HEIC images need pillow-heif \(pip install pillow-heif\); or save"):
        load_image(io.BytesIO(HEIC))


def test_heic_is_read_with_the_extra(reader):
    """As an iPhone writes it."""
    register_heif()
    assert reader.read(load_image(io.BytesIO(encoded(colored(), "HEIF")))).digit == 4


def percent(pen: ImageDraw.ImageDraw) -> None:
    pen.line((80, 220, 190, 60), 0, 14)
    for x, y in ((85, 85), (185, 200)):
        pen.ellipse((x - 28, y - 28, x + 28, y + 28), outline=0, width=12)


def bold_percent(pen: ImageDraw.ImageDraw) -> None:
    """Cut through its stroke, it would be a 9 beside a 6."""
    pen.line((80, 210, 200, 70), 0, 18)
    for x, y in ((90, 90), (190, 190)):
        pen.ellipse((x - 33, y - 33, x + 33, y + 33), outline=0, width=18)


def smiley(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((40, 40, 240, 240), outline=0, width=13)
    pen.arc((90, 110, 190, 200), 20, 160, 0, 12)
    for x in (105, 175):
        pen.ellipse((x - 12, 95, x + 12, 119), fill=0)


NO_NUMBERS = {
    "per cent": percent,
    "bold per cent": bold_percent,
    "smiley": smiley,
    "dot": lambda pen: pen.ellipse((130, 130, 146, 146), fill=0),
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_what_is_no_number_is_not_read_as_one(reader, kind):
    """Nor as a digit."""
    image = Image.new("L", (SIDE, SIDE), 255)
    NO_NUMBERS[kind](ImageDraw.Draw(image))
    reading = reader.read(np.asarray(image))
    assert (reading.digit, reading.number) == (None, None)


@pytest.mark.parametrize("channel", range(3))
def test_a_border_has_another_color_in_any_channel(channel):
    """Six rows or columns along each side, and one more, where its color may end; in three channels or one."""
    values = np.ones((1, 60, 60, 3), np.float32)
    values[..., channel] = 0.5
    values[:, 6:-6, 6:-6, channel] = 1
    assert borders(values).tolist() == [[7, 7, 7, 7]]
    assert borders(values[..., [channel]]).tolist() == [[7, 7, 7, 7]]
    assert borders(np.delete(values, channel, axis=3)).tolist() == [[0, 0, 0, 0]]

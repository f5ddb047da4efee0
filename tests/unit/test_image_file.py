"""Image files: opened once, with the same message for the reader, the command line and the page."""

import io
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from harness.images import chunk, exif_as_text, exif_of_shared_bytes, with_chunks, with_scans
from lenet import preprocess
from lenet.image.file import load_image, open_image

ONE = draw(EXAMPLES[1]["strokes"])


def test_a_file_is_read_like_the_image_in_it(tmp_path):
    """A path, as a string or not, gives the same input of the network as the opened image."""
    image = draw(EXAMPLES[4]["strokes"])
    path = tmp_path / "4.png"
    image.save(path)
    for given in (path, str(path)):
        np.testing.assert_array_equal(preprocess(given), preprocess(image))


def test_a_file_that_is_not_an_image_says_so(tmp_path):
    """Text, an empty file, and damaged images of several formats: ValueError with one line."""
    damaged = {}
    for format in ("PNG", "JPEG", "TIFF", "WEBP"):
        content = encoded(ONE, format)
        damaged[f"damaged {format}"] = content[: len(content) // 2]
    for name, content in {"text": b"a letter", "empty": b"", **damaged}.items():
        path = tmp_path / name
        path.write_bytes(content)
        format = name.removeprefix("damaged ")
        unknown = "not an image file, or of an unsupported format; accepted are PNG, JPEG, .*, HEIF"
        expected = unknown if format == name else f"damaged ({format} )?image"
        with pytest.raises(ValueError, match=f"^({expected})$"):
            open_image(path)


def test_a_file_that_cannot_be_opened_is_an_os_error(tmp_path):
    """A missing file and a folder."""
    for path in (tmp_path / "missing.png", tmp_path):
        with pytest.raises(OSError, match=r"No such file|Is a directory"):
            open_image(path)


def test_a_large_image_is_rejected_before_it_is_decoded(tmp_path):
    """More than 50 million pixels; Pillow's own warning, of which it makes an error here, is not raised."""
    Image.new("1", (10_000, 10_000)).save(tmp_path / "large.png")
    with pytest.raises(ValueError, match="image too large: 10000 x 10000 pixels; the limits are 50 million pixels"):
        open_image(tmp_path / "large.png")


def exif(orientation: bytes) -> bytes:
    """EXIF data with one entry of one short number, the orientation."""
    return b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + b"\x01\x12\0\x03\0\0\0\x01" + orientation + bytes(6)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a JPEG with 1,000 scans": (lambda: with_scans(1_000), "unusual JPEG image: more than 100 scans"),
    "a PNG with 230,000 chunks": (
        lambda: with_chunks(chunk(b"teXt", b"") * 230_000),
        "unusual PNG image: more than 50,000 chunks",
    ),
    "a line, which may have few pixels": (
        lambda: encoded(Image.new("1", (1, 20_001))),
        "image too large: 1 x 20001 pixels; the limits are 50 million pixels and 20,000 per side",
    ),
    "EPS, for which Pillow would start Ghostscript": (
        lambda: encoded(Image.new("L", (9, 9)), "EPS"),
        "this is a PostScript file, which is not read; accepted are PNG, JPEG",
    ),
    "a PNG without pixels": (lambda: with_chunks()[:16] + bytes(8) + with_chunks()[24:], "damaged image|not an image"),
    "a broken header of a PNG": (lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"1"), "damaged image|not an image"),
    "a TIFF whose directory is beyond its end": (lambda: b"II*\0\xff\xff\xff\x7f", "damaged image|not an image"),
    "a WebP of nothing": (lambda: b"RIFF\x0c\0\0\0WEBPVP8 ", "damaged image|not an image"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_at_once(tmp_path, name):
    """In one line, before it takes time or memory; a decoder that is not interrupted takes up to 30 seconds."""
    make, expected = HOSTILE[name]
    path = tmp_path / "image"
    path.write_bytes(make())
    start = time.perf_counter()
    with pytest.raises(ValueError, match=f"^({expected})") as error:
        open_image(path)
    assert time.perf_counter() - start < 5  # 0.1 s here
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        with_chunks(chunk(b"eXIf", b"MM\0*")),
        with_chunks(chunk(b"eXIf", b"XX")),
        encoded(ONE, "JPEG", exif=exif(b"\xff\xff")),
    ],
    ids=["cut", "no EXIF", "no such orientation"],
)
def test_damaged_exif_data_is_ignored(tmp_path, content):
    """The image is as it would be without them."""
    path = tmp_path / "image"
    path.write_bytes(content)
    assert preprocess(path).max() > 0.5


@pytest.mark.parametrize(
    "hostile",
    [
        chunk(b"eXIf", exif_of_shared_bytes(1_400, 500_000)),
        exif_as_text(exif_of_shared_bytes(2_000, 500_000)),
        chunk(b"eXIf", b"Exif\0\0" * 500_000),
    ],
    ids=["entries that share bytes", "the same as text", "a prefix repeated"],
)
def test_hostile_exif_data_costs_nothing(hostile):
    """Where Pillow would copy a gigabyte, or read for a minute, the image is as it would be without them."""
    content = with_chunks(hostile)
    tracemalloc.start()
    began = time.thread_time()
    image = load_image(io.BytesIO(content))
    assert time.thread_time() - began < 2  # 20 ms are usual
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    np.testing.assert_array_equal(np.asarray(image), np.asarray(ONE))


@pytest.fixture(scope="module")
def slow() -> bytes:
    """A file that takes long: 90 scans of 4 million pixels."""
    content = encoded(Image.effect_noise((2_000, 2_000), 40), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + 90 * content[last:-2]


@pytest.mark.parametrize("seconds", [0.05, -1.0])
def test_reading_has_a_time_limit(monkeypatch, slow, seconds):
    """Whatever takes the time: the pixels, or what precedes them."""
    monkeypatch.setattr("lenet.image.file.MAX_SECONDS", seconds)
    with pytest.raises(ValueError, match=rf"reading the image takes more than {seconds:g} s"):
        load_image(io.BytesIO(slow))


def test_usual_progressive_images_are_read(tmp_path):
    """A progressive JPEG has about ten scans."""
    path = tmp_path / "image.jpg"
    path.write_bytes(encoded(ONE, "JPEG", progressive=True))
    np.testing.assert_allclose(preprocess(path), preprocess(draw(EXAMPLES[1]["strokes"])), atol=0.2)


def test_an_image_without_its_palette_is_damaged():
    """A PNG whose pixels are numbers of colors that are not in it."""
    content = encoded(ONE.convert("P"))
    at = content.index(b"PLTE") - 4
    length = 12 + int.from_bytes(content[at : at + 4], "big")
    with pytest.raises(ValueError, match=r"^damaged PNG image$"):
        load_image(io.BytesIO(content[:at] + content[at + length :]))

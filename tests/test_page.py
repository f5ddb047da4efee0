"""Requests and responses between browser and reader, without a browser."""

import base64
import io
import re

import numpy as np
from PIL import Image

from lenet.page.blocks import FILES
from lenet.page.payload import MAX_CHARACTERS, PREFIX, decode, read_data_url
from tests.conftest import EXAMPLES, draw


def url(image: Image.Image, kind: str = "PNG") -> str:
    file = io.BytesIO()
    image.save(file, kind)
    return PREFIX + base64.b64encode(file.getvalue()).decode()


def test_the_response_contains_the_reading(reader):
    """Digit and top 3 are those of the reader; every value is accurate to half a level of its layer's scale."""
    image = draw(EXAMPLES[8]["strokes"])
    sent, reading = read_data_url(reader, url(image)), reader.read(image)
    assert sent["digit"] == 8
    assert sent["reason"] is None
    assert sent["top"] == reading.top(3)
    np.testing.assert_array_equal(np.float32(sent["output"]), reading.activations["output"])
    assert list(sent["stages"]) == list(reading.activations)
    for name, stage in sent["stages"].items():
        values = reading.activations[name]
        levels = np.frombuffer(base64.b64decode(stage["values"]), np.int8).reshape(values.shape)
        np.testing.assert_allclose(levels * (stage["scale"] / 127), values, atol=stage["scale"] / 253)
        assert (stage["low"], stage["high"]) == (float(values.min()), float(values.max()))
        assert stage["scale"] == max(1, np.abs(values).max())


def test_an_empty_canvas_is_blank(reader):
    """It is a valid image, with a reason instead of a digit."""
    assert read_data_url(reader, url(Image.new("RGBA", (280, 280))))["reason"] == "blank"


WHOLE = url(Image.new("RGBA", (280, 280), (1, 2, 3, 4)))
INVALID = [
    (None, "expected a PNG image"),
    ([WHOLE], "expected a PNG image"),
    ({"path": "/etc/passwd"}, "expected a PNG image"),
    ("", "expected a PNG image"),
    ("data:image/svg+xml;base64,PHN2Zy8+", "expected a PNG image"),
    (PREFIX, "invalid or truncated PNG"),
    (PREFIX + "!!!!", "invalid or truncated PNG"),
    (PREFIX + "QUJD", "invalid or truncated PNG"),
    (WHOLE[:-40], "invalid or truncated PNG"),
    (url(Image.new("L", (9, 9)), "JPEG"), "invalid or truncated PNG"),
    (url(Image.new("L", (2000, 10))), "image too large: 2000 x 10 pixels, the limit is 1024 per side"),
    (PREFIX + "A" * MAX_CHARACTERS, "the data URL is too long: 4,000,022 characters, the limit is 4,000,000"),
]


def test_invalid_requests_get_an_error_message(reader):
    """Whatever is posted, the response is one line, never a traceback."""
    for posted, message in INVALID:
        response = read_data_url(reader, posted)
        assert list(response) == ["error"], message
        assert response["error"].startswith(message), message
        assert "\n" not in response["error"], message


def test_decoding_keeps_transparency():
    """The ink of the pad is in the opacity."""
    assert decode(WHOLE).getpixel((5, 5)) == (1, 2, 3, 4)


def test_the_browsers_files_refer_to_no_other_host():
    """Everything on the page is served by the app itself."""
    for name, content in FILES.items():
        assert not re.search(rb"https?://|[\"'(]//", content), name

"""What passes between browser and reader, and the page's HTML, without a browser."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from lenet import NETWORKS, Recognizer
from lenet.networks.summary import layers
from lenet.page.blocks import STATIC
from lenet.page.document import document
from lenet.page.payload import MAX_CHARACTERS, PREFIX, answer, decode
from lenet.weights.model import bundled
from tests.conftest import EXAMPLES, draw


def url(image: Image.Image, kind: str = "PNG") -> str:
    file = io.BytesIO()
    image.save(file, kind)
    return PREFIX + base64.b64encode(file.getvalue()).decode()


def test_the_answer_is_the_reading(reader):
    """Digit and top 3 are the reader's; every value comes back to within half a step of its scale."""
    picture = draw(EXAMPLES[8]["strokes"])
    sent, reading = answer(reader, url(picture)), reader.read(picture)
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


def test_a_blank_picture_is_answered_as_blank(reader):
    """An empty canvas is a picture, too."""
    assert answer(reader, url(Image.new("RGBA", (280, 280))))["reason"] == "blank"


WHOLE = url(Image.new("RGBA", (280, 280), (1, 2, 3, 4)))


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        (None, "nothing else is accepted"),
        (7, "nothing else is accepted"),
        ([WHOLE], "nothing else is accepted"),
        ({"path": "/etc/passwd"}, "nothing else is accepted"),
        ("", "nothing else is accepted"),
        ("data:image/svg+xml;base64,PHN2Zy8+", "nothing else is accepted"),
        (PREFIX, "not a whole PNG"),
        (PREFIX + "!!!!", "not a whole PNG"),
        (PREFIX + "QUJD", "not a whole PNG"),
        (WHOLE[:-40], "not a whole PNG"),
        (url(Image.new("L", (9, 9)), "JPEG"), "not a whole PNG"),
        (url(Image.new("L", (2000, 10))), "accepted are 1024 a side"),
        (PREFIX + "A" * MAX_CHARACTERS, "accepted are 4,000,000"),
    ],
)
def test_what_is_no_png_is_answered_with_an_error(reader, posted, message):
    """Whatever is posted, the answer is a line, never a traceback."""
    assert re.search(message, answer(reader, posted)["error"])


def test_decode_keeps_transparency():
    """The pad's ink lies in the opacity."""
    assert decode(WHOLE).getpixel((5, 5)) == (1, 2, 3, 4)


def test_the_rows_carry_the_papers_arithmetic(reader):
    """The parameters of each layer are spelled out."""
    rows = {row.name: row for row in layers(reader.model)}
    assert rows["c1"].arithmetic == "6 x (5x5 + 1) = 156"
    assert rows["c3"].arithmetic == "16 x (6x5x5 + 1) = 2,416"
    assert rows["c5"].arithmetic == "120 x (16x5x5 + 1) = 48,120"
    assert rows["f6"].arithmetic == "84 x (120 + 1) = 10,164"
    assert rows["output"].arithmetic == "10 x (84 + 1) = 850"


@pytest.mark.parametrize("variant", NETWORKS)
def test_every_row_of_every_network_is_on_the_page(variant):
    """And what is spelled out of its parameters is right."""
    reader = Recognizer.from_pretrained(bundled(variant))
    rows = layers(reader.model)
    html = document(reader)
    for row in rows:
        if row.parameters:
            product, total = row.arithmetic.split(" = ")
            assert eval(product.replace("x", "*")) == int(total.replace(",", "")) == row.parameters
        else:
            assert row.arithmetic == "no parameters"
        assert f'data-stage="{row.name}"' in html
        assert row.arithmetic in html


def test_the_foot_says_what_was_measured(reader):
    """The error on the page is the one in metrics.json."""
    assert f"{100 * reader.metrics['test']['error']:.2f} % of the 10,000" in document(reader)


def test_the_browsers_files_name_no_other_host():
    """Nothing on the page is fetched from elsewhere."""
    for path in STATIC.iterdir():
        assert not re.search(r"https?://|[\"'(]//", path.read_text()), path.name

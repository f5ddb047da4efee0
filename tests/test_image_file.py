"""Image files: opened once, with the same message for the reader, the command line and the page."""

import io

import numpy as np
import pytest
from PIL import Image

from lenet import preprocess
from lenet.image.file import open_image
from tests.conftest import EXAMPLES, draw


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
        content = io.BytesIO()
        draw(EXAMPLES[1]["strokes"]).save(content, format)
        damaged[f"damaged {format}"] = content.getvalue()[: len(content.getvalue()) // 2]
    for name, content in {"text": b"a letter", "empty": b"", **damaged}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match=r"not an image file, or of an unsupported format|damaged image: "
        ) as error:
            open_image(path)
        assert "\n" not in str(error.value), name


def test_a_file_that_cannot_be_opened_is_an_os_error(tmp_path):
    """A missing file and a folder."""
    for path in (tmp_path / "missing.png", tmp_path):
        with pytest.raises(OSError, match=r"No such file|Is a directory"):
            open_image(path)


def test_a_large_image_is_rejected_before_it_is_decoded(tmp_path):
    """More than 50 million pixels; Pillow's own warning, of which it makes an error here, is not raised."""
    Image.new("1", (10_000, 10_000)).save(tmp_path / "large.png")
    with pytest.raises(ValueError, match="image too large: 10000 x 10000 pixels, the limit is 50 million pixels"):
        open_image(tmp_path / "large.png")

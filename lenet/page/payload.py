"""Requests and responses between browser and server: a PNG in, the reading out."""

import base64
import io

from PIL import Image

from lenet.image.file import load_image
from lenet.recognizer import Reading

MAX_BYTES = 1_000_000  # of the PNG; a drawing takes about 4 kB
MAX_SIDE = 1_024  # pixels; the page sends drawings with 280, and images with up to 640


def decode(data: bytes) -> Image.Image:
    """The image in a PNG. Raises ValueError for anything else."""
    image = load_image(io.BytesIO(data), ("PNG",))
    if max(image.size) > MAX_SIDE:
        raise ValueError(f"image too large: {image.width} x {image.height} pixels, the limit is {MAX_SIDE} per side")
    return image


def pack(reading: Reading, with_ink: bool = False) -> dict:
    """The reading as a dict for JSON: digit, reason, the ten probabilities, and the digits of a row.

    `with_ink` adds the preprocessed image, as base64 of 32x32 float32 numbers, little-endian, from which the browser
    computes the layers: it preprocesses drawings itself, but not images.
    """
    result = {
        "digit": reading.digit,
        "reason": reading.reason,
        "probabilities": list(reading.probabilities),
        "digits": reading.digits,
    }
    if with_ink:
        ink = reading.activations["input"].astype("<f4")
        result["ink"] = base64.b64encode(ink.tobytes()).decode("ascii")
    return result

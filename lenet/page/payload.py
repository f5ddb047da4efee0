"""Requests and responses between browser and reader: a PNG in, the reading with the output of every layer out."""

import base64
import binascii
import io

import numpy as np
from PIL import Image

from lenet.recognizer import Reading, Recognizer

PREFIX = "data:image/png;base64,"
MAX_CHARACTERS = 4_000_000  # of the data URL
MAX_SIDE = 1_024  # pixels; the page sends drawings with 280, and images with up to 640
LEVELS = 127  # values are sent as signed bytes: a quarter of the size of float32, finer than a screen's colours


def read_data_url(reader: Recognizer, data_url: object) -> dict:
    """Read the image that the page sent. Returns a dict for JSON: the reading, or {"error": message}.

    Gradio passes on any data posted by a client, so type and size are checked here.
    """
    try:
        return pack(reader.read(decode(data_url)))
    except ValueError as error:
        return {"error": str(error)}


def decode(data_url: object) -> Image.Image:
    """The image in a PNG data URL. Raises ValueError for anything else."""
    if not isinstance(data_url, str) or not data_url.startswith(PREFIX):
        raise ValueError("expected a PNG image as a data URL")
    if len(data_url) > MAX_CHARACTERS:
        raise ValueError(f"the data URL is too long: {len(data_url):,} characters, the limit is {MAX_CHARACTERS:,}")
    try:
        data = base64.b64decode(data_url[len(PREFIX) :], validate=True)
        image = Image.open(io.BytesIO(data), formats=["PNG"])
        if max(image.size) > MAX_SIDE:
            raise ValueError(
                f"image too large: {image.width} x {image.height} pixels, the limit is {MAX_SIDE} per side"
            )
        image.load()
    except (binascii.Error, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"invalid or truncated PNG: {error}") from error
    return image


def pack(reading: Reading) -> dict:
    """The reading as a dict for JSON: digit, reason, top 3, and the range, scale and values of each layer.

    `values` are signed bytes in base64; multiplied by `scale` / 127 they are the activations. If all values of a layer
    lie in [-1, 1], as those of tanh do, the scale is 1, so that colours are comparable between layers; otherwise it is
    the largest absolute value.
    """
    stages = {}
    for name, values in reading.activations.items():
        scale = max(1.0, float(np.abs(values).max()))
        levels = np.rint(values * (LEVELS / scale)).astype(np.int8)
        stages[name] = {
            "low": float(values.min()),
            "high": float(values.max()),
            "scale": scale,
            "values": base64.b64encode(levels.tobytes()).decode("ascii"),
        }
    return {
        **reading.as_dict(),
        "output": reading.activations["output"].tolist(),  # exact: the page displays these ten as numbers
        "stages": stages,
    }

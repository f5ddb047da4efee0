"""What passes between the browser and the reader: a PNG in, the answer and every stage's values out."""

import base64
import binascii
import io

import numpy as np
from PIL import Image

from lenet.recognizer import Reading, Recognizer

PREFIX = "data:image/png;base64,"
MAX_CHARACTERS = 4_000_000  # of the data URL
MAX_SIDE = 1_024  # pixels; the pad sends 280, an uploaded picture 640
LEVELS = 127  # values travel as signed bytes: a quarter of float32's size, finer than a screen's colours


def answer(reader: Recognizer, data_url: object) -> dict:
    """Read the picture that the page sent; a dict for JSON, or {"error": what was wrong}.

    Gradio passes whatever a browser posts, unchecked, so type and size are checked here.
    """
    try:
        return pack(reader.read(decode(data_url)))
    except ValueError as error:
        return {"error": str(error)}


def decode(data_url: object) -> Image.Image:
    """The picture in a PNG data URL. Raises ValueError for anything else."""
    if not isinstance(data_url, str) or not data_url.startswith(PREFIX):
        raise ValueError("the page sends a PNG as a data URL, and nothing else is accepted")
    if len(data_url) > MAX_CHARACTERS:
        raise ValueError(f"the picture takes {len(data_url):,} characters; accepted are {MAX_CHARACTERS:,}")
    try:
        data = base64.b64decode(data_url[len(PREFIX) :], validate=True)
        picture = Image.open(io.BytesIO(data), formats=["PNG"])
        if max(picture.size) > MAX_SIDE:
            raise ValueError(f"the picture has {picture.size} pixels; accepted are {MAX_SIDE} a side")
        picture.load()
    except (binascii.Error, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"the picture is not a whole PNG: {error}") from error
    return picture


def pack(reading: Reading) -> dict:
    """The reading as JSON: the digit, the reason, the top 3, and each stage's range, scale and values.

    `values` is base64 of signed bytes; times `scale` / 127 they are the activations. The scale is 1 where all values
    lie in [-1, 1], as tanh's do, so that colours compare between stages; else it is the largest absolute value.
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
        "output": reading.activations["output"].tolist(),  # exact: the page writes these ten out as numbers
        "stages": stages,
    }

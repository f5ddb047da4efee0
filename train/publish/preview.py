"""The picture on the model card: a drawn digit, the output of every layer for it, and the ten probabilities."""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lenet.recognizer import Reading, Recognizer, percentage
from lenet.weights.model import Weights
from train.data.strokes import SIDE, PenDrawing, draw_page

PREVIEW = "preview.png"
EXAMPLES = Path(__file__).parents[2] / "lenet/page/static/examples.json"
DIGIT = 3  # of the examples
SIZE = 1200, 630  # pixels; what other sites show beside a link
# The page's colors (palette.js), the last ones from blue for negative to orange for positive values.
PAPER, INK, GRAY, RAISED = "#fffefa", "#16150f", "#6b675c", "#d2540f"
COLORS = "08306b 1d5fa3 5598cf a3c9e6 dae7ef f5f2e9 fbe2ca f7b986 ec8442 d2540f 9a3403"
GAP = 8  # between maps
# Of each layer: the left edge, how many maps or units are side by side, and the width of one of them.
LAYERS = {
    "c1": (340, 1, 70),
    "s2": (450, 1, 56),
    "c3": (546, 2, 50),
    "s4": (694, 2, 42),
    "c5": (826, 6, 20),
    "f6": (976, 4, 20),
}
MIDDLE = 355  # of all columns, from the top
PAD = 40, 235, 240  # the drawing's left edge, top and side
BARS = 1106, 1170  # the probabilities 0 and 1, from the left


def draw_preview(path: Path, weights: Weights) -> None:
    """Write the picture for weights of any of the networks, as a PNG; the same bytes for the same weights."""
    drawing = Image.fromarray(_example())
    reading = Recognizer(weights).read(drawing)
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    left, top, side = PAD
    pen.text((left, 30), "LeNet-5", INK, ImageFont.load_default(48))
    pen.text((left, 90), weights.model.variant, GRAY, ImageFont.load_default(26))
    image.paste(drawing.resize((side, side), Image.Resampling.LANCZOS), (left, top))
    pen.rectangle((left - 1, top - 1, left + side, top + side), outline=INK)
    pen.text((left, top + side + 16), _answer(reading), INK, ImageFont.load_default(26))
    for name, (x, columns, width) in LAYERS.items():
        values = reading.activations[name]
        box = _paste(image, x, columns, width, values)
        what = f"{len(values)} units" if values.ndim == 1 else f"{len(values)} maps"
        _heading(pen, (box[0] + box[2]) // 2, name.upper(), what)
    _heading(pen, sum(BARS) // 2 - 10, "output", "10 digits")
    for digit, probability in enumerate(reading.probabilities):
        y = MIDDLE + 44 * digit - 198
        pen.text((BARS[0] - 12, y), str(digit), INK, ImageFont.load_default(22), anchor="rm")
        pen.line((BARS[0], y - 14, BARS[0], y + 14), GRAY)
        pen.rectangle((BARS[0], y - 10, BARS[0] + probability * (BARS[1] - BARS[0]), y + 10), RAISED)
    image.save(path)


def _example() -> np.ndarray:
    """One of the page's examples, uint8, shape (SIDE, SIDE)."""
    strokes = [np.array(stroke) for stroke in json.loads(EXAMPLES.read_text())[DIGIT]["strokes"]]
    return draw_page(PenDrawing(strokes, width=20, size=176, center=(SIDE / 2, SIDE / 2), side=SIDE))


def _answer(reading: Reading) -> str:
    if reading.digit is None:
        return f"rejected: {reading.reason}"
    return f"{reading.digit}, {percentage(reading.probabilities[reading.digit])}"


def _heading(pen: ImageDraw.ImageDraw, middle: int, name: str, what: str) -> None:
    pen.text((middle, 46), name, INK, ImageFont.load_default(26), anchor="mm")
    pen.text((middle, 76), what, GRAY, ImageFont.load_default(16), anchor="mm")


def _paste(image: Image.Image, x: int, columns: int, width: int, values: np.ndarray) -> tuple[int, int, int, int]:
    """Paste maps, shape (N, H, W), or units, shape (N,), in rows of `columns`; where they are in the image."""
    gap = GAP if values.ndim == 3 else 0
    rows = -(-len(values) // columns)
    right, height = x + columns * (width + gap) - gap, rows * (width + gap) - gap
    top = MIDDLE - height // 2
    for place, cells in enumerate(_colored(values.reshape(len(values), *values.shape[1:] or (1, 1)))):
        at = (x + place % columns * (width + gap), top + place // columns * (width + gap))
        image.paste(Image.fromarray(cells).resize((width, width), Image.Resampling.NEAREST), at)
    return x, top, right, top + height


def _colored(values: np.ndarray) -> np.ndarray:
    """Colors of a layer's values, shape (..., 3): the largest one, by amount, is at an end of the scale."""
    colors = np.array([[int(color[i : i + 2], 16) for i in (0, 2, 4)] for color in COLORS.split()])
    place = values / max(np.abs(values).max(), 1e-9)
    mixed = [np.interp(place, np.linspace(-1, 1, len(colors)), channel) for channel in colors.T]
    return np.rint(np.stack(mixed, -1)).astype(np.uint8)

"""Drawings: strokes of digits and of other things, and how they look as images and as files."""

import functools
import io
import json

from PIL import Image, ImageDraw

from harness import ROOT

EXAMPLES = json.loads((ROOT / "lenet/page/static/examples.json").read_text())


def thin(strokes: list, step: int = 10) -> list:
    """Every `step`th point and the last one: a browser takes about 15 ms for a mouse event."""
    return [[*stroke[:-1:step], stroke[-1]] for stroke in strokes]


DIGITS = [thin(example["strokes"]) for example in EXAMPLES]  # to be drawn by mouse
NO_DIGITS = {  # strokes on a pad of 280 units: three that do not look like a digit, and one that looks like a 0
    "A": ([[(40, 250), (140, 30), (240, 250)], [(80, 170), (200, 170)]], False),
    "star": ([[(60, 250), (140, 30), (220, 250), (30, 110), (250, 110), (60, 250)]], False),
    "fence": ([[(x, 60), (x, 220)] for x in (40, 90, 140, 190, 240)] + [[(20, 140), (260, 140)]], False),
    "O": (
        [[(140, 30), (70, 80), (60, 140), (70, 200), (140, 250), (210, 200), (220, 140), (210, 80), (140, 30)]],
        True,
    ),
}


def draw(strokes: list, width: int = 20, side: int = 280) -> Image.Image:
    """Strokes on a pad of 280 units as black lines with round ends on white, rendered by Pillow, not a browser."""
    return _drawn(tuple(tuple((x, y) for x, y in stroke) for stroke in strokes), width, side).copy()


@functools.cache  # tests draw the same few digits a thousand times
def _drawn(strokes: tuple, width: int, side: int) -> Image.Image:
    scale = 4 * side / 280
    image = Image.new("L", (4 * side, 4 * side), 255)
    pen = ImageDraw.Draw(image)
    radius = width * scale / 2
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        pen.line(points, fill=0, width=round(2 * radius), joint="curve")
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return image.resize((side, side), Image.Resampling.BOX)


def encoded(image: Image.Image, format: str = "PNG", **options) -> bytes:
    """The image as a file."""
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()

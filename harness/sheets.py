"""Photos of sheets with boxes and digits in them, rendered from the page's examples, with known answers."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from harness.drawings import EXAMPLES, draw

PAPER = 900, 700  # pixels
FORM = [["2026", "11", "30"], ["1998", "32"], ["07", "415", "", "86"]]  # what is in the fields: two boxes, if nothing
SUDOKU = """\
53..7....
6..195...
.98....6.
8...6...3
4..8.3..1
7...2...6
.6....28.
...419..5
....8..79
"""


def _write(sheet: Image.Image, digit: str, left: int, top: int, side: int) -> None:
    """A digit in a box."""
    ink = draw(EXAMPLES[int(digit)]["strokes"], side=side)
    sheet.paste(ImageChops.multiply(ink, sheet.crop((left, top, left + side, top + side))), (left, top))


def form(side: int = 56) -> Image.Image:
    """A sheet with FORM, a row below the other."""
    sheet = Image.new("L", PAPER, 255)
    pen = ImageDraw.Draw(sheet)
    for i, row in enumerate(FORM):
        left, top = 70, 120 + 150 * i
        for field in row:
            for digit in field or "  ":
                pen.rectangle((left, top, left + side, top + side), outline=60, width=2)
                if digit != " ":
                    _write(sheet, digit, left + 5, top + 5, side - 10)
                left += side
            left += side
    return sheet


def sudoku(side: int = 62) -> Image.Image:
    """A sheet with SUDOKU, below a line of other signs."""
    sheet = Image.new("L", PAPER, 255)
    pen = ImageDraw.Draw(sheet)
    left, top = 160, 80
    for i in range(10):
        width = 1 + 3 * (i % 3 == 0)
        pen.line((left + i * side, top, left + i * side, top + 9 * side), fill=50, width=width)
        pen.line((left, top + i * side, left + 9 * side, top + i * side), fill=50, width=width)
    pen.text((left, top - 50), "No. 17, easy", fill=40, font_size=28)
    for i, digit in enumerate(SUDOKU.replace("\n", "")):
        if digit != ".":
            _write(sheet, digit, left + side * (i % 9) + 5, top + side * (i // 9) + 5, side - 10)
    return sheet


def photo(
    sheet: Image.Image, angle: float = 0, narrower: float = 0, light: float = 0.4, noise: float = 4, seed: int = 0
) -> Image.Image:
    """A photo of a sheet on a table: turned by an angle in degrees, narrower at the top, darker at one side, noisy."""
    sheet = sheet.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    width, height, edge = *sheet.size, narrower * sheet.width
    corners = (-edge, 0, 0, height, width, height, width + edge, 0)
    sheet = sheet.transform(sheet.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=255)
    around = Image.new("L", (width + 80, height + 80), 90)
    around.paste(sheet, (40, 40))
    y, x = np.mgrid[: around.height, : around.width] / max(around.size)
    pixels = np.asarray(around) * (0.9 - light * (0.7 * x + 0.3 * y))
    pixels += np.random.default_rng(seed).normal(0, noise, x.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))

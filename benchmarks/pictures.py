"""Everyday pictures of digits: `python -m benchmarks.pictures --data-dir data [--model SOURCE]`.

Screenshots with an alpha channel, stickers, form fields, cells, colors of equal brightness and animations, 20 kinds, of
those pen digits in `sketches/digits.json` (docs/training.md) that are read right on plain paper; training uses none of
them. Each picture is written to a file, in memory, and opened again. Prints how many of each kind are read right, and
what the others are read as. Nothing in `train/` or `lenet/` uses these functions.
"""

import argparse
import collections
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.answers import answer, others
from harness.pictures import bmp_with_unused_alpha
from lenet import Recognizer
from lenet.image.file import load_image
from train.data.strokes import PenDrawing, draw_page

PER_KIND = 50
SIDES = (160, 560)  # pixels, at least and at most

Color = tuple[int, int, int]
Rng = np.random.Generator


def mask_of(strokes: list, side: int, size: float, rng: Rng) -> Image.Image:
    """Where the ink is, mode L, square: the longer side of the strokes is `size` times that of the picture."""
    brush = rng.uniform(0.03, 0.075) * side
    center = (side / 2 + rng.uniform(-0.04, 0.04) * side, side / 2 + rng.uniform(-0.04, 0.04) * side)
    points = [np.asarray(stroke, float) for stroke in strokes]
    return Image.fromarray(255 - np.asarray(draw_page(PenDrawing(points, brush, size * side - brush, center, side))))


def two_colors(mask: Image.Image, ink: Color, paper: Color) -> Image.Image:
    image = Image.new("RGB", mask.size, paper)
    image.paste(ink, (0, 0), mask)
    return image


def color(values: np.ndarray) -> Color:
    red, green, blue = (int(value) for value in values)
    return red, green, blue


def tints(rng: Rng) -> tuple[Color, Color]:
    """Ink and paper, one dark and one light."""
    dark, light = color(rng.integers(0, 70, 3)), color(rng.integers(225, 256, 3))
    return (dark, light) if rng.random() < 0.75 else (light, dark)


def with_alpha(image: Image.Image, alpha: Image.Image) -> Image.Image:
    result = image.copy()
    result.putalpha(alpha)
    result.paste((0, 0, 0, 0), (0, 0), alpha.point(lambda value: 255 * (value == 0)))  # as editors save it
    return result


def large_mask(side: int, draw: Callable[[ImageDraw.ImageDraw, int], object]) -> Image.Image:
    """A shape with smooth edges: drawn four times as large."""
    mask = Image.new("L", (4 * side, 4 * side), 0)
    draw(ImageDraw.Draw(mask), 4 * side)
    return mask.resize((side, side), Image.Resampling.BOX)


def encoded(image: Image.Image, format: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def plain(mask: Image.Image, rng: Rng) -> bytes:
    return encoded(two_colors(mask, *tints(rng)), str(rng.choice(["PNG", "BMP", "WEBP"])))


def nearly_opaque(mask: Image.Image, rng: Rng) -> bytes:
    image = two_colors(mask, *tints(rng))
    return encoded(with_alpha(image, Image.new("L", mask.size, int(rng.integers(200, 255)))))


def one_transparent_pixel(mask: Image.Image, rng: Rng) -> bytes:
    alpha = Image.new("L", mask.size, 255)
    alpha.putpixel((int(rng.integers(mask.width)), int(rng.integers(mask.width))), 0)
    return encoded(with_alpha(two_colors(mask, *tints(rng)), alpha))


def rounded_corners(mask: Image.Image, rng: Rng) -> bytes:
    radius = rng.uniform(0.04, 0.3)
    alpha = large_mask(mask.width, lambda pen, n: pen.rounded_rectangle((0, 0, n - 1, n - 1), radius * n, 255))
    return encoded(with_alpha(two_colors(mask, *tints(rng)), alpha))


def sticker(mask: Image.Image, rng: Rng) -> bytes:
    alpha = large_mask(mask.width, lambda pen, n: pen.ellipse((0, 0, n - 1, n - 1), 255))
    return encoded(with_alpha(two_colors(mask, *tints(rng)), alpha))


def sticker_on_large_canvas(mask: Image.Image, rng: Rng) -> bytes:
    alpha = large_mask(mask.width, lambda pen, n: pen.ellipse((0, 0, n - 1, n - 1), 255))
    image = with_alpha(two_colors(mask, *tints(rng)), alpha)
    width, height = (round(x * mask.width) for x in rng.uniform(1.3, 2.2, 2))
    page = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    page.paste(image, (int(rng.integers(width - mask.width)), int(rng.integers(height - mask.width))))
    return encoded(page)


def window_with_shadow(mask: Image.Image, rng: Rng) -> bytes:
    image = two_colors(mask, *tints(rng))
    side, bar = mask.width, round(rng.uniform(0.05, 0.1) * mask.width)
    window = Image.new("RGB", (side, side + bar), tuple(int(x) for x in rng.integers(200, 245, 3)))
    window.paste(image, (0, bar))
    shape = Image.new("L", window.size, 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, side - 1, side + bar - 1), rng.uniform(0, 0.05) * side, 255)
    margin = round(rng.uniform(0.08, 0.2) * side)
    size = side + 2 * margin, side + bar + 2 * margin
    shadow = Image.new("L", size, 0)
    shadow.paste(int(rng.integers(70, 160)), (margin, margin + margin // 4), shape)
    page = Image.new("RGBA", size, (0, 0, 0, 0))
    page.putalpha(shadow.filter(ImageFilter.GaussianBlur(margin / 3)))
    page.paste(window, (margin, margin), shape)
    return encoded(page)


def rotated(mask: Image.Image, rng: Rng) -> bytes:
    image = two_colors(mask, *tints(rng)).convert("RGBA")
    return encoded(image.rotate(rng.choice((-1, 1)) * rng.uniform(2, 12), Image.Resampling.BICUBIC, expand=True))


def unused_alpha(mask: Image.Image, rng: Rng) -> bytes:
    """A BMP whose header announces an alpha byte for each pixel; all of them are 0."""
    return bmp_with_unused_alpha(two_colors(mask, *tints(rng)))


def palette_with_transparency(mask: Image.Image, rng: Rng) -> bytes:
    radius = rng.uniform(0.05, 0.5)
    corners = large_mask(mask.width, lambda pen, n: pen.rounded_rectangle((0, 0, n - 1, n - 1), radius * n, 255))
    image = two_colors(mask, *tints(rng)).quantize(200)
    palette = image.getpalette() or []
    image.putpalette([*palette, *[0] * (768 - len(palette))])
    image.paste(255, (0, 0), Image.fromarray(np.uint8(255) * (np.asarray(corners) < 128)))
    return encoded(image, str(rng.choice(["PNG", "GIF"])), transparency=255)


def frame(mask: Image.Image, rng: Rng, inset: float, width: float, radius: float = 0.0) -> bytes:
    """A frame in the ink's color or another dark one, `inset` from the border; all are shares of the side."""
    ink, paper = tints(rng)
    image = two_colors(mask, ink, paper)
    n = mask.width
    at = round(inset * n)
    pen = ImageDraw.Draw(image)
    line = max(1, round(width * n))
    if radius:
        pen.rounded_rectangle((at, at, n - 1 - at, n - 1 - at), radius * n, outline=ink, width=line)
    else:
        pen.rectangle((at, at, n - 1 - at, n - 1 - at), outline=ink, width=line)
    return encoded(image)


def cell(mask: Image.Image, rng: Rng) -> bytes:
    """Of a grid, cut out with parts of its neighbors: the lines cross, some are thick."""
    ink, paper = tints(rng)
    image = two_colors(mask, ink, paper)
    n = mask.width
    pen = ImageDraw.Draw(image)
    for horizontal in (True, False):
        for far in (False, True):
            at = round(rng.uniform(0, 0.1) * n)
            line = round(rng.choice((0.008, 0.025)) * n) + 1
            low, high = (n - at - line, n - 1 - at) if far else (at, at + line - 1)
            pen.rectangle((0, low, n, high) if horizontal else (low, 0, high, n), fill=ink)
    return encoded(image)


def lines(mask: Image.Image, rng: Rng, count: int) -> bytes:
    """Along one side, or two that meet or are opposite."""
    ink, paper = tints(rng)
    image = two_colors(mask, ink, paper)
    pen = ImageDraw.Draw(image)
    n = mask.width
    for side in rng.permutation(4)[:count]:
        at, line = round(rng.uniform(0, 0.04) * n), max(1, round(rng.uniform(0.006, 0.025) * n))
        low, high = (n - at - line, n - 1 - at) if side % 2 else (at, at + line - 1)
        pen.rectangle((0, low, n, high) if side < 2 else (low, 0, high, n), fill=ink)
    return encoded(image)


def same_brightness(mask: Image.Image, rng: Rng, ink: Color, paper: Color) -> bytes:
    """The ink's color made as bright as the paper's, within a few levels."""
    weights = np.array((0.299, 0.587, 0.114))
    wanted = np.array(ink, float) + rng.uniform(-20, 20, 3)
    wanted *= (weights @ paper + rng.uniform(-6, 6)) / (weights @ np.clip(wanted, 1, 255))
    image = two_colors(mask, color(np.clip(wanted, 0, 255)), paper)
    return encoded(image) if rng.random() < 0.7 else encoded(image, "JPEG", quality=90)


def blank_first_frame(mask: Image.Image, rng: Rng, format: str) -> bytes:
    """An animation that begins with the empty paper, and shows the digit at once or drawn from the top."""
    ink, paper = tints(rng)
    frames = [Image.new("RGB", mask.size, paper)]
    for part in (0.4, 0.7, 1) if rng.random() < 0.5 else (1,):
        shown = mask.crop((0, 0, mask.width, round(part * mask.height)))
        page = frames[0].copy()
        page.paste(ink, (0, 0, *shown.size), shown)
        frames.append(page)
    return encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=200)


KINDS: dict[str, tuple[float, Callable[[Image.Image, Rng], bytes]]] = {  # and the size of the digit in the picture
    "plain": (0.65, plain),
    "nearly opaque": (0.65, nearly_opaque),
    "one transparent pixel": (0.65, one_transparent_pixel),
    "rounded corners": (0.65, rounded_corners),
    "round sticker": (0.6, sticker),
    "sticker on a large canvas": (0.6, sticker_on_large_canvas),
    "window with a shadow": (0.65, window_with_shadow),
    "rotated": (0.65, rotated),
    "BMP with an unused alpha byte": (0.65, unused_alpha),
    "palette with transparency": (0.6, palette_with_transparency),
    "thin frame at the border": (0.7, lambda mask, rng: frame(mask, rng, 0, rng.uniform(0.003, 0.01))),
    "thick frame at the border": (0.65, lambda mask, rng: frame(mask, rng, 0, rng.uniform(0.015, 0.05))),
    "inset frame": (0.6, lambda mask, rng: frame(mask, rng, rng.uniform(0.03, 0.12), rng.uniform(0.005, 0.02))),
    "rounded frame": (
        0.6,
        lambda mask, rng: frame(mask, rng, rng.uniform(0, 0.1), rng.uniform(0.005, 0.02), rng.uniform(0.03, 0.2)),
    ),
    "cell of a grid": (0.55, cell),
    "lines on two sides": (0.7, lambda mask, rng: lines(mask, rng, 2)),
    "line along a side": (0.7, lambda mask, rng: lines(mask, rng, 1)),
    "red on green": (0.65, lambda mask, rng: same_brightness(mask, rng, (220, 30, 30), (20, 120, 30))),
    "red on blue": (0.65, lambda mask, rng: same_brightness(mask, rng, (200, 30, 30), (40, 60, 200))),
    "blank first frame": (
        0.65,
        lambda mask, rng: blank_first_frame(mask, rng, str(rng.choice(["GIF", "PNG", "WEBP"]))),
    ),
}


def pictures(items: list[dict], seed: int, reader: Recognizer, per_kind: int = PER_KIND):
    """(kind, label, file) for each picture, of digits that are read right on plain paper."""
    rng = np.random.default_rng(seed)
    for kind, (size, make) in KINDS.items():
        made = 0
        while made < per_kind:
            item = items[rng.integers(len(items))]
            mask = mask_of(item["strokes"], int(rng.integers(*SIDES)), size, rng)
            if reader.read(np.asarray(mask)).digit == int(item["label"]):
                yield kind, int(item["label"]), make(mask, rng)
                made += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with sketches/ (default: data)")
    parser.add_argument("--model", help="weights (default: the bundled ones)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of the pictures (default: 0)")
    parser.add_argument("--per-kind", type=int, default=PER_KIND, help=f"pictures of each kind (default: {PER_KIND})")
    options = parser.parse_args()
    reader = Recognizer.from_pretrained(options.model)
    items = json.loads((options.data_dir / "sketches" / "digits.json").read_text())["items"]
    counts = {kind: collections.Counter() for kind in KINDS}
    for kind, label, content in pictures(items, options.seed, reader, options.per_kind):
        reading = reader.read(load_image(io.BytesIO(content)))
        counts[kind]["right" if reading.digit == label else reading.number or answer(reading)] += 1
    for kind, found in counts.items():
        print(f"{kind}: {found['right']} of {options.per_kind}; {others(found, 'right')}")
    right = sum(found["right"] for found in counts.values())
    print(f"all {len(KINDS) * options.per_kind:,}: {right / len(KINDS) / options.per_kind:.1%}")


if __name__ == "__main__":
    main()

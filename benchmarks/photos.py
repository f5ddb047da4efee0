"""Photos of handwritten digits, rendered: `python -m benchmarks.photos --data-dir data [--model SOURCE]`.

400 photos, 50 of each kind, of the pen digits in `sketches/digits.json`, which training does not use: plain, lined and
squared paper, a sheet on a table, the edge of the table, a shadow, uneven light, and soft or colored ink. Each has
paper of some color and grain, blur, noise and JPEG artifacts. Prints how many of each kind are read right, rejected and
misread. Nothing in `train/` uses these functions.
"""

import argparse
import io
import json
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from lenet import Recognizer

SIDE = 720  # pixels of the shorter side
PER_KIND = 50
INKS = ((25, 25, 30), (30, 40, 110), (60, 60, 62), (150, 35, 40), (20, 90, 60))
TABLES = ((70, 50, 35), (120, 90, 60), (45, 45, 50), (160, 150, 140), (205, 200, 195))

Color = tuple[int, int, int]


def texture(height: int, width: int, grain: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth stains and fine fibers, mean 0, shape (H, W, 1)."""
    coarse = Image.fromarray(rng.normal(0, 1, (9, 9)).astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    return (np.asarray(coarse) * 1.5 + rng.normal(0, 1, (height, width)))[..., None] * grain


def surface(color: Color, height: int, width: int, grain: float, rng: np.random.Generator) -> Image.Image:
    pixels = np.asarray(color, float) + texture(height, width, grain, rng)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def rule(page: Image.Image, squares: bool, rng: np.random.Generator) -> None:
    """Ruled lines across the page, slightly slanted, or squares."""
    pen = ImageDraw.Draw(page)
    width, height = page.size
    spacing, tilt = rng.uniform(0.06, 0.12) * SIDE, math.tan(math.radians(rng.uniform(-3, 3)))
    color = tuple(int(x) for x in np.asarray((110, 140, 190)) + rng.integers(-30, 50))
    thickness = int(rng.integers(1, 4))
    for y in np.arange(-rng.uniform(0, spacing) - 60, height + 60, spacing):
        pen.line((0, y, width, y + width * tilt), color, thickness)
    if squares:
        for x in np.arange(-rng.uniform(0, spacing) - 60, width + 60, spacing):
            pen.line((x, 0, x - height * tilt, height), color, thickness)


def write(
    page: Image.Image, strokes: list, color: Color, opacity: float, size: float, rng: np.random.Generator
) -> None:
    """The strokes with their longer side `size` times that of the page, near its center."""
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    low, high = points.min(0), points.max(0)
    scale = size * min(page.size) / max(1e-6, float((high - low).max()))
    center = np.asarray(page.size) * (0.5 + rng.uniform(-0.06, 0.06, 2))
    width = max(2, round(rng.uniform(0.025, 0.09) * size * min(page.size)))
    mask = Image.new("L", page.size, 0)
    pen = ImageDraw.Draw(mask)
    for stroke in strokes:
        path = [tuple(((np.asarray(point) - (low + high) / 2) * scale + center).tolist()) for point in stroke]
        pen.line(path, 255, width, joint="curve")
        for x, y in (path[0], path[-1]):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    pressure = np.clip(opacity + texture(page.height, page.width, 0.08, rng)[..., 0], 0, 1)
    mask = Image.fromarray((np.asarray(mask) * pressure).astype(np.uint8))
    page.paste(color, (0, 0), mask)


def lit(page: Image.Image, kind: str, rng: np.random.Generator) -> np.ndarray:
    """The pixels under the kind's light, float, shape (H, W, 3)."""
    pixels = np.asarray(page, float)
    y, x = np.mgrid[-1 : 1 : page.height * 1j, -1 : 1 : page.width * 1j]
    angle = rng.uniform(0, 2 * math.pi)
    along = x * math.cos(angle) + y * math.sin(angle)
    strength = rng.uniform(0.15, 0.35) if kind == "uneven light" else rng.uniform(0, 0.08)
    light = 1 - strength * (along + 0.6 * along**2) / 1.5
    if kind == "shadow":
        edge = rng.uniform(-0.5, 0.6)
        soft = rng.uniform(0.02, 0.2)
        light = light * (1 - rng.uniform(0.25, 0.5) / (1 + np.exp(-(along - edge) / soft)))
    return pixels * light[..., None]


def photo(strokes: list, kind: str, rng: np.random.Generator) -> Image.Image:
    """A photo of the digit: a JPEG, opened again."""
    height, width = (SIDE, int(SIDE * rng.uniform(1, 1.4)))[:: rng.choice((1, -1))]
    white = rng.uniform(170, 245) + np.asarray((0, rng.uniform(-6, 2), rng.uniform(-25, 2)))
    page = surface(tuple(white), height, width, rng.uniform(0.5, 3), rng)
    if kind in ("lined", "squared"):
        rule(page, kind == "squared", rng)
    color, opacity = INKS[rng.integers(2)], rng.uniform(0.85, 1)
    if kind == "soft or colored ink":
        color, opacity = INKS[rng.integers(2, len(INKS))], rng.uniform(0.35, 0.75)
    write(page, strokes, color, opacity, rng.uniform(0.3, 0.65), rng)
    if kind == "sheet on a table":
        table = surface(TABLES[rng.integers(len(TABLES))], height, width, rng.uniform(2, 8), rng)
        sheet = page.convert("RGBA").resize((int(width * rng.uniform(0.6, 0.85)), int(height * rng.uniform(0.6, 0.85))))
        sheet = sheet.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC, expand=True)
        left, top = ((a - b) // 2 + int(rng.integers(-20, 21)) for a, b in zip(table.size, sheet.size, strict=True))
        table.paste(sheet, (left, top), sheet)
        page = table
    if kind == "edge of the table":
        depth, slope = rng.uniform(0.04, 0.14) * height, rng.uniform(-0.04, 0.04) * height
        mask = Image.new("L", page.size, 0)
        ImageDraw.Draw(mask).polygon([(0, 0), (width, 0), (width, depth + slope), (0, depth - slope)], 255)
        for _ in range(rng.integers(2)):
            mask = Image.fromarray(np.maximum(np.asarray(mask), np.asarray(mask)[:, ::-1]))
        table = surface(TABLES[rng.integers(len(TABLES) - 1)], height, width, rng.uniform(2, 8), rng)
        page.paste(table, (0, 0), mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if rng.random() < 0.5 else mask)
    pixels = lit(page, kind, rng)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5))
    )
    noisy = np.asarray(image, float) + rng.normal(0, rng.uniform(0.5, 5), (*image.size[::-1], 1))
    file = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=int(rng.integers(40, 93)))
    return Image.open(file)


KINDS = (
    *("plain", "lined", "squared", "sheet on a table"),
    *("edge of the table", "shadow", "uneven light", "soft or colored ink"),
)


def photos(items: list[dict], seed: int):
    """(kind, label, image) for each of the 400 photos."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(items))
    for number in range(PER_KIND * len(KINDS)):
        item, kind = items[order[number % len(items)]], KINDS[number % len(KINDS)]
        yield kind, int(item["label"]), photo(item["strokes"], kind, rng)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with sketches/ (default: data)")
    parser.add_argument("--model", help="weights (default: the bundled ones)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of the photos (default: 0)")
    options = parser.parse_args()
    reader = Recognizer.from_pretrained(options.model)
    items = json.loads((options.data_dir / "sketches" / "digits.json").read_text())["items"]
    counts = {kind: [0, 0, 0] for kind in KINDS}
    for kind, label, image in photos(items, options.seed):
        reading = reader.read(image)
        counts[kind][0 if reading.digit == label else 1 if reading.digit is None else 2] += 1
    for kind, (right, rejected, wrong) in counts.items():
        print(f"{kind}: {right / PER_KIND:.0%} read right, {rejected} rejected, {wrong} misread")
    print(f"all {len(KINDS) * PER_KIND}: {sum(right for right, *_ in counts.values()) / len(KINDS) / PER_KIND:.1%}")


if __name__ == "__main__":
    main()

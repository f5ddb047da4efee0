"""Pen strokes: random variations of the handwriting, and rendering with thin and thick pens at any resolution."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from lenet.image.preprocess import clean_and_center, find_ink, preprocess

# How strongly a stroke is perturbed: noise is drawn at KNOTS points along it, with the standard deviations STRETCH (of
# the logarithm of lengths) and TURN (of angles, in radians).
KNOTS, STRETCH, TURN = 5, 0.18, 0.1
LARGEST = 10_000  # coordinate in a file of pen strokes; they are usually below 1,000
SIDE = 280  # pixels per side of the page that strokes are drawn on, as on the app's pad
# Pixels of paper around the ink that `render` keeps. The corners by which `preprocess` tells the color of the paper are
# a twentieth of each side, at most 14 pixels: with five white ones at either side, more than half of each is white.
MARGIN = 5

Strokes = list[np.ndarray]  # arrays of float points (x, y), shape (P, 2), y pointing down, in any unit


def bounding_box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest x and y of all points, each of shape (2,)."""
    points = np.concatenate(strokes)
    return points.min(0), points.max(0)


@dataclass(frozen=True)
class PenDrawing:
    """Strokes, and the pen and the page that they are drawn with: all that their image depends on.

    width: of the pen, in pixels.
    size: the longer side of the bounding box of the strokes, in pixels.
    center: where the center of the bounding box is on the page, x and y in pixels.
    side: of the page, in pixels.
    wave: the relative amplitude by which the width varies along a stroke, as with pressure.
    fade: that by which the ink becomes lighter, as with a ballpoint pen that runs dry.
    aliased: whether every pixel is black or white, as in simple drawing programs.
    """

    strokes: Strokes
    width: float
    size: float
    center: tuple[float, float]
    side: int
    wave: float = 0.0
    fade: float = 0.0
    aliased: bool = False


def draw_page(drawing: PenDrawing) -> np.ndarray:
    """The page, uint8, shape (side, side): black strokes on white paper."""
    page = np.full((drawing.side, drawing.side), 255, np.uint8)
    region, (left, top) = _draw(drawing)
    page[top : top + region.shape[0], left : left + region.shape[1]] = region
    return page


def render(drawing: PenDrawing) -> np.ndarray:
    """The drawing's preprocessed image, uint8, shape (32, 32).

    That is `preprocess` of the page. Where the paper is certain to be white, `preprocess` would find that out from all
    of the page, and look for borders, of which there are none if all sides and most of the page are white; with only
    the part that has ink, and without looking, the same image takes half the time.
    """
    region, (left, top) = _draw(drawing)
    bottom, right = top + region.shape[0], left + region.shape[1]
    inside = left > 0 and top > 0 and bottom < drawing.side and right < drawing.side
    if inside and np.count_nonzero(region == 255) > region.size / 2:
        image = clean_and_center(find_ink(region.astype(np.float32) / 255, paper=1.0))
    else:
        image = preprocess(draw_page(drawing))
    return np.rint(image * 255).astype(np.uint8)


def _draw(drawing: PenDrawing) -> tuple[np.ndarray, tuple[int, int]]:
    """The part of the page with the ink and a MARGIN around it, if it is not at the border; its left and its top."""
    width, size, side = drawing.width, drawing.size, drawing.side
    low, high = bounding_box(drawing.strokes)
    scale = size / max(1e-6, float((high - low).max()))
    factor = max(2, min(4, round(8 / width)))  # of supersampling, for anti-aliasing
    dots = [_dots(((s - (low + high) / 2) * scale + drawing.center) * factor, drawing, factor) for s in drawing.strokes]
    boxes = np.concatenate([box for box, _ in dots], axis=1)
    shades = np.concatenate([shade for _, shade in dots])
    left, top = (max(0, int(edge) // factor - MARGIN) for edge in boxes[:2].min(1))
    right, bottom = (min(side, int(edge) // factor + 1 + MARGIN) for edge in boxes[2:].max(1))
    boxes -= np.array([left, top, left, top])[:, None] * factor
    page = Image.new("L", ((right - left) * factor, (bottom - top) * factor), 255)
    pen = ImageDraw.Draw(page)
    for box, shade in zip(boxes.T.tolist(), shades.tolist(), strict=True):
        pen.ellipse(box, fill=shade)
    region = np.asarray(page.resize((right - left, bottom - top), Image.Resampling.BOX))
    if drawing.aliased:
        region = np.where(region < 100, 0, 255).astype(np.uint8)
    return region, (left, top)


def _dots(path: np.ndarray, drawing: PenDrawing, factor: int) -> tuple[np.ndarray, np.ndarray]:
    """The dots that make up a stroke: their left, top, right and bottom pixels, shape (4, N), and their shades of gray.

    `path` is the stroke, shape (P, 2), on a page that is `factor` times as large.
    """
    steps = np.hypot(*np.diff(path, axis=0).T) if len(path) > 1 else np.zeros(0)
    along = np.concatenate([[0], np.cumsum(steps)])
    width = drawing.width * factor
    dots = np.linspace(0, along[-1], max(1, math.ceil(along[-1] / max(0.2 * width, 0.7))) + 1)
    x, y = (np.interp(dots, along, path[:, axis]) for axis in (0, 1))
    where = dots / (factor * drawing.size)
    radius = width / 2 * (1 + drawing.wave * np.sin(where * 7 + float(path[0, 0])))
    gray = 127.5 * drawing.fade * (1 + np.sin(where * 9 + float(path[0, 1])))
    # Truncated, as Pillow does.
    return np.stack([x - radius, y - radius, x + radius, y + radius]).astype(int), gray.astype(int)


def vary_handwriting(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The strokes as if another person had written them: perturbed, rotated, sheared, stretched, rarely with a dot."""
    strokes = slant_page([perturb_stroke(stroke, rng) for stroke in strokes], rng)
    if rng.random() < 0.03:
        low, high = bounding_box(strokes)
        strokes.append((low + (high - low) * rng.uniform(-0.1, 1.1, 2))[None])
    return strokes


def slant_page(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The strokes rotated, sheared and stretched at random, all alike."""
    angle, slant, stretch = rng.uniform(-0.08, 0.08), rng.uniform(-0.12, 0.12), math.exp(rng.uniform(-0.2, 0.2))
    c, s = math.cos(angle), math.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[stretch, slant], [0, 1]])
    return [stroke @ matrix.T for stroke in strokes]


def perturb_stroke(stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The stroke with parts made longer or shorter and bent more or less, so that flags, loops and hooks vary.

    The steps from point to point are scaled and rotated by noise that is smooth along the path, then added up again.
    The mean of the points stays the same.
    """
    steps = np.diff(stroke, axis=0)
    if len(steps) < 2:
        return stroke
    along = np.concatenate([[0], np.cumsum(np.hypot(*steps.T))])
    where = (along[:-1] + along[1:]) / 2 / max(along[-1], 1e-9)
    knots = np.linspace(0, 1, KNOTS)
    stretch = np.exp(np.interp(where, knots, rng.normal(0, STRETCH, KNOTS)))
    angle = np.interp(where, knots, rng.normal(0, TURN, KNOTS))
    c, s = np.cos(angle), np.sin(angle)
    steps = np.stack([c * steps[:, 0] - s * steps[:, 1], s * steps[:, 0] + c * steps[:, 1]], 1) * stretch[:, None]
    path = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, 0)])
    return path + stroke.mean(0) - path.mean(0)


def choose_pen(strokes: Strokes, rng: np.random.Generator) -> PenDrawing:
    """The strokes with a pen of random width, at a random size and position.

    The page is as large as the app's pad or has 28 to 64 pixels per side, as in other programs, anti-aliased or not.
    """
    width = math.exp(rng.uniform(math.log(0.008), math.log(0.135)))
    size, side, aliased = rng.uniform(0.35, 0.85), SIDE, False
    if rng.random() < 0.4:
        width, size = 0.8 * width, rng.uniform(0.35, 0.8)
        side, aliased = int(rng.integers(28, 65)), rng.random() < 0.5
    wave = rng.uniform(0.1, 0.4) if rng.random() < 0.5 else 0.0
    fade = rng.uniform(0.2, 0.7) if rng.random() < 0.15 and not aliased else 0.0
    x, y = side * (0.5 + rng.uniform(-0.05, 0.05, 2))
    return PenDrawing(strokes, max(1.0, width * side), size * side, (x, y), side, wave, fade, aliased)

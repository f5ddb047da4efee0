"""Pen strokes: random variations of the handwriting, and rendering with thin and thick pens at any resolution."""

import math

import numpy as np
from PIL import Image, ImageDraw

from lenet.image.preprocess import preprocess

# How strongly a stroke is perturbed: noise is drawn at KNOTS points along it, with the standard deviations STRETCH (of
# the logarithm of lengths) and TURN (of angles, in radians).
KNOTS, STRETCH, TURN = 5, 0.18, 0.1
SIDE = 280  # pixels per side of the page that strokes are drawn on, as on the app's pad

Strokes = list[np.ndarray]  # arrays of float points (x, y), shape (P, 2), y pointing down, in any unit


def bounding_box(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest x and y of all points, each of shape (2,)."""
    points = np.concatenate(strokes)
    return points.min(0), points.max(0)


def draw_strokes(
    strokes: Strokes,
    width: float,
    size: float,
    center: tuple[float, float],
    side: int,
    wave: float = 0.0,
    fade: float = 0.0,
) -> np.ndarray:
    """Black strokes on a white page, uint8, shape (side, side).

    `width` is that of the pen, `size` the longer side of the bounding box of the strokes, in pixels. `wave` is the
    relative amplitude by which the width varies along a stroke, as with pressure; `fade` that by which the ink becomes
    lighter, as with a ballpoint pen that runs dry.
    """
    low, high = bounding_box(strokes)
    scale = size / max(1e-6, float((high - low).max()))
    factor = max(2, min(4, round(8 / width)))  # of supersampling, for anti-aliasing
    page = Image.new("L", (side * factor, side * factor), 255)
    pen = ImageDraw.Draw(page)
    for stroke in strokes:
        path = ((stroke - (low + high) / 2) * scale + center) * factor
        steps = np.hypot(*np.diff(path, axis=0).T) if len(path) > 1 else np.zeros(0)
        along = np.concatenate([[0], np.cumsum(steps)])
        dots = np.linspace(0, along[-1], max(1, math.ceil(along[-1] / max(0.2 * width * factor, 0.7))) + 1)
        x, y = (np.interp(dots, along, path[:, axis]) for axis in (0, 1))
        radius = width * factor / 2 * (1 + wave * np.sin(dots / (factor * size) * 7 + float(path[0, 0])))
        gray = 127.5 * fade * (1 + np.sin(dots / (factor * size) * 9 + float(path[0, 1])))
        for px, py, r, shade in zip(x, y, radius, gray, strict=True):
            pen.ellipse((px - r, py - r, px + r, py + r), fill=int(shade))
    return np.asarray(page.resize((side, side), Image.Resampling.BOX))


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


def render_with_random_pen(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """The preprocessed image of the strokes, uint8, shape (32, 32), with random width, size and position.

    The page is as large as the app's pad or has 28 to 64 pixels per side, as in other programs, anti-aliased or not.
    """
    width = math.exp(rng.uniform(math.log(0.008), math.log(0.135)))
    size, side, aliased = rng.uniform(0.35, 0.85), SIDE, False
    if rng.random() < 0.4:
        width, size = 0.8 * width, rng.uniform(0.35, 0.8)
        side, aliased = int(rng.integers(28, 65)), rng.random() < 0.5
    wave = rng.uniform(0.1, 0.4) if rng.random() < 0.5 else 0.0
    fade = rng.uniform(0.2, 0.7) if rng.random() < 0.15 and not aliased else 0.0
    center = side * (0.5 + rng.uniform(-0.05, 0.05, 2))
    page = draw_strokes(strokes, max(1.0, width * side), size * side, tuple(center), side, wave, fade)
    if aliased:
        page = np.where(page < 100, 0, 255).astype(np.uint8)
    return np.rint(preprocess(page) * 255).astype(np.uint8)

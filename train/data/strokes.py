"""Pen strokes drawn as a person might draw them: other hands, thick and thin pens, fine and coarse pages."""

import math

import numpy as np
from PIL import Image, ImageDraw

from lenet.image.preprocess import preprocess

KNOTS, STRETCH, TURN = 5, 0.18, 0.1  # how another hand differs: natural logarithm of lengths, radians
SIDE = 280  # of the page that strokes are drawn on, as on the app's pad

Strokes = list[np.ndarray]  # of float points (x, y), shape (P, 2), y growing down, any unit


def draw(
    strokes: Strokes,
    width: float,
    size: float,
    centre: tuple[float, float],
    side: int,
    wave: float = 0.0,
    fade: float = 0.0,
) -> np.ndarray:
    """Black strokes on white paper, uint8 (side, side): `size` is their longer side, `width` the pen's, in pixels.

    `wave` is the share by which the pen's width swings along a stroke, as with pressure, `fade` that by which its ink
    pales, as where a ball pen runs dry.
    """
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    scale = size / max(1e-6, float((high - low).max()))
    over = max(2, min(4, round(8 / width)))  # drawn larger and averaged down, for smooth edges
    paper = Image.new("L", (side * over, side * over), 255)
    pen = ImageDraw.Draw(paper)
    for stroke in strokes:
        path = ((stroke - (low + high) / 2) * scale + centre) * over
        steps = np.hypot(*np.diff(path, axis=0).T) if len(path) > 1 else np.zeros(0)
        along = np.concatenate([[0], np.cumsum(steps)])
        places = np.linspace(0, along[-1], max(1, math.ceil(along[-1] / max(0.2 * width * over, 0.7))) + 1)
        x, y = (np.interp(places, along, path[:, axis]) for axis in (0, 1))
        swing = 1 + wave * np.sin(places / (over * size) * 7 + float(path[0, 0]))
        pale = 127.5 * fade * (1 + np.sin(places / (over * size) * 9 + float(path[0, 1])))
        for px, py, r, shade in zip(x, y, width * over / 2 * swing, pale, strict=True):
            pen.ellipse((px - r, py - r, px + r, py + r), fill=int(shade))
    return np.asarray(paper.resize((side, side), Image.Resampling.BOX))


def by_some_hand(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The strokes written anew, turned, slanted, made narrower or wider, as by another hand; at times with a dot."""
    strokes = [written_anew(stroke, rng) for stroke in strokes]
    angle, slant, stretch = rng.uniform(-0.08, 0.08), rng.uniform(-0.12, 0.12), math.exp(rng.uniform(-0.2, 0.2))
    c, s = math.cos(angle), math.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[stretch, slant], [0, 1]])
    strokes = [stroke @ matrix.T for stroke in strokes]
    if rng.random() < 0.03:
        points = np.concatenate(strokes)
        low, high = points.min(0), points.max(0)
        strokes.append((low + (high - low) * rng.uniform(-0.1, 1.1, 2))[None])
    return strokes


def written_anew(stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The stroke with some parts of it longer or shorter, and bent more or less: flags, loops and hooks as others do.

    Along the path its steps are stretched and turned by smooth noise, and then walked again about the same middle.
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


def with_some_pen(strokes: Strokes, rng: np.random.Generator) -> np.ndarray:
    """Ink of the strokes, uint8 (32, 32): a thin or thick pen, steady or not, large or small, on a fine or coarse page.

    The pages: the app's own pad, and the 28 to 64 pixels a side that other drawing programs give, smooth or jagged.
    """
    width = math.exp(rng.uniform(math.log(0.008), math.log(0.135)))
    size, side, jagged = rng.uniform(0.35, 0.85), SIDE, False
    if rng.random() < 0.4:
        width, size = 0.8 * width, rng.uniform(0.55, 0.8)
        side, jagged = int(rng.integers(28, 65)), rng.random() < 0.5
    wave = rng.uniform(0.1, 0.4) if rng.random() < 0.5 else 0.0
    fade = rng.uniform(0.2, 0.7) if rng.random() < 0.15 and not jagged else 0.0
    centre = side * (0.5 + rng.uniform(-0.05, 0.05, 2))
    page = draw(strokes, max(1.0, width * side), size * side, tuple(centre), side, wave, fade)
    if jagged:
        page = np.where(page < 100, 0, 255).astype(np.uint8)
    return np.rint(preprocess(page) * 255).astype(np.uint8)

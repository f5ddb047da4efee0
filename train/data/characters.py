"""Random invented characters: a few simple strokes, joined as the strokes of letters are.

A network trained to reject a fixed set of glyphs learns those glyphs; invented characters never repeat.
"""

import numpy as np

from train.data.strokes import Strokes


def invent_character(rng: np.random.Generator) -> Strokes:
    """Two to five strokes, most of which start, bend or end at a point of another; each is at most one unit long."""
    strokes: Strokes = []
    for _ in range(rng.choice([2, 3, 4, 5], p=[0.4, 0.34, 0.17, 0.09])):
        stroke = _rotate(_random_stroke(rng), rng) * rng.uniform(0.35, 1.0) * (0.8, 1.0)
        if strokes and rng.random() < 0.7:
            stroke = stroke + _joint(strokes[rng.integers(len(strokes))], rng) - _joint(stroke, rng)
        elif strokes:
            stroke = stroke + rng.uniform(-0.5, 0.5, 2)
        strokes.append(stroke)
    return [stroke + rng.normal(0, 0.015, stroke.shape) for stroke in strokes]


def _random_stroke(rng: np.random.Generator) -> np.ndarray:
    """A line, a polyline, an arc (twice as likely), ring, wave, hook or free curve, of size one, centered."""
    kind = rng.integers(8)
    if kind == 0:
        points = np.array([[0.0, 0.0], [1.0, 0.0]])
    elif kind == 1:
        heading = np.cumsum(rng.choice([-1, 1], 3) * rng.uniform(0.8, 2.4, 3))[: rng.integers(2, 4)]
        points = np.cumsum(np.concatenate([np.zeros((1, 2)), np.stack([np.cos(heading), np.sin(heading)], 1)]), 0)
    elif kind in (2, 3):
        points = _arc(rng.uniform(1.5, 4.5), rng.uniform(0.5, 1))
    elif kind == 4:
        points = _arc(2 * np.pi + rng.uniform(-0.2, 0.2), rng.uniform(0.6, 1))
    elif kind == 5:
        line, bow = np.array([[0.0, 0.0], [1.0, 0.0]]), _arc(rng.uniform(1.5, 4), rng.uniform(0.6, 1))
        points = np.concatenate([line, (bow - bow[0]) * rng.uniform(0.15, 0.4) * (1, rng.choice((-1, 1))) + line[1]])
    elif kind == 6:
        t, a = np.linspace(0, 1, 20)[:, None], rng.uniform(-1, 1, (4, 2))
        points = (1 - t) ** 3 * a[0] + 3 * t * (1 - t) ** 2 * a[1] + 3 * t**2 * (1 - t) * a[2] + t**3 * a[3]
    else:
        t = np.linspace(0, 1, 16)
        points = np.stack([2 * t, np.sin(t * rng.uniform(1.2, 3.2) * np.pi) * rng.uniform(0.3, 0.7)], 1)
    points = points - points.mean(0)
    return points / np.ptp(points, 0).max()


def _arc(angle: float, flatness: float) -> np.ndarray:
    t = np.linspace(0, angle, 18)
    return np.stack([np.cos(t), flatness * np.sin(t)], 1)


def _rotate(stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """By any angle or, as often, by about a multiple of 90 degrees: many strokes of letters are vertical or level."""
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else rng.integers(4) * np.pi / 2 + rng.normal(0, 0.12)
    c, s = np.cos(angle), np.sin(angle)
    return stroke @ np.array([[c, s], [-s, c]])


def _joint(stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The point where a stroke meets another: its first, its middle or its last."""
    return stroke[(0, len(stroke) // 2, -1)[rng.integers(3)]]

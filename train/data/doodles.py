"""Random doodles: a shape with smaller strokes on, in and around it, as people draw things: houses, faces, animals.

Like invented characters, they never repeat, so that the network learns what is not a digit, rather than a list.
"""

import numpy as np

from train.data.strokes import Strokes


def invent_doodle(rng: np.random.Generator) -> Strokes:
    """A body, usually closed, with up to four details; every second one is symmetric. About one unit in size.

    Only a body that lies flat can be without details: others may resemble a zero.
    """
    flat = rng.random() < 0.2
    body = _body(rng) * (1, rng.uniform(0.15, 0.45) if flat else rng.uniform(0.5, 2))
    strokes: Strokes = [body]
    symmetric = rng.random() < 0.5
    for _ in range(rng.integers(0 if flat else 1, 5)):
        detail = _DETAILS[rng.integers(len(_DETAILS))](body, rng)
        strokes += detail
        if symmetric:
            strokes += [stroke * (-1, 1) for stroke in detail]
    return [stroke + rng.normal(0, 0.012, stroke.shape) for stroke in strokes]


def _body(rng: np.random.Generator) -> np.ndarray:
    """An ellipse, a polygon, a rounded blob, a star or an open arc around the origin, in [-1/2, 1/2]."""
    kind = rng.integers(5)
    if kind == 0:
        corners = rng.integers(3, 7)
        turn = np.arange(corners + 1) / corners + rng.choice((0, 0.125, 0.25))
        path = np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)], 1)
    elif kind == 1:
        path = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], float)
        path = path * (1, rng.uniform(0.3, 1)) + np.outer(path[:, 1], (rng.uniform(-0.4, 0.4), 0))
    elif kind == 2:
        t = np.linspace(0, 2 * np.pi, 32)
        radius = 1 + sum(rng.uniform(0, 0.25) * np.sin(k * t + rng.uniform(0, 6)) for k in (2, 3, 4, 5))
        path = np.stack([radius * np.cos(t), radius * np.sin(t)], 1)
    elif kind == 3:
        points = rng.integers(4, 8)
        t = np.linspace(0, 2 * np.pi, 2 * points + 1) - np.pi / 2
        radius = np.where(np.arange(2 * points + 1) % 2, rng.uniform(0.3, 0.7), 1)
        path = np.stack([radius * np.cos(t), radius * np.sin(t)], 1)
    else:
        t = np.linspace(0, rng.uniform(2.5, 2 * np.pi), 24) + rng.uniform(0, 2 * np.pi)
        path = np.stack([np.cos(t), np.sin(t)], 1)
    return path / 2


def _limb(body: np.ndarray, rng: np.random.Generator) -> Strokes:
    """A line from the body outwards, straight or bent: a leg, a ray, an ear, a stalk."""
    start = body[rng.integers(len(body))]
    out = start / max(np.hypot(*start), 0.1)
    bend = np.array([-out[1], out[0]]) * rng.normal(0, 0.15)
    length = rng.uniform(0.15, 0.6)
    return [np.stack([start, start + out * length / 2 + bend, start + out * length])]


def _limbs(body: np.ndarray, rng: np.random.Generator) -> Strokes:
    """Several parallel lines downwards or upwards: legs, fingers, hair, waves."""
    n, length = rng.integers(2, 6), rng.choice((-1, 1)) * rng.uniform(0.15, 0.5)
    xs, y = np.linspace(-0.4, 0.4, n) * rng.uniform(0.5, 1), 0.4 * np.sign(length)
    return [np.array([(x, y), (x + rng.normal(0, 0.03), y + length)]) for x in xs]


def _part(body: np.ndarray, rng: np.random.Generator) -> Strokes:
    """A smaller shape, inside the body or at its side: a window, an eye, a wheel, a head."""
    inside = rng.random() < 0.5
    size = rng.uniform(0.08, 0.3) if inside else rng.uniform(0.2, 0.6)
    place = rng.uniform(-0.25, 0.25, 2) if inside else body[rng.integers(len(body))] * 1.2
    return [_body(rng) * size + place]


def _chord(body: np.ndarray, rng: np.random.Generator) -> Strokes:
    """A line between two points of the body: a roof, a stripe, a door, the mouth of a face."""
    first, second = body[rng.integers(len(body), size=2)]
    sag = np.array([0, rng.normal(0, 0.1)])
    return [np.stack([first, (first + second) / 2 + sag, second])]


def _zigzag(body: np.ndarray, rng: np.random.Generator) -> Strokes:
    """A zigzag or wave across, above or below the body: hair, grass, water, teeth."""
    n = rng.integers(4, 10)
    x = np.linspace(-0.5, 0.5, n) * rng.uniform(0.6, 1.3)
    y = rng.uniform(-0.7, 0.7) + rng.uniform(0.05, 0.2) * np.where(np.arange(n) % 2, 1, -1)
    return [np.stack([x, y], 1)]


_DETAILS = (_limb, _limb, _limbs, _part, _part, _chord, _zigzag)

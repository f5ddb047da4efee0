"""Digits in rare styles: what is added to a digit, and that it stays where the digit is."""

import numpy as np
import pytest
import torch

from train.data.doodles import invent_doodle
from train.data.pen_digits import TRAINING_WRITERS, PenDigit, load_pen_digits
from train.data.styles import BOXY, DIGITS, EMBELLISHMENTS, cross, draw_styles, flag, make_styles, slash_or_dot

OVAL = [np.stack([np.cos(t := np.linspace(0, 2 * np.pi, 30)), 2 * np.sin(t)], 1)]
SEVEN = [np.array([(0, 0), (4, 0), (3, 3), (2, 6), (1, 9)], float)]
BAR = [np.array([(2, 9), (2, 6), (2, 3), (2, 0)], float)]  # drawn from the bottom upwards


@pytest.fixture(scope="module")
def pen(small_data) -> list[PenDigit]:
    return load_pen_digits(small_data, TRAINING_WRITERS)


def test_styles_are_labeled_images(pen):
    """Half are glyphs of all ten digits, half pen digits that have a style of their own, most of them zeros."""
    styles = make_styles(pen, 200, seed=3)
    assert styles.images.shape == (200, 1, 32, 32)
    assert styles.images.dtype == torch.uint8
    assert int(styles.images.amax((1, 2, 3)).min()) > 150
    counts = styles.labels.bincount(minlength=10).tolist()
    assert min(counts) == 10
    assert {label for label, count in enumerate(counts) if count > 10} == set(EMBELLISHMENTS)
    assert counts[0] == max(counts)
    assert torch.unique(styles.images, dim=0).shape[0] > 195


def test_styles_depend_on_the_seed(pen):
    """The same seed gives the same images, another seed gives others."""
    first, same, other = (make_styles(pen, 20, seed).fingerprint() for seed in (3, 3, 4))
    assert first == same != other


def test_styles_without_pen_digits():
    """As with --no-strokes: all are glyphs."""
    assert make_styles([], 40, seed=0).labels.tolist() == [i // 2 % 10 for i in range(40)]


def test_every_digit_has_several_styles():
    """On the 10x10 grid, at least two points per stroke."""
    for label in range(10):
        assert len(DIGITS[label]) >= 4
        for stroke in (stroke for strokes in DIGITS[label] for stroke in strokes):
            assert len(stroke) >= 2
            assert 0 <= stroke.min() <= stroke.max() <= 9


def test_boxy_digits_are_on_a_grid_and_stay_closed():
    """Level and upright lines, flags apart; the two ends of a zero stay together in the page that is rendered."""
    for label, glyphs in BOXY.items():
        assert glyphs
        for stroke in (stroke for glyph in glyphs for stroke in glyph if label not in (1, 4)):
            assert (np.abs(np.diff(stroke, axis=0)).min(1) == 0).all()
    drawings = [drawing for drawing, _label in draw_styles([], 2000, np.random.default_rng(0))]
    zeros = [drawing.strokes for i, drawing in enumerate(drawings) if i // 2 % 10 == 0]
    boxes = [stroke for (stroke,) in (strokes for strokes in zeros if len(strokes) == 1) if len(stroke) == 6]
    assert len(boxes) > 50
    gaps = [np.hypot(*(box[0] - box[-1])) / np.ptp(box[:, 1]) for box in boxes]
    assert max(gaps) < 0.25


def test_a_zero_gets_a_slash_or_a_dot():
    """Through or near its center; the zero itself does not change, and most slashes rise to the right."""
    rng = np.random.default_rng(0)
    rising, dots = 0, 0
    for _ in range(200):
        zero, added = slash_or_dot(OVAL, rng)
        assert zero is OVAL[0]
        assert np.abs(added.mean(0)).max() < 1
        (x0, y0), (x1, y1) = added[0], added[-1]
        dots += abs(y1 - y0) < 1.7 and abs(x1 - x0) < 0.5
        rising += (x1 - x0) * (y1 - y0) < 0
    assert 20 < dots < 80
    assert rising > 100


def test_a_seven_gets_a_bar_unless_it_may_have_one():
    """Across its stem, below the upper stroke."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        seven, bar = cross(SEVEN, rng)
        assert seven is SEVEN[0]
        assert 2 < bar[:, 1].mean() < 8
        assert bar[0, 0] < bar[1, 0]
        assert bar[0, 0] < np.interp(bar[:, 1].mean(), seven[1:, 1], seven[1:, 0]) < bar[1, 0]
    crossed = cross(SEVEN, rng)
    assert cross(crossed, rng) is crossed


def test_a_one_gets_a_flag_and_sometimes_a_foot():
    """The flag leads up to its top from the left, whichever way the one was drawn."""
    rng = np.random.default_rng(0)
    feet = 0
    for _ in range(50):
        for one in (BAR, [BAR[0][::-1]]):
            path, *foot = flag(one, rng)
            top = np.flatnonzero((path == (2, 0)).all(1))
            assert len(top) == 1
            assert path[0, 0] < 2
            assert 0 < path[0, 1] < 6
            assert (path[-1] == (2, 9)).all()
            feet += len(foot)
    assert 15 < feet < 65


def test_doodles_are_unique():
    """They have strokes of at least two points, all finite; a single one lies flat."""
    rng = np.random.default_rng(5)
    doodles = [invent_doodle(rng) for _ in range(200)]
    assert all(np.ptp(body[:, 1]) < 0.7 * np.ptp(body[:, 0]) for body, *details in doodles if not details)
    assert all(len(stroke) > 1 and np.isfinite(stroke).all() for strokes in doodles for stroke in strokes)
    assert all(0.4 < np.ptp(np.concatenate(strokes), 0).max() < 5 for strokes in doodles)
    assert len({np.concatenate(strokes).round(3).tobytes() for strokes in doodles}) == 200

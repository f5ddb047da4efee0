"""Drawings that are no digit: what they are made of, that all kinds occur, that the seed decides."""

import numpy as np
import pytest
import torch

from lenet.rejection import SEVERAL, rejection_reason
from train.data import outliers
from train.data.characters import invent
from train.data.digits import Digits
from train.data.glyphs import SHAPES
from train.data.mnist import load_mnist
from train.data.outliers import RUBBISH, Sources, make_outliers
from train.data.pen_digits import WRITERS, PenDigit, load_pen_digits


@pytest.fixture(scope="module")
def digits(small_data) -> Digits:
    return load_mnist(small_data, train=True)


@pytest.fixture(scope="module")
def pen(small_data) -> list[PenDigit]:
    return load_pen_digits(small_data, WRITERS)


@pytest.fixture(scope="module")
def sources(digits, pen) -> Sources:
    return Sources(digits.images[:, 0].numpy(), digits.labels.numpy(), pen)


@pytest.fixture(scope="module")
def drawn(digits, pen) -> Digits:
    return make_outliers(digits, pen, 400, seed=3)


def test_they_are_pictures_of_the_rubbish_class(drawn):
    """Like digits in form, with the label -1 and never blank."""
    assert drawn.images.shape == (400, 1, 32, 32)
    assert drawn.images.dtype == torch.uint8
    assert drawn.labels.dtype == torch.int64
    assert set(drawn.labels.tolist()) == {RUBBISH} == {-1}
    assert int(drawn.images.amax((1, 2, 3)).min()) > 200
    assert torch.unique(drawn.images, dim=0).shape[0] > 380


def test_the_seed_decides_them(digits, pen, drawn):
    """The same seed, the same drawings, whatever was drawn before; another, others."""
    assert make_outliers(digits, pen, 400, seed=3).fingerprint() == drawn.fingerprint()
    assert make_outliers(digits, pen, 400, seed=4).fingerprint() != drawn.fingerprint()


def _among(pictures: np.ndarray, others: np.ndarray) -> int:
    """How many of the pictures are one of the others, bit for bit."""
    known = {other.tobytes() for other in others}
    return sum(np.ascontiguousarray(picture).tobytes() in known for picture in pictures)


def test_every_kind_occurs(digits, drawn):
    """Digits turned and mirrored, found again by turning them back; pairs; and most are of neither."""
    ink, pictures = digits.images[:, 0].numpy(), drawn.images[:, 0].numpy()
    turned = sum(_among(np.rot90(pictures, k, (1, 2)), ink) for k in (1, 3))
    mirrored = _among(pictures[:, :, ::-1], ink)
    pairs = sum(rejection_reason(picture / 255) == SEVERAL for picture in pictures)
    for count in (turned, mirrored, pairs):
        assert 5 < count < 100
    assert _among(pictures, ink) == 0


@pytest.mark.parametrize("kind", sorted(kind.__name__ for kind in set(outliers.KINDS)))
def test_a_kind_is_ink_in_the_frame(sources, kind):
    """Each kind by itself: uint8, 32x32, some ink and mostly paper."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        picture = getattr(outliers, kind)(sources, rng)
        assert picture.shape == (32, 32)
        assert picture.dtype == np.uint8
        assert picture.max() > 200
        assert 5 < (picture > 127).sum() < 500


def test_two_digits_are_mostly_seen_to_be_two(sources):
    """By the ink alone, where they stand beside each other; one above the other they are for the network."""
    rng = np.random.default_rng(2)
    found = [rejection_reason(outliers.pair(sources, rng) / 255) == SEVERAL for _ in range(200)]
    assert 0.55 < np.mean(found) < 0.85


@pytest.mark.parametrize(("kind", "kept"), [("turned", {2, 3, 4, 5, 7}), ("mirrored", {3, 4, 6, 7, 9})])
def test_no_digit_is_made_that_is_one(sources, kind, kept):
    """A turned 8 is an 8: only what is no digit then is turned or mirrored."""
    label_of = {picture.tobytes(): int(label) for picture, label in zip(sources.ink, sources.labels, strict=True)}
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(100):
        picture = getattr(outliers, kind)(sources, rng)
        ways = [np.rot90(picture, k) for k in (1, 3)] if kind == "turned" else [picture[:, ::-1]]
        seen |= {label_of[way.tobytes()] for way in ways if way.tobytes() in label_of}
    assert seen == kept


def test_a_digit_is_drawn_over_until_it_is_none(sources):
    """Other digits, shapes and scribbles lie over it, and never so that a digit of the set is left as it was."""
    ink = sources.ink
    rng = np.random.default_rng(4)
    crossed = np.stack([outliers.over(sources, rng) for _ in range(60)])
    nearest = [np.abs(ink.astype(float) - picture).mean((1, 2)).min() for picture in crossed]
    apart = [np.sort(np.abs(ink.astype(float) - picture).mean((1, 2)))[1] for picture in ink]
    assert np.quantile(nearest, 0.1) > np.median(apart)  # further from every digit than digits are from each other
    assert np.mean(nearest) > 2 * np.mean(apart)


def test_the_shapes_fit_their_grid():
    """Points on the grid of 10 by 10, at least two a stroke."""
    assert len(SHAPES) > 80
    for strokes in SHAPES:
        for stroke in strokes:
            assert stroke.ndim == 2
            assert stroke.shape[1] == 2
            assert len(stroke) >= 2
            assert stroke.min() >= 0
            assert stroke.max() <= 9


def test_without_pen_strokes_the_other_kinds_are_made(digits):
    """For those who train on MNIST alone."""
    assert len(make_outliers(digits, [], 40, seed=0)) == 40


def test_no_character_comes_twice():
    """Two to five strokes of at least two points, all of them finite, and no two characters alike."""
    rng = np.random.default_rng(5)
    characters = [invent(rng) for _ in range(200)]
    assert {len(strokes) for strokes in characters} == {2, 3, 4, 5}
    assert all(len(stroke) > 1 and np.isfinite(stroke).all() for strokes in characters for stroke in strokes)
    assert len({np.concatenate(strokes).round(3).tobytes() for strokes in characters}) == 200

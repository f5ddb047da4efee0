"""Drawings that are no digit: what they are made of, that all kinds occur, that the seed decides."""

import numpy as np
import pytest
import torch

from lenet.abstain import SEVERAL, reason_of
from train import outliers
from train.data import Digits, load_mnist
from train.outliers import RUBBISH, SHAPES, make_outliers


@pytest.fixture(scope="module")
def digits(small_data) -> Digits:
    return load_mnist(small_data, train=True)


@pytest.fixture(scope="module")
def drawn(digits) -> Digits:
    return make_outliers(digits, 400, seed=3)


def test_they_are_pictures_of_the_rubbish_class(drawn):
    """Like digits in form, with the label -1 and never blank."""
    assert drawn.pictures.shape == (400, 1, 32, 32)
    assert drawn.pictures.dtype == torch.uint8
    assert drawn.labels.dtype == torch.int64
    assert set(drawn.labels.tolist()) == {RUBBISH} == {-1}
    assert int(drawn.pictures.amax((1, 2, 3)).min()) > 200
    assert torch.unique(drawn.pictures, dim=0).shape[0] > 380


def test_the_seed_decides_them(digits, drawn):
    """The same seed, the same drawings, whatever was drawn before; another, others."""
    assert make_outliers(digits, 400, seed=3).fingerprint() == drawn.fingerprint()
    assert make_outliers(digits, 400, seed=4).fingerprint() != drawn.fingerprint()


def _among(pictures: np.ndarray, others: np.ndarray) -> int:
    """How many of the pictures are one of the others, bit for bit."""
    known = {other.tobytes() for other in others}
    return sum(np.ascontiguousarray(picture).tobytes() in known for picture in pictures)


def test_every_kind_occurs(digits, drawn):
    """Digits turned and mirrored, found again by turning them back; pairs; and most are of neither."""
    ink, pictures = digits.pictures[:, 0].numpy(), drawn.pictures[:, 0].numpy()
    turned = sum(_among(np.rot90(pictures, k, (1, 2)), ink) for k in (1, 3))
    mirrored = _among(pictures[:, :, ::-1], ink)
    pairs = sum(reason_of(picture / 255) == SEVERAL for picture in pictures)
    for count in (turned, mirrored, pairs):
        assert 10 < count < 100
    assert _among(pictures, ink) == 0


KINDS = ("glyph", "scribble", "pair", "turned", "mirrored", "over")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_ink_in_the_frame(digits, kind):
    """Each kind by itself: uint8, 32x32, some ink and mostly paper."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        picture = getattr(outliers, kind)(digits.pictures[:, 0].numpy(), digits.labels.numpy(), rng)
        assert picture.shape == (32, 32)
        assert picture.dtype == np.uint8
        assert picture.max() > 200
        assert 5 < (picture > 127).sum() < 500


def test_two_digits_are_mostly_seen_to_be_two(digits):
    """By the ink alone, where they stand beside each other; one above the other they are for the network."""
    rng = np.random.default_rng(2)
    ink, labels = digits.pictures[:, 0].numpy(), digits.labels.numpy()
    found = [reason_of(outliers.pair(ink, labels, rng) / 255) == SEVERAL for _ in range(200)]
    assert 0.55 < np.mean(found) < 0.85


@pytest.mark.parametrize(("kind", "kept"), [("turned", {2, 3, 4, 5, 7}), ("mirrored", {3, 4, 6, 7, 9})])
def test_no_digit_is_made_that_is_one(digits, kind, kept):
    """A turned 8 is an 8: only what is no digit then is turned or mirrored."""
    ink, labels = digits.pictures[:, 0].numpy(), digits.labels.numpy()
    label_of = {picture.tobytes(): int(label) for picture, label in zip(ink, labels, strict=True)}
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(100):
        picture = getattr(outliers, kind)(ink, labels, rng)
        ways = [np.rot90(picture, k) for k in (1, 3)] if kind == "turned" else [picture[:, ::-1]]
        seen |= {label_of[way.tobytes()] for way in ways if way.tobytes() in label_of}
    assert seen == kept


def test_a_digit_is_drawn_over_until_it_is_none(digits):
    """Other digits, shapes and scribbles lie over it, and never so that a digit of the set is left as it was."""
    ink, labels = digits.pictures[:, 0].numpy(), digits.labels.numpy()
    rng = np.random.default_rng(4)
    crossed = np.stack([outliers.over(ink, labels, rng) for _ in range(60)])
    nearest = [np.abs(ink.astype(float) - picture).mean((1, 2)).min() for picture in crossed]
    apart = [np.sort(np.abs(ink.astype(float) - picture).mean((1, 2)))[1] for picture in ink]
    assert min(nearest) > np.median(apart)  # further from every digit than digits are from each other
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

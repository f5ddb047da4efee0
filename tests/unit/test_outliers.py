"""Outliers: what they are made of, that all kinds occur, that they depend on the seed."""

import numpy as np
import pytest
import torch

from lenet.rejection import SEVERAL, rejection_reason
from train.data import outliers
from train.data.characters import invent_character
from train.data.digits import Digits
from train.data.glyphs import GLYPHS
from train.data.mnist import load_mnist
from train.data.outliers import OUTLIER_LABEL, Sources, make_outliers
from train.data.pen_digits import TRAINING_WRITERS, PenDigit, load_pen_digits
from train.data.strokes import PenDrawing, render


@pytest.fixture(scope="module")
def digits(small_data) -> Digits:
    return load_mnist(small_data, train=True)


@pytest.fixture(scope="module")
def pen(small_data) -> list[PenDigit]:
    return load_pen_digits(small_data, TRAINING_WRITERS)


@pytest.fixture(scope="module")
def sources(digits, pen) -> Sources:
    return Sources(digits.images[:, 0].numpy(), digits.labels.numpy(), pen)


@pytest.fixture(scope="module")
def drawn(digits, pen) -> Digits:
    return make_outliers(digits, pen, 130, seed=3)


def test_outliers_are_labeled_images(drawn):
    """In the format of digits, with the label -1, and never blank."""
    assert drawn.images.shape == (130, 1, 32, 32)
    assert drawn.images.dtype == torch.uint8
    assert drawn.labels.dtype == torch.int64
    assert set(drawn.labels.tolist()) == {OUTLIER_LABEL} == {-1}
    assert int(drawn.images.amax((1, 2, 3)).min()) > 200
    assert torch.unique(drawn.images, dim=0).shape[0] > 120


def test_outliers_depend_on_the_seed(digits, pen):
    """The same seed gives the same images, another seed gives others."""
    first, same, other = (make_outliers(digits, pen, 26, seed).fingerprint() for seed in (3, 3, 4))
    assert first == same != other


def _among(images: np.ndarray, others: np.ndarray) -> int:
    """How many of the images are identical to one of the others."""
    known = {other.tobytes() for other in others}
    return sum(np.ascontiguousarray(image).tobytes() in known for image in images)


def test_every_kind_occurs(digits, drawn):
    """Among them rotated and mirrored digits, which are found by reversing that, and pairs."""
    ink, images = digits.images[:, 0].numpy(), drawn.images[:, 0].numpy()
    rotated = sum(_among(np.rot90(images, k, (1, 2)), ink) for k in (1, 3))
    mirrored = _among(images[:, :, ::-1], ink)
    pairs = sum(rejection_reason(image / 255) == SEVERAL for image in images)
    for count in (rotated, mirrored, pairs):
        assert 2 < count < 35
    assert _among(images, ink) == 0


@pytest.mark.parametrize("kind", sorted(kind.__name__ for kind in set(outliers.KINDS)))
def test_every_kind_is_a_valid_image(sources, kind):
    """uint8, 32x32, with some ink, but mostly blank."""
    rng = np.random.default_rng(1)
    for _ in range(10):
        drawn = getattr(outliers, kind)(sources, rng)
        image = render(drawn) if isinstance(drawn, PenDrawing) else drawn
        assert image.shape == (32, 32)
        assert image.dtype == np.uint8
        assert image.max() > 200
        assert 5 < (image > 127).sum() < 500


def test_most_pairs_are_detected_as_several_digits(sources):
    """If they are side by side; those one above the other are left to the network."""
    rng = np.random.default_rng(2)
    found = [rejection_reason(outliers.pair(sources, rng) / 255) == SEVERAL for _ in range(100)]
    assert 0.55 < np.mean(found) < 0.85


@pytest.mark.parametrize(("kind", "classes"), [("rotated", {2, 3, 4, 5, 7}), ("mirrored", {3, 4, 6, 7, 9})])
def test_only_digits_that_become_illegible_are_rotated_or_mirrored(sources, kind, classes):
    """A rotated 8, for example, can still be read as an 8."""
    label_of = {image.tobytes(): int(label) for image, label in zip(sources.ink, sources.labels, strict=True)}
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(100):
        image = getattr(outliers, kind)(sources, rng)
        originals = [np.rot90(image, k) for k in (1, 3)] if kind == "rotated" else [image[:, ::-1]]
        seen |= {label_of[original.tobytes()] for original in originals if original.tobytes() in label_of}
    assert seen == classes


def test_overdrawn_digits_differ_from_all_digits(sources):
    """They are further from every digit than digits are from each other."""
    rng = np.random.default_rng(4)
    overdrawn = np.stack([outliers.overdrawn(sources, rng) for _ in range(60)])
    ink, overdrawn = (torch.from_numpy(images).flatten(1).double() for images in (sources.ink, overdrawn))
    nearest = torch.cdist(overdrawn, ink, p=1).amin(1)
    apart = torch.cdist(ink, ink, p=1).sort(1).values[:, 1]  # the nearest of all is the digit itself
    assert nearest.quantile(0.1) > apart.quantile(0.5)
    assert nearest.mean() > 2 * apart.mean()


def test_the_glyphs_are_on_their_grid():
    """Their points are on the 10x10 grid, at least two per stroke."""
    assert len(GLYPHS) > 80
    for strokes in GLYPHS:
        for stroke in strokes:
            assert stroke.ndim == 2
            assert stroke.shape[1] == 2
            assert len(stroke) >= 2
            assert stroke.min() >= 0
            assert stroke.max() <= 9


def test_outliers_without_pen_digits(digits):
    """As with --no-strokes: the kinds that need no pen digits are generated."""
    assert len(make_outliers(digits, [], 40, seed=0)) == 40


def test_invented_characters_are_unique():
    """They have two to five strokes of at least two points, all finite."""
    rng = np.random.default_rng(5)
    characters = [invent_character(rng) for _ in range(200)]
    assert {len(strokes) for strokes in characters} == {2, 3, 4, 5}
    assert all(len(stroke) > 1 and np.isfinite(stroke).all() for strokes in characters for stroke in strokes)
    assert len({np.concatenate(strokes).round(3).tobytes() for strokes in characters}) == 200

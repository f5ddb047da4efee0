"""Distortions against shifts and turns that Pillow and plain slices make."""

import numpy as np
import pytest
import torch
from PIL import Image

from lenet import preprocess
from tests.conftest import EXAMPLES, draw
from train.engine.augment import Distortion, shift, warp, warps

STILL = Distortion(rotation=0, scale=0, shear=0, shift=0, elastic=0)


def distort(pictures: torch.Tensor, distortion: Distortion, random: torch.Generator) -> torch.Tensor:
    return warp(pictures, warps(*pictures.shape[::2], pictures.shape[3], distortion, random))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ink(digit: int = 2, copies: int = 1) -> torch.Tensor:
    return torch.from_numpy(preprocess(draw(EXAMPLES[digit]["strokes"])))[None, None].repeat(copies, 1, 1, 1)


def distances(pictures: torch.Tensor, other: np.ndarray) -> np.ndarray:
    return np.abs(pictures[:, 0].numpy() - other).mean((1, 2))


def test_no_distortion_changes_nothing():
    """With every amount at zero the picture comes back."""
    torch.testing.assert_close(distort(ink(), STILL, generator()), ink(), atol=1e-5, rtol=0)


def test_a_shift_stays_within_its_pixels():
    """Centres of mass move by up to the shift, and by nearly that for some of many copies."""
    moved = distort(ink(copies=500), Distortion(0, 0, 0, 2.0, 0), generator())[:, 0].numpy()
    mass = moved.sum((1, 2))
    rows = (moved.sum(2) @ np.arange(32)) / mass - 16
    start = float(ink()[0, 0].sum(1) @ torch.arange(32.0) / ink().sum()) - 16
    assert np.abs(rows - start).max() <= 2.01
    assert np.abs(rows - start).max() > 1.9
    assert abs((rows - start).mean()) < 0.15


@pytest.mark.parametrize(("amount", "field"), [(20.0, "rotation"), (0.3, "scale"), (0.3, "shear")])
def test_an_amount_bounds_its_distortion(amount, field):
    """Among many copies some come near the extreme that Pillow makes, and the picture itself lies in the middle."""
    still = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0}
    many = distort(ink(copies=400), Distortion(**{**still, field: amount}), generator())
    picture = Image.fromarray(ink()[0, 0].numpy())
    c = 15.5 + 0.5  # the frame's middle in Pillow's corner-based coordinates
    extreme = {
        "rotation": picture.rotate(amount, Image.Resampling.BILINEAR),
        "scale": picture.transform(
            (32, 32), Image.Transform.AFFINE, (1.3, 0, -0.3 * c, 0, 1.3, -0.3 * c), Image.Resampling.BILINEAR
        ),
        "shear": picture.transform(
            (32, 32), Image.Transform.AFFINE, (1, 0.3, -0.3 * c, 0, 1, 0), Image.Resampling.BILINEAR
        ),
    }[field]
    assert distances(many, np.asarray(extreme)).min() < 0.012
    assert distances(many, ink()[0, 0].numpy()).min() < 0.012
    assert distances(many, ink()[0, 0].numpy()).max() > 0.04


def test_bending_moves_ink_by_about_its_pixels():
    """A bend leaves the digit a digit: ink is kept to a tenth, and every copy differs."""
    bent = distort(ink(copies=50), Distortion(0, 0, 0, 0, 0.7), generator())
    assert (bent.sum((1, 2, 3)) / ink().sum()).sub(1).abs().max() < 0.15
    assert torch.unique(bent, dim=0).shape[0] == 50
    assert distances(bent, ink()[0, 0].numpy()).max() < 0.08


def test_no_ink_comes_in_from_outside():
    """What lies outside the frame is paper: values stay in [0, 1] and a blank stays blank."""
    wild = Distortion(45, 0.5, 0.5, 10, 3)
    out = distort(ink(copies=50), wild, generator())
    assert out.min() >= 0
    assert out.max() <= 1
    assert not distort(torch.zeros(5, 1, 32, 32), wild, generator()).any()


def test_the_seed_decides():
    """The same generator state gives the same distortions; the next draw gives others."""
    one = generator()
    first, second = distort(ink(), Distortion(), one), distort(ink(), Distortion(), one)
    assert torch.equal(first, distort(ink(), Distortion(), generator()))
    assert not torch.equal(first, second)


def test_a_whole_batch_is_shifted_alike():
    """By up to a pixel each way, and by all nine such ways in turn; the frame of paper is wider than that."""
    random, pictures = generator(), ink(copies=3)
    seen = set()
    for _ in range(100):
        moved = shift(pictures, random)
        ways = {(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if torch.equal(moved, pictures.roll((y, x), (2, 3)))}
        assert len(ways) == 1
        seen |= ways
    assert len(seen) == 9

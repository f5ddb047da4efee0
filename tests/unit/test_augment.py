"""Distortions, compared with transformations by Pillow."""

import numpy as np
import pytest
import torch
from PIL import Image

from harness.drawings import EXAMPLES, draw
from lenet import preprocess
from train.engine.augment import Distortion, random_grids, random_shift
from train.engine.augment import distort as resample

STILL = Distortion(rotation=0, scale=0, shear=0, shift=0, elastic=0)


def distort(images: torch.Tensor, distortion: Distortion, random: torch.Generator) -> torch.Tensor:
    count, _, height, width = images.shape
    return resample(images, random_grids(count, height, width, distortion, random))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ink(digit: int = 2, copies: int = 1) -> torch.Tensor:
    return torch.from_numpy(preprocess(draw(EXAMPLES[digit]["strokes"])))[None, None].repeat(copies, 1, 1, 1)


def distances(images: torch.Tensor, other: np.ndarray) -> np.ndarray:
    return np.abs(images[:, 0].numpy() - other).mean((1, 2))


def test_no_distortion_changes_nothing():
    """With all amounts zero, the image stays the same."""
    torch.testing.assert_close(distort(ink(), STILL, generator()), ink(), atol=1e-5, rtol=0)


def test_a_shift_stays_within_its_pixels():
    """Centers of mass move by at most the shift, and by nearly that for some of many copies."""
    moved = distort(ink(copies=500), Distortion(0, 0, 0, 2.0, 0), generator())[:, 0].numpy()
    mass = moved.sum((1, 2))
    rows = (moved.sum(2) @ np.arange(32)) / mass - 16
    start = float(ink()[0, 0].sum(1) @ torch.arange(32.0) / ink().sum()) - 16
    assert np.abs(rows - start).max() <= 2.01
    assert np.abs(rows - start).max() > 1.9
    assert abs((rows - start).mean()) < 0.15


@pytest.mark.parametrize(("amount", "field"), [(20.0, "rotation"), (0.3, "scale"), (0.3, "shear")])
def test_an_amount_bounds_its_distortion(amount, field):
    """Among many copies, some are close to the maximum distortion, computed by Pillow, and some to the original."""
    still = {"rotation": 0, "scale": 0, "shear": 0, "shift": 0, "elastic": 0}
    many = distort(ink(copies=400), Distortion(**{**still, field: amount}), generator())
    image = Image.fromarray(ink()[0, 0].numpy())
    c = 15.5 + 0.5  # the center in Pillow's coordinates, whose origin is the corner
    extreme = {
        "rotation": image.rotate(amount, Image.Resampling.BILINEAR),
        "scale": image.transform(
            (32, 32), Image.Transform.AFFINE, (1.3, 0, -0.3 * c, 0, 1.3, -0.3 * c), Image.Resampling.BILINEAR
        ),
        "shear": image.transform(
            (32, 32), Image.Transform.AFFINE, (1, 0.3, -0.3 * c, 0, 1, 0), Image.Resampling.BILINEAR
        ),
    }[field]
    assert distances(many, np.asarray(extreme)).min() < 0.012
    assert distances(many, ink()[0, 0].numpy()).min() < 0.012
    assert distances(many, ink()[0, 0].numpy()).max() > 0.04


def test_elastic_distortions_are_small():
    """They change the amount of ink by less than 15 %, and differ for each copy."""
    bent = distort(ink(copies=50), Distortion(0, 0, 0, 0, 0.7), generator())
    assert (bent.sum((1, 2, 3)) / ink().sum()).sub(1).abs().max() < 0.15
    assert torch.unique(bent, dim=0).shape[0] == 50
    assert distances(bent, ink()[0, 0].numpy()).max() < 0.08


def test_no_ink_enters_from_outside():
    """Outside of the image there is no ink: values stay in [0, 1] and a blank image stays blank."""
    wild = Distortion(45, 0.5, 0.5, 10, 3)
    out = distort(ink(copies=50), wild, generator())
    assert out.min() >= 0
    assert out.max() <= 1
    assert not distort(torch.zeros(5, 1, 32, 32), wild, generator()).any()


def test_the_seed_decides():
    """The same generator state gives the same distortions, the next call gives others."""
    one = generator()
    first, second = distort(ink(), Distortion(), one), distort(ink(), Distortion(), one)
    assert torch.equal(first, distort(ink(), Distortion(), generator()))
    assert not torch.equal(first, second)


def test_a_whole_batch_is_shifted_equally():
    """By at most one pixel in each direction; all nine combinations occur."""
    random, images = generator(), ink(copies=3)
    seen = set()
    for _ in range(100):
        moved = random_shift(images, random)
        shifts = {(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if torch.equal(moved, images.roll((y, x), (2, 3)))}
        assert len(shifts) == 1
        seen |= shifts
    assert len(seen) == 9

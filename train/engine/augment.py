"""Distortions for each sample, as in the paper's section III.A: turned, scaled, sheared, shifted, and gently bent.

The bending is the elastic field of Simard, Steinkraus, Platt (2003), here a coarse random field drawn smooth by
bicubic interpolation. All of it is one resampling of the picture, so that ink is blurred once.
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from train.recipe import Distortion


def warps(n: int, height: int, width: int, distortion: Distortion, generator: torch.Generator) -> Tensor:
    """`n` random distortions: where each pixel of a picture comes from, shape (N, H, W, 2), as grid_sample takes it."""
    device = generator.device

    def draw(amount: float, columns: int) -> Tensor:
        return (torch.rand(n, columns, generator=generator, device=device) * 2 - 1) * amount

    angle = torch.deg2rad(draw(distortion.rotation, 1)).squeeze(1)
    scale = 1 + draw(distortion.scale, 2)
    shear = draw(distortion.shear, 1).squeeze(1)
    shift = draw(distortion.shift, 2) * 2 / width  # grid_sample's picture spans [-1, 1]
    cos, sin = angle.cos(), angle.sin()
    # Rows of the map from output to input: rotation @ [[1, shear], [0, 1]] @ diag(scale).
    theta = torch.stack(
        [
            torch.stack([cos * scale[:, 0], (cos * shear - sin) * scale[:, 1], shift[:, 0]], 1),
            torch.stack([sin * scale[:, 0], (sin * shear + cos) * scale[:, 1], shift[:, 1]], 1),
        ],
        1,
    )  # (N, 2, 3)
    x, y = (((torch.arange(side, device=device) + 0.5) * 2 / side - 1) for side in (width, height))
    here = torch.stack([x.repeat(height), y.repeat_interleave(width), torch.ones(height * width, device=device)])
    grid = (theta.reshape(-1, 3) @ here).view(n, 2, height, width)
    if distortion.elastic:
        cells = distortion.elastic_grid
        coarse = torch.randn(n, 2, cells, cells, generator=generator, device=device) * (distortion.elastic * 2 / width)
        down, right = (_bicubic(cells, side, device) for side in (height, width))
        grid += down @ coarse @ right.T
    return grid.permute(0, 2, 3, 1)


@cache
def _bicubic(cells: int, side: int, device: torch.device) -> Tensor:
    """The matrix (side, cells) that draws `cells` values smooth over `side` pixels; far faster than interpolate."""
    return interpolate(torch.eye(cells, device=device)[None, None], (side, cells), mode="bicubic")[0, 0]


def warp(ink: Tensor, grid: Tensor) -> Tensor:
    """`ink`, shape (N, 1, H, W), distorted by `warps` of as many pictures; no ink comes in from outside."""
    return grid_sample(ink, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def shift(ink: Tensor, generator: torch.Generator) -> Tensor:
    """All of `ink` moved by the same -1, 0 or 1 pixels each way: next to no work, for short runs."""
    down, right = (torch.randint(-1, 2, (2,), generator=generator, device=generator.device)).tolist()
    return ink.roll((down, right), (2, 3))  # the frame of paper is wider than that

"""Random distortions of each image: affine transformations, as in the paper's section III.A, and elastic ones.

The elastic displacement field follows Simard, Steinkraus, Platt (2003), but is a coarse random field with bicubic
interpolation. Both distortions are applied in a single resampling, so that the ink is blurred only once.
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from train.recipe import Distortion


def random_grids(n: int, height: int, width: int, distortion: Distortion, generator: torch.Generator) -> Tensor:
    """`n` random distortions, as sampling grids for `grid_sample`, shape (N, H, W, 2)."""
    device = generator.device

    def uniform(amount: float, columns: int) -> Tensor:
        return (torch.rand(n, columns, generator=generator, device=device) * 2 - 1) * amount

    angle = torch.deg2rad(uniform(distortion.rotation, 1)).squeeze(1)
    scale = 1 + uniform(distortion.scale, 2)
    shear = uniform(distortion.shear, 1).squeeze(1)
    shift = uniform(distortion.shift, 2) * 2 / width  # in grid_sample's coordinates the image spans [-1, 1]
    cos, sin = angle.cos(), angle.sin()
    # The rows of the matrix that maps output to input coordinates: rotation @ [[1, shear], [0, 1]] @ diag(scale).
    theta = torch.stack(
        [
            torch.stack([cos * scale[:, 0], (cos * shear - sin) * scale[:, 1], shift[:, 0]], 1),
            torch.stack([sin * scale[:, 0], (sin * shear + cos) * scale[:, 1], shift[:, 1]], 1),
        ],
        1,
    )  # (N, 2, 3)
    x, y = (((torch.arange(side, device=device) + 0.5) * 2 / side - 1) for side in (width, height))
    points = torch.stack([x.repeat(height), y.repeat_interleave(width), torch.ones(height * width, device=device)])
    grid = (theta.reshape(-1, 3) @ points).view(n, 2, height, width)
    if distortion.elastic:
        cells = distortion.elastic_grid
        coarse = torch.randn(n, 2, cells, cells, generator=generator, device=device) * (distortion.elastic * 2 / width)
        rows, columns = (_bicubic_matrix(cells, side, device) for side in (height, width))
        grid += rows @ coarse @ columns.T
    return grid.permute(0, 2, 3, 1)


@cache
def _bicubic_matrix(cells: int, side: int, device: torch.device) -> Tensor:
    """The bicubic interpolation of `cells` values at `side` pixels as a matrix; much faster than `interpolate`."""
    return interpolate(torch.eye(cells, device=device)[None, None], (side, cells), mode="bicubic")[0, 0]


def distort(ink: Tensor, grids: Tensor) -> Tensor:
    """`ink`, shape (N, 1, H, W), sampled at `random_grids`; outside the image there is no ink."""
    return grid_sample(ink, grids, mode="bilinear", padding_mode="zeros", align_corners=False)


def random_shift(ink: Tensor, generator: torch.Generator) -> Tensor:
    """The whole batch shifted by the same random -1, 0 or 1 pixels in each direction; takes almost no time."""
    down, right = (torch.randint(-1, 2, (2,), generator=generator, device=generator.device)).tolist()
    return ink.roll((down, right), (2, 3))  # only the empty margin wraps around

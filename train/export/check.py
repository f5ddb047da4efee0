"""A converted network beside PyTorch's: nothing is exported that computes something else."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import torch

from lenet.files import one_line
from lenet.networks.base import INPUT_SHAPE
from lenet.rejection import energy
from lenet.weights.model import Weights
from train.errors import CommandError
from train.export.formats import FORMATS, PACKAGES, MissingPackageError
from train.export.outputs import ENERGY, PROBABILITIES, Outputs

TOLERANCE = 1e-4  # of rounding there is about 1e-5
BATCHES = (1, 5, 16)  # how many inputs at once; the network is traced with another number


class ExportError(CommandError):
    """The network cannot be exported, or not to where it should be."""


@dataclass(frozen=True)
class Converted:
    """The content of a file, and the output in which it differs most from PyTorch's, by how much.

    The difference is absolute, but relative to the largest number of an output that has numbers above 1.
    """

    content: bytes
    difference: float
    output: str

    def __str__(self) -> str:
        return f"{len(self.content):,} bytes, largest difference from PyTorch {self.difference:.1e} ({self.output})"


def converted(weights: Weights, name: str) -> Converted:
    """The network in the format of that name.

    Raises ExportError if it cannot be converted or run, or computes something else than in PyTorch, and
    MissingPackageError if the format needs packages that are not installed.
    """
    chosen = FORMATS[name]
    try:
        content = chosen.convert(weights)
        difference, output = largest_difference(weights, chosen.load(content), map(some_ink, BATCHES))
    except MissingPackageError:
        raise
    except Exception as error:  # of many types: of PyTorch's exporter, of the packages that it calls, of the runtime
        raise ExportError(f"the network cannot be exported by {_versions()}: {one_line(error)}") from error
    if not difference <= TOLERANCE:  # nor NaN
        raise ExportError(
            f"the exported network differs from PyTorch's by {difference:.1e} in {output}, "
            f"more than the tolerance of {TOLERANCE:g}; nothing was written"
        )
    return Converted(content, difference, output)


def largest_difference(
    weights: Weights, run: Callable[[np.ndarray], dict[str, np.ndarray]], batches: Iterable[np.ndarray]
) -> tuple[float, str]:
    """By how much a converted network differs from PyTorch's, and in which output; infinitely if one is missing."""
    outputs = Outputs(weights).eval()
    worst = {}
    for ink in batches:
        with torch.inference_mode():
            expected = {name: values.numpy() for name, values in outputs(torch.from_numpy(ink)).items()}
        # Of these the reader's own functions count, and of the layers what the network computes without hooks.
        expected |= {name: values for name, values in weights.model.compute(ink).items() if name != "input"}
        expected[PROBABILITIES] = weights.calibration.probabilities(expected["output"])
        expected[ENERGY] = energy(expected["output"])
        found = run(ink)
        for name, values in expected.items():
            worst[name] = np.maximum(worst.get(name, 0), _difference(found.get(name), values))
    name = max(worst, key=lambda name: (np.isnan(worst[name]), worst[name]))
    return float(worst[name]), name


def some_ink(count: int) -> np.ndarray:
    """Inputs of the network: blank, full, and blots of many sizes and shades."""
    rng = np.random.default_rng(0)
    ink = np.zeros((count, *INPUT_SHAPE), np.float32)
    for i in range(1, count):
        cells = 2 ** (i % 4 + 2)
        blots = rng.random((cells, cells), np.float32) ** (i % 3)  # a power of 0: full
        ink[i, 0] = np.kron(blots, np.ones((32 // cells, 32 // cells), np.float32))
    return ink if count > 1 else ink + rng.random(ink.shape, np.float32)


def _versions() -> str:
    """Those of the packages that may not fit each other."""
    found = []
    for package in ("torch", *PACKAGES):
        with suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return ", ".join(found)


def _difference(found: np.ndarray | None, expected: np.ndarray) -> float:
    if found is None or found.shape != expected.shape:
        return np.inf
    return float(np.abs(found - expected).max() / max(1, np.abs(expected).max()))

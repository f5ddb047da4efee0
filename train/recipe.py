"""The recipe: every hyperparameter that determines the result of a training run, besides the data and the machine."""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from lenet.networks import NETWORKS

# Chosen on validation data (docs/trials.md). tanh does not mind high rates, ReLU does; the squared distances of
# `original` have steep gradients.
DEFAULT_LR = {"textbook": 0.04, "tutorial": 0.01, "original": 0.01}
DEFAULT_BIAS_LR = {"textbook": 0.04, "tutorial": 0.01, "original": 0.0025}


def _option(default: Any, help: str, type: type | None = None) -> Any:
    """A field of the recipe that is also a command-line option; `type` where it is not that of the default."""
    return field(default=default, metadata={"help": help, "type": type or default.__class__})


def _listed(values: dict[str, float]) -> str:
    return ", ".join(f"{value:g} for {variant}" for variant, value in values.items())


@dataclass(frozen=True)
class Distortion:
    """How strongly images are distorted; each amount is drawn uniformly from [-x, x] for each image."""

    rotation: float = 8.0  # degrees
    scale: float = 0.10  # relative, each axis independently
    shear: float = 0.10
    shift: float = 1.2  # pixels
    elastic: float = 0.5  # pixels, the standard deviation of the elastic displacement field
    elastic_grid: int = 5  # cells per side of the coarse grid that the field is interpolated from


@dataclass(frozen=True)
class Recipe:
    """How a network is trained, and on how many images of each kind. Raises ValueError for a value out of range.

    Each field but `distortion` is an option of `python -m train run`. `lr` and `bias_lr` have the variant's default
    unless they are given.
    """

    variant: str = _option("textbook", "network: textbook, tutorial or original")
    epochs: int = _option(40, "passes over the training images")
    batch_size: int = _option(256, "images per step, over all processes")
    lr: float = _option(
        None, f"peak learning rate of the weights, which Muon trains (default: {_listed(DEFAULT_LR)})", float
    )
    bias_lr: float = _option(
        None, f"peak learning rate of biases and output layer (default: {_listed(DEFAULT_BIAS_LR)})", float
    )
    warmup: float = _option(0.15, "fraction of the steps over which the learning rate rises to its peak")
    momentum: float = _option(0.95, "Nesterov momentum")
    weight_decay: float = _option(0.05, "weight decay of the weights that Muon trains")
    ema_decay: float = _option(0.999, "decay of the exponential moving average of the weights, which is what is saved")
    augment: str = _option(
        "distort", "distort: each image independently; shift: the whole batch by up to one pixel; none"
    )
    copies: int = _option(4, "renderings of each pen digit, each by another simulated hand and pen; 0: none")
    styles: int = _option(10_000, "digits in rare styles, such as slashed zeros")
    outliers: int = _option(40_000, "synthetic drawings that are not digits, to learn to reject them")
    outlier_weight: float = _option(0.25, "loss weight of such a drawing relative to a digit")
    outlier_doubt: float = _option(0.03, "how probable it is that such a drawing can be read as a digit after all")
    validation_size: int = _option(5_000, "MNIST training images held out for validation")
    seed: int = _option(0, "random seed of split, renderings, initialization, order and distortions")
    distortion: Distortion = field(default_factory=Distortion)

    def __post_init__(self):
        if self.variant not in NETWORKS:
            raise ValueError(f"variant must be one of {', '.join(NETWORKS)}, not {self.variant}")
        for name, defaults in (("lr", DEFAULT_LR), ("bias_lr", DEFAULT_BIAS_LR)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, defaults[self.variant])  # frozen to everyone else
        if self.augment not in ("distort", "shift", "none"):
            raise ValueError(f"augment must be distort, shift or none, not {self.augment}")
        for name in ("epochs", "batch_size", "validation_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("copies", "styles", "outliers"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        for name in ("warmup", "ema_decay", "outlier_doubt"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, not {getattr(self, name)}")
        if not 0 < self.momentum < 1:
            raise ValueError(f"momentum must be above 0 and below 1, not {self.momentum}")
        for name in ("lr", "bias_lr"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        for name in ("weight_decay", "outlier_weight"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must be from 0 to 2**63 - 1, not {self.seed}")

    def as_dict(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, saved: dict) -> "Recipe":
        """The recipe that `as_dict` returned. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(**{**saved, "distortion": Distortion(**saved["distortion"])})


OPTIONS = [field for field in dataclasses.fields(Recipe) if "help" in field.metadata]

# What `--recipe` selects: the values that differ from the defaults.
RECIPES: dict[str, dict] = {
    "full": {},
    "sprint": {
        "epochs": 1,
        "batch_size": 128,
        "lr": 0.05,
        "bias_lr": 0.1,
        "momentum": 0.85,
        "warmup": 0.2,
        "ema_decay": 0.95,
        "augment": "shift",
        "copies": 0,
        "styles": 0,
        "outliers": 0,
    },
}

"""The recipe: everything that decides what comes out of a training run, beside data and machine."""

import dataclasses
import math
from dataclasses import dataclass, field

from lenet.networks import NETWORKS

# Highest rates that validation bore out: of the weights, which Muon trains, and of the rest. The squared distances of
# 1998 make steep slopes.
RATES = {"text": 0.02, "code": 0.02, "1998": 0.01}
PLAIN_RATES = {"text": 0.02, "code": 0.02, "1998": 0.0025}


def _listed(rates: dict[str, float]) -> str:
    return ", ".join(f"{rate:g} ({variant})" for variant, rate in rates.items())


def _option(default, help: str):
    """A field of the recipe that is also an option of the command line."""
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Distortion:
    """How far pictures are distorted; each amount is drawn evenly from [-x, x] for each picture."""

    rotation: float = 8.0  # degrees
    scale: float = 0.10  # share of the size, each axis by itself
    shear: float = 0.10
    shift: float = 1.2  # pixels
    bend: float = 0.5  # pixels, the standard deviation of the elastic field
    bend_cells: int = 5  # the field's coarse grid, cells a side


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. A value that makes no sense raises ValueError."""

    variant: str = _option("text", "which LeNet-5: text (of the books), code (of the tutorials) or 1998 (the original)")
    epochs: int = _option(40, "passes over the training images")
    batch_size: int = _option(64, "pictures a step, over all processes")
    peak_rate: float = _option(0.0, f"highest learning rate of the weights; 0 takes the variant's: {_listed(RATES)}")
    plain_rate: float = _option(0.0, f"the same of biases and output; 0 takes the variant's: {_listed(PLAIN_RATES)}")
    warm_up: float = _option(0.15, "share of the steps until the peak")
    momentum: float = _option(0.95, "Nesterov momentum")
    weight_decay: float = _option(0.05, "weight decay, of the weights that Muon trains")
    average: float = _option(0.999, "decay of the moving average of the weights; the average is what ships")
    augment: str = _option(
        "distort", "distort: every picture in its own way; shift: all of a batch by up to a pixel; none"
    )
    copies: int = _option(4, "drawings of each digit in pen strokes, by as many pens; 0: MNIST alone")
    outliers: int = _option(16_000, "drawings that are no digit, to learn to refuse them")
    outlier_weight: float = _option(0.25, "how much such a drawing counts beside a digit")
    validation: int = _option(5_000, "MNIST's training images held back, on which every choice is made")
    seed: int = _option(0, "of the split, the pens, the first weights, the order and the distortions")
    distortion: Distortion = field(default_factory=Distortion)

    def __post_init__(self):
        if self.variant not in NETWORKS:
            raise ValueError(f"variant must be one of {', '.join(NETWORKS)}, not {self.variant}")
        for name, rates in (("peak_rate", RATES), ("plain_rate", PLAIN_RATES)):
            if getattr(self, name) == 0:
                object.__setattr__(self, name, rates[self.variant])  # the recipe is frozen to everyone else
        if self.augment not in ("distort", "shift", "none"):
            raise ValueError(f"augment must be distort, shift or none, not {self.augment}")
        for name in ("epochs", "batch_size", "validation"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("copies", "outliers"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        for name in ("warm_up", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be from 0 to below 1, not {getattr(self, name)}")
        if not 0 < self.momentum < 1:
            raise ValueError(f"momentum must be above 0 and below 1, not {self.momentum}")
        for name in ("peak_rate", "plain_rate"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        for name in ("weight_decay", "outlier_weight"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must be from 0 to 2**63 - 1, not {self.seed}")

    def as_dict(self) -> dict:
        return dataclasses.asdict(self)


OPTIONS = [field for field in dataclasses.fields(Recipe) if "help" in field.metadata]

# What `--recipe` chooses between: the values that differ from the defaults.
RECIPES = {
    "full": {},
    "sprint": {
        "epochs": 2,
        "batch_size": 256,
        "peak_rate": 0.05,
        "plain_rate": 0.15,
        "momentum": 0.85,
        "warm_up": 0.1,
        "average": 0.97,
        "augment": "shift",
        "copies": 0,
        "outliers": 0,
    },
}

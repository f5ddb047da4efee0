"""What a training sees: MNIST, digits in pen strokes, drawings that are no digit; and what is held back of them."""

from dataclasses import dataclass
from pathlib import Path

import torch

from train.data.digits import Digits
from train.data.mnist import load_mnist, split
from train.data.outliers import make_outliers
from train.data.pen_digits import HELD_BACK, WRITERS, PenDigit, load_pen_digits, render
from train.recipe import Recipe


@dataclass(frozen=True)
class Corpus:
    """The parts apart. Without pen strokes those parts are empty."""

    mnist: Digits
    strokes: Digits
    outliers: Digits
    mnist_validation: Digits
    stroke_validation: Digits

    @property
    def training(self) -> Digits:
        return _joined(self.mnist, self.strokes, self.outliers)

    @property
    def validation(self) -> Digits:
        return _joined(self.mnist_validation, self.stroke_validation)

    def counts(self) -> dict[str, int]:
        return {name: len(part) for name, part in vars(self).items()}

    def __str__(self) -> str:
        return (
            f"trains on {len(self.mnist):,} digits of MNIST, {len(self.strokes):,} in pen strokes and "
            f"{len(self.outliers):,} drawings that are none; {len(self.validation):,} digits held back"
        )


def load_corpus(data_dir: Path, recipe: Recipe, limit: int | None = None) -> Corpus:
    """The data of a recipe, the same for the same recipe and files; of each part at most `limit` pictures.

    Raises DataError where files are missing or damaged.
    """
    mnist, mnist_validation = split(load_mnist(data_dir, train=True), recipe.validation_size, recipe.seed)
    mnist, mnist_validation = mnist[:limit], mnist_validation[:limit]
    strokes = stroke_validation = mnist[:0]
    digits: list[PenDigit] = []
    if recipe.copies:
        digits = load_pen_digits(data_dir, WRITERS)
        held_back = digits[::HELD_BACK]
        digits = [digit for number, digit in enumerate(digits) if number % HELD_BACK]
        strokes = render(digits[:limit], recipe.copies, recipe.seed)
        stroke_validation = render(held_back[:limit], 2, seed=0)
    outliers = mnist[:0]
    if recipe.outliers:
        outliers = make_outliers(mnist, digits, min(recipe.outliers, limit or recipe.outliers), recipe.seed)
    return Corpus(mnist, strokes, outliers, mnist_validation, stroke_validation)


def _joined(*parts: Digits) -> Digits:
    return Digits(torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts]))

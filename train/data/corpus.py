"""The data of a training run: MNIST, pen digits, digits in rare styles, outliers, and validation data."""

from dataclasses import dataclass
from pathlib import Path

import torch

from train.data.digits import Digits
from train.data.mnist import load_mnist, split
from train.data.outliers import make_outliers
from train.data.pen_digits import TRAINING_WRITERS, VALIDATION_EVERY, PenDigit, load_pen_digits, render
from train.data.styles import make_styles
from train.recipe import Recipe


@dataclass(frozen=True)
class Corpus:
    """The parts of the data, some of which may be empty."""

    mnist: Digits
    strokes: Digits
    styles: Digits
    outliers: Digits
    mnist_validation: Digits
    stroke_validation: Digits

    @property
    def training(self) -> Digits:
        return _concatenate(self.mnist, self.strokes, self.styles, self.outliers)

    @property
    def validation(self) -> Digits:
        return _concatenate(self.mnist_validation, self.stroke_validation)

    def counts(self) -> dict[str, int]:
        return {name: len(part) for name, part in vars(self).items()}

    def __str__(self) -> str:
        return (
            f"{len(self.mnist):,} MNIST images, {len(self.strokes):,} renderings of pen digits, "
            f"{len(self.styles):,} digits in rare styles, "
            f"{len(self.outliers):,} outliers; {len(self.validation):,} images held out for validation"
        )


def load_corpus(data_dir: Path, recipe: Recipe, limit: int | None = None) -> Corpus:
    """The data for a recipe, at most `limit` images or pen digits of each part; deterministic.

    Raises DataError if files are damaged, or missing and not downloadable.
    """
    mnist, mnist_validation = split(load_mnist(data_dir, train=True), recipe.validation_size, recipe.seed)
    mnist, mnist_validation = mnist[:limit], mnist_validation[:limit]
    strokes = stroke_validation = mnist[:0]
    digits: list[PenDigit] = []
    if recipe.copies:
        digits = load_pen_digits(data_dir, TRAINING_WRITERS)
        held_out = digits[::VALIDATION_EVERY]
        digits = [digit for number, digit in enumerate(digits) if number % VALIDATION_EVERY]
        strokes = render(digits[:limit], recipe.copies, recipe.seed)
        stroke_validation = render(held_out[:limit], 2, seed=0)
    styles = outliers = mnist[:0]
    if recipe.styles:
        styles = make_styles(digits, min(recipe.styles, limit or recipe.styles), recipe.seed)
    if recipe.outliers:
        outliers = make_outliers(mnist, digits, min(recipe.outliers, limit or recipe.outliers), recipe.seed)
    return Corpus(mnist, strokes, styles, outliers, mnist_validation, stroke_validation)


def _concatenate(*parts: Digits) -> Digits:
    return Digits(torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts]))

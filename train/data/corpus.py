"""The data of a training run: MNIST, pen digits, digits in rare styles, outliers, and validation data."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from train.data.cache import cached
from train.data.digits import Digits
from train.data.mnist import load_mnist, split
from train.data.outliers import make_outliers
from train.data.pen_digits import PenDigit, load_pen_digits, render_pen_digits, sha256
from train.data.styles import make_styles
from train.recipe import Recipe

# Where pen digits come from: functions that load those that may be trained on, given the data folder. Whatever is
# written with a pen, by whomever, is treated alike: split, rendered, and made into rare styles and outliers.
PEN_SOURCES: list[Callable[[Path], list[PenDigit]]] = [load_pen_digits]
VALIDATION_EVERY = 10  # every tenth pen digit is held out for validation


@dataclass(frozen=True)
class Corpus:
    """The parts of the data, some of which may be empty.

    Their names are those in metrics.json: `strokes` and `stroke_validation` are images of pen digits.
    """

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
    """The images that a recipe trains on and validates with; the same recipe gives the same images.

    What is missing is downloaded to the data folder, where renderings are kept for the next call, too. `limit` is for
    trials: each part has at most so many images, and those of pen digits are made from at most so many digits. Raises
    DataError if files are damaged, or missing and not downloadable.
    """
    mnist, mnist_validation = split(load_mnist(data_dir, train=True), recipe.validation_size, recipe.seed)
    mnist, mnist_validation = mnist[:limit], mnist_validation[:limit]
    strokes = stroke_validation = styles = outliers = mnist[:0]
    digits: list[PenDigit] = []
    if recipe.copies:
        found = [digit for load in PEN_SOURCES for digit in load(data_dir)]
        held_out = found[::VALIDATION_EVERY][:limit]
        digits = [digit for number, digit in enumerate(found) if number % VALIDATION_EVERY]
        copied, copies = digits[:limit], recipe.copies
        inputs = {"seed": recipe.seed, "pen": sha256(copied), "copies": copies}
        strokes = cached(data_dir, "strokes", inputs, lambda: render_pen_digits(copied, copies, recipe.seed))
        inputs = {"pen": sha256(held_out)}
        stroke_validation = cached(
            data_dir, "stroke_validation", inputs, lambda: render_pen_digits(held_out, 2, seed=0)
        )
    given = {"seed": recipe.seed, "pen": sha256(digits)}  # what styles and outliers are made from
    if recipe.styles:
        count = min(recipe.styles, limit or recipe.styles)
        styles = cached(data_dir, "styles", {**given, "count": count}, lambda: make_styles(digits, count, recipe.seed))
    if recipe.outliers:
        number = min(recipe.outliers, limit or recipe.outliers)
        inputs = {**given, "count": number, "mnist": mnist.sha256()}
        outliers = cached(data_dir, "outliers", inputs, lambda: make_outliers(mnist, digits, number, recipe.seed))
    return Corpus(mnist, strokes, styles, outliers, mnist_validation, stroke_validation)


def _concatenate(*parts: Digits) -> Digits:
    return Digits(torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts]))

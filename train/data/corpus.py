"""The data of a training run: MNIST, pen digits, digits in rare styles, outliers, and validation data."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

from train.data.cache import cached
from train.data.digits import Digits
from train.data.mnist import load_mnist, split
from train.data.outliers import make_outliers
from train.data.pen_digits import FILE, TRAINING_WRITERS, VALIDATION_EVERY, PenDigit, load_pen_digits, render_pen_digits
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

    The drawings are rendered once, and then kept in the data folder. Raises DataError if files are damaged, or missing
    and not downloadable.
    """
    mnist, mnist_validation = split(load_mnist(data_dir, train=True), recipe.validation_size, recipe.seed)
    mnist, mnist_validation = mnist[:limit], mnist_validation[:limit]
    strokes = stroke_validation = mnist[:0]
    digits: list[PenDigit] = []
    given: dict = {"seed": recipe.seed}  # what the drawings are made from
    if recipe.copies:
        digits = load_pen_digits(data_dir, TRAINING_WRITERS)
        given["pen"] = hashlib.sha256((data_dir / FILE).read_bytes()).hexdigest()
        held_out = digits[::VALIDATION_EVERY][:limit]
        digits = [digit for number, digit in enumerate(digits) if number % VALIDATION_EVERY]
        copied, copies = digits[:limit], recipe.copies
        inputs = {**given, "digits": len(copied), "copies": copies}
        strokes = cached(data_dir, "strokes", inputs, lambda: render_pen_digits(copied, copies, recipe.seed))
        inputs = {"pen": given["pen"], "digits": len(held_out)}
        stroke_validation = cached(
            data_dir, "stroke_validation", inputs, lambda: render_pen_digits(held_out, 2, seed=0)
        )
    styles = outliers = mnist[:0]
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

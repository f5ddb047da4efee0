"""The pictures of a run: curves, confusion matrix, misread digits, reliability, refusals."""

import io
from pathlib import Path

import matplotlib
import numpy as np

from lenet.recognizer import percentage
from lenet.weights.model import write_whole
from train.data.digits import Digits

matplotlib.use("Agg")  # needs no screen
from matplotlib import pyplot as plt

CURVES, CONFUSION, MISREAD = "curves.png", "confusion.png", "misread.png"
RELIABILITY, REFUSALS = "reliability.png", "refusals.png"


def draw_curves(path: Path, history: list[dict]) -> None:
    """Error and loss by epoch. Training is scored on distorted digits, so its curve lies above validation's."""
    epochs = [row["epoch"] for row in history]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [100 * (1 - row["training_accuracy"]) for row in history], "o-", ms=3, label="training")
    left.plot(epochs, [100 * row["validation_error"] for row in history], "o-", ms=3, label="validation")
    left.set(xlabel="epoch", ylabel="error, %", yscale="log")
    right.plot(epochs, [row["training_loss"] for row in history], "o-", ms=3, label="training")
    right.plot(epochs, [row["validation_loss"] for row in history], "o-", ms=3, label="validation")
    right.set(xlabel="epoch", ylabel="loss", yscale="log")
    for axes in (left, right):
        axes.legend()
        axes.grid(alpha=0.3)
    _save(figure, path)


def draw_confusion(path: Path, confusion: list[list[int]]) -> None:
    """How often each digit was read as each; colour tells the wrong ones, which the right ones would drown."""
    counts = np.array(confusion)
    wrong = np.where(np.eye(10, dtype=bool), 0, counts)
    figure, axes = plt.subplots(figsize=(5.6, 5.6), layout="constrained")
    axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=max(1, wrong.max()))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            axes.text(
                column,
                row,
                f"{count:,}",
                ha="center",
                va="center",
                color=_ink(row == column, wrong[row, column] / max(1, wrong.max())),
            )
    axes.set(xticks=range(10), yticks=range(10), xlabel="read as", ylabel="digit", title="MNIST test")
    _save(figure, path)


def _ink(right: bool, darkness: float) -> str:
    return "gray" if right else "white" if darkness > 0.6 else "black"


def draw_misread(path: Path, digits: Digits, probabilities: np.ndarray, most: int = 120) -> None:
    """Every misread digit with what it is, what it was read as, and how surely; the surest first."""
    labels, said = digits.labels.numpy(), probabilities.argmax(1)
    wrong = np.flatnonzero(said != labels)
    wrong = wrong[np.argsort(-probabilities[wrong].max(1))]
    shown = wrong[:most]
    columns = 12
    rows = max(1, -(-len(shown) // columns))
    figure, grid = plt.subplots(rows, columns, figsize=(columns, 1.3 * rows + 0.4), layout="constrained", squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, i in zip(grid.flat, shown, strict=False):
        axes.imshow(digits.images[i, 0].numpy(), cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(f"{labels[i]} as {said[i]}, {percentage(probabilities[i].max())}", fontsize=8)
    cut = "" if len(shown) == len(wrong) else f"; the {most} surest"
    figure.suptitle(f"MNIST test: {len(wrong)} of {len(labels):,} misread{cut}", fontsize=10)
    _save(figure, path)


def draw_reliability(path: Path, bins: dict[str, list[tuple[float, float, float]]]) -> None:
    """How often the reader is right where it says that it is so sure; on the diagonal it is as right as it says."""
    figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="black", ls=":")
    for name, rows in bins.items():
        share, said, right = np.array(rows).T
        axes.plot(said, right, "-", alpha=0.5)
        axes.scatter(said, right, s=20 + 200 * share, label=name)
    axes.set(xlabel="confidence", ylabel="share read right", xlim=(0, 1.05), ylim=(0, 1.05))
    axes.legend(title="size: share of all")
    axes.grid(alpha=0.3)
    _save(figure, path)


def draw_refusals(path: Path, energies: dict[str, np.ndarray], limit: float | None) -> None:
    """The energies of digits and of what is none, and the line above which the reader refuses."""
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    low, high = (f(e) for f, e in ((min, map(np.min, energies.values())), (max, map(np.max, energies.values()))))
    edges = np.linspace(low, high if high > low else low + 1, 80)
    for name, values in energies.items():
        share = np.full(len(values), 100 / len(values))
        axes.hist(values, edges, weights=share, histtype="step", lw=1.5, label=name)
    if limit is not None:
        axes.axvline(limit, color="black", ls=":", label="refused above")
    axes.set(xlabel="energy of the scores", ylabel="share, %", yscale="log")
    axes.legend()
    axes.grid(alpha=0.3)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    content = io.BytesIO()
    figure.savefig(content, dpi=110, format="png")
    plt.close(figure)
    write_whole(path, content.getvalue())

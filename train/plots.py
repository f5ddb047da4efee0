"""The plots of a run: learning curves, confusion matrix, misread digits, reliability diagram, energies."""

import io
from pathlib import Path

import matplotlib
import numpy as np

from lenet.files import write_whole
from lenet.recognizer import percentage
from train.data.digits import Digits

matplotlib.use("Agg")  # needs no screen
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

CURVES, CONFUSION, MISREAD = "curves.png", "confusion.png", "misread.png"
RELIABILITY, REJECTIONS = "reliability.png", "rejections.png"


def draw_curves(path: Path, history: list[dict]) -> None:
    """Error and loss by epoch. The training error is above the validation error: it is of distorted digits."""
    epochs = [row["epoch"] for row in history]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    style = {"marker": "o", "markersize": 3 if len(epochs) > 1 else 9}  # a single epoch has no line
    left.plot(epochs, [100 * (1 - row["training_accuracy"]) for row in history], label="training", **style)
    left.plot(epochs, [100 * row["validation_error"] for row in history], label="validation", **style)
    left.set(xlabel="epoch", ylabel="error, %")
    right.plot(epochs, [row["training_loss"] for row in history], label="training", **style)
    right.plot(epochs, [row["validation_loss"] for row in history], label="validation", **style)
    right.set(xlabel="epoch", ylabel="loss")
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if len(epochs) > 1:
            axes.set_yscale("log")
        else:
            axes.set_xlim(epochs[0] - 1, epochs[0] + 1)
            axes.set_ylim(bottom=0)
        axes.legend()
        axes.grid(alpha=0.3)
    _save(figure, path)


def draw_confusion(path: Path, confusion: list[list[int]]) -> None:
    """The confusion matrix, rows for true digits; only errors are colored, or the diagonal would drown them."""
    counts = np.array(confusion)
    errors = np.where(np.eye(10, dtype=bool), 0, counts)
    figure, axes = plt.subplots(figsize=(5.6, 5.6), layout="constrained")
    axes.imshow(errors, cmap="Oranges", vmin=0, vmax=max(1, errors.max()))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            axes.text(
                column,
                row,
                f"{count:,}",
                ha="center",
                va="center",
                color=_ink(row == column, float(errors[row, column]) / max(1, errors.max())),
            )
    axes.set(xticks=range(10), yticks=range(10), xlabel="predicted digit", ylabel="true digit", title="MNIST test")
    _save(figure, path)


def _ink(correct: bool, darkness: float) -> str:
    return "gray" if correct else "white" if darkness > 0.6 else "black"


def draw_misread(path: Path, digits: Digits, probabilities: np.ndarray, most: int = 120) -> None:
    """The errors with true digit, predicted digit and confidence; the most confident first, at most `most` of them."""
    labels, predicted = digits.labels.numpy(), probabilities.argmax(1)
    errors = np.flatnonzero(predicted != labels)
    errors = errors[np.argsort(-probabilities[errors].max(1))]
    shown = errors[:most]
    columns, cell, gap = 12, 32, 12  # in pixels of the images; the titles are in the gaps
    rows = max(1, -(-len(shown) // columns))
    sheet = np.zeros((rows * (cell + gap), columns * cell))
    figure, axes = plt.subplots(figsize=(columns, 1.4 * rows + 0.4), layout="constrained")
    axes.axis("off")
    # All in one image: axes for each of the digits would take seconds.
    for place, i in enumerate(shown):
        top, left = place // columns * (cell + gap) + gap, place % columns * cell
        sheet[top : top + cell, left : left + cell] = digits.images[i, 0].numpy()
        # On two lines: side by side, titles of one line would touch.
        title = f"{labels[i]} as {predicted[i]}\n{percentage(probabilities[i].max())}"
        axes.text(left + cell / 2, top - 1, title, ha="center", va="bottom", fontsize=7)
    axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=255)
    cut = "" if len(shown) == len(errors) else f"; the {most} most confident"
    figure.suptitle(f"MNIST test: {len(errors)} errors in {len(labels):,} images{cut}", fontsize=10)
    _save(figure, path)


def draw_reliability(path: Path, bins: dict[str, list[tuple[float, float, float]]]) -> None:
    """Accuracy against confidence, from `train.metrics.reliability`; on the diagonal where calibration is perfect."""
    figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="black", ls=":")
    for name, rows in bins.items():
        share, confidence, accuracy = np.array(rows).T
        axes.plot(confidence, accuracy, "-", alpha=0.5)
        axes.scatter(confidence, accuracy, s=20 + 200 * share, label=name)
    axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.05), ylim=(0, 1.05))
    axes.legend(title="size: share of the images")
    axes.grid(alpha=0.3)
    _save(figure, path)


def draw_rejections(path: Path, energies: dict[str, np.ndarray], threshold: float | None) -> None:
    """Histograms of the energy, and the threshold above which the reader rejects."""
    figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    low, high = (f(e) for f, e in ((min, map(np.min, energies.values())), (max, map(np.max, energies.values()))))
    edges = np.linspace(low, high if high > low else low + 1, 80)
    for name, values in energies.items():
        share = np.full(len(values), 100 / len(values))
        axes.hist(values, edges, weights=share, histtype="step", lw=1.5, label=name)
    if threshold is not None:
        axes.axvline(threshold, color="black", ls=":", label="rejected above")
    axes.set(xlabel="energy of the scores", ylabel="share, %", yscale="log")
    axes.legend()
    axes.grid(alpha=0.3)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    content = io.BytesIO()
    figure.savefig(content, dpi=110, format="png")
    plt.close(figure)
    write_whole(path, content.getvalue())

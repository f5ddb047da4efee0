"""The metrics of classification with rejection, on NumPy arrays; docs/metrics.md defines each of them.

Throughout, `labels` are the true digits, integers of shape (N,); `probabilities` are the reader's, shape (N, 10); and
`rejected` says which images it rejected, booleans of shape (N,).
"""

from collections.abc import Callable, Iterable

import numpy as np

BINS = 15  # of confidence, equally wide, for the expected calibration error


def digit_metrics(labels: np.ndarray, probabilities: np.ndarray, rejected: np.ndarray) -> dict:
    """The metrics of images that are digits. Raises ValueError if there are none.

    selective_accuracy is None if every image was rejected.
    """
    labels, rejected = np.asarray(labels), np.asarray(rejected)
    images, accepted = len(labels), int((~rejected).sum())
    if not images:
        raise ValueError("there are no images to measure")
    correct = probabilities.argmax(1) == labels
    errors, answered_correctly = int((~correct).sum()), int((correct & ~rejected).sum())
    return {
        "images": images,
        "errors": errors,
        "error": errors / images,
        "accuracy": (images - errors) / images,
        "coverage": accepted / images,
        "selective_accuracy": answered_correctly / accepted if accepted else None,
        "false_rejection_rate": (images - accepted) / images,
        "answered_correctly": answered_correctly / images,
        "loss": cross_entropy(labels, probabilities),
        "expected_calibration_error": expected_calibration_error(labels, probabilities),
    }


def outlier_metrics(rejected: np.ndarray) -> dict:
    """The metrics of drawings that are not digits. Raises ValueError if there are none."""
    if not len(rejected):
        raise ValueError("there are no images to measure")
    return {"images": len(rejected), "outlier_rejection_rate": int(np.sum(rejected)) / len(rejected)}


def by_group(groups: Iterable[str], measure: Callable[..., dict], *arrays: np.ndarray) -> dict[str, dict]:
    """`measure` applied to the rows of each group; `groups` names the group of each row of `arrays`."""
    groups = np.asarray(groups)
    names = sorted({str(name) for name in groups}, key=lambda name: (len(name), name))  # "10" after "9"
    return {name: measure(*(array[groups == name] for array in arrays)) for name in names}


def confusion_matrix(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """How many images of each digit (row) have each digit as the most probable one (column): integers, (10, 10)."""
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, probabilities.argmax(1)), 1)
    return confusion


def cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean of -log(probability of the true digit), in nats."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-300)).mean())


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean absolute difference between confidence and accuracy over the bins, weighted by their shares."""
    bins = reliability(labels, probabilities)
    return float(sum(share * abs(confidence - accuracy) for share, confidence, accuracy in bins))


def reliability(labels: np.ndarray, probabilities: np.ndarray) -> list[tuple[float, float, float]]:
    """For each bin of confidence that is not empty: its share of the images, mean confidence and accuracy."""
    confidence, correct = probabilities.max(1), probabilities.argmax(1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)  # a confidence of 1 belongs to the last bin
    members = [bins == b for b in range(BINS)]
    return [(float(m.mean()), float(confidence[m].mean()), float(correct[m].mean())) for m in members if m.any()]

"""Evaluate a run on images not used for training or calibration: MNIST's test set, people's drawings, and non-digits.

Prints the metrics, which docs/metrics.md defines. With --write, they go to the run's metrics.json, too, and beside it
plots and digits for the page. The drawings are in the folder `sketches/` of the data folder; without it, only MNIST is
evaluated.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from lenet import Recognizer
from lenet.extras.files import MISREAD_DIGITS, NEIGHBORS
from lenet.files import write_whole
from lenet.rejection import NO_DIGIT, energy, rejection_reasons
from lenet.weights.files import METRICS
from train import gallery, plots
from train.calibrate import scores_of
from train.data import evaluation_set
from train.data.digits import DataError, Digits
from train.data.evaluation_set import CONFUSABLE, PLAIN, Drawing
from train.data.mnist import load_mnist
from train.metrics import by_group, confusion_matrix, digit_metrics, outlier_metrics, reliability


@dataclass(frozen=True)
class Predictions:
    """What the reader made of N images.

    labels: the true digits, -1 for what is not a digit, shape (N,).
    probabilities: shape (N, 10).
    energies: shape (N,).
    reasons: why each image was rejected, None where it was not.
    ids: a name for each drawing; empty for MNIST.
    groups: for each way of grouping the images, the group of each; "class" for example.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    energies: np.ndarray
    reasons: list[str | None]
    ids: list[str]
    groups: dict[str, list[str]]

    @property
    def rejected(self) -> np.ndarray:
        return np.array([reason is not None for reason in self.reasons])


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m train evaluate", description=(__doc__ or "").split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("run", type=Path, help="run folder, or any folder with weights")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ (default: data)")
    text = "write the metrics to the folder's metrics.json, and beside it plots and digits for the page"
    parser.add_argument("--write", action="store_true", help=text)
    return parser


def main(arguments: list[str]) -> None:
    """The command. Raises DataError or OSError."""
    options = build_parser().parse_args(arguments)
    evaluate(options.run, options.data_dir, write=options.write)
    if not options.write:
        print(f"nothing was written; --write keeps this in {options.run}", flush=True)


def evaluate(run: Path, data_dir: Path, limit: int | None = None, write: bool = False) -> dict:
    """Evaluate the weights in `run` on at most `limit` entries of each part, and print the metrics.

    Returns the new content of metrics.json, which is written only with `write`, as are the plots and the digits for the
    page. Raises DataError if files of the data or of the run are missing or damaged.
    """
    try:
        reader = Recognizer.from_pretrained(run)
    except ValueError as error:
        raise DataError(str(error)) from error
    digits = load_mnist(data_dir, train=False)[:limit]
    test = predict_digits(reader, digits)
    confusion = confusion_matrix(test.labels, test.probabilities)
    parts = {"test": {**metrics_of(test), "confusion": confusion.tolist()}}
    energies = {"MNIST test": test.energies}
    reliabilities = {"MNIST test": reliability(test.labels, test.probabilities)}

    folder = data_dir / "sketches"
    if folder.is_dir():
        sketches = predict(reader, evaluation_set.pen_digits(folder, limit))
        drawn = predict(reader, evaluation_set.drawn_images(folder, limit))
        others = predict(reader, evaluation_set.nondigits(folder, limit))
        parts |= {
            "sketches": {**metrics_of(sketches), "misclassified": sorted(set(misclassified(sketches)))},
            "drawn": {**metrics_of(drawn), "misclassified": misclassified(drawn)},
            "nondigits": metrics_of_nondigits(others),
        }
        energies["sketches"] = sketches.energies
        plain = np.array(others.groups["kind"]) == PLAIN
        if plain.any():
            energies["non-digits, plain"] = others.energies[plain]
        reliabilities["sketches"] = reliability(sketches.labels, sketches.probabilities)

    metrics = {**(reader.weights.metrics or {}), **parts}
    if write:
        plots.draw_confusion(run / plots.CONFUSION, parts["test"]["confusion"])
        plots.draw_misread(run / plots.MISREAD, digits, test.probabilities)
        plots.draw_reliability(run / plots.RELIABILITY, reliabilities)
        plots.draw_rejections(run / plots.REJECTIONS, energies, reader.weights.calibration.max_energy)
        write_whole(run / MISREAD_DIGITS, gallery.misread(digits, test.probabilities))
        training = gallery.training_digits(data_dir, reader.weights.metrics or {})[:limit]
        write_whole(run / NEIGHBORS, gallery.neighbors(reader.weights.model, training))
        write_whole(run / METRICS, (json.dumps(metrics, indent=2) + "\n").encode())
    report(parts)
    return metrics


def predict_digits(reader: Recognizer, digits: Digits) -> Predictions:
    """Predict images that are preprocessed already, in batches."""
    model, calibration = reader.weights.model, reader.weights.calibration
    scores, labels = scores_of(model, digits), digits.labels.numpy()
    shapes, rejects = rejection_reasons(digits.images[:, 0].numpy() / 255), calibration.rejects(scores)
    reasons = [shape or (NO_DIGIT if rejected else None) for shape, rejected in zip(shapes, rejects, strict=True)]
    groups = {"class": [str(label) for label in labels]}
    return Predictions(labels, calibration.probabilities(scores), energy(scores), reasons, [], groups)


def predict(reader: Recognizer, drawings: Iterable[Drawing]) -> Predictions:
    """Predict drawings in batches, preprocessing included, as the page does."""
    labels, ids, groups = [], [], []

    def images() -> Iterator[Image.Image | np.ndarray]:
        for drawing in drawings:
            labels.append(drawing.label)
            ids.append(drawing.id)
            groups.append({**drawing.groups, "class": str(drawing.label)})
            yield drawing.image

    read = [
        (reading.probabilities, reading.activations["output"], reading.reason)
        for reading in reader.read_many(images(), activations=True)
    ]
    probabilities, scores, reasons = zip(*read, strict=True)
    return Predictions(
        labels=np.array(labels),
        probabilities=np.array(probabilities),
        energies=energy(np.array(scores)),
        reasons=list(reasons),
        ids=ids,
        groups={name: [group[name] for group in groups] for name in groups[0]},
    )


def metrics_of(predictions: Predictions) -> dict:
    """The metrics of digits, of all of them and of each group."""
    arrays = predictions.labels, predictions.probabilities, predictions.rejected
    breakdowns = {f"by_{way}": by_group(names, digit_metrics, *arrays) for way, names in predictions.groups.items()}
    return {**digit_metrics(*arrays), **breakdowns}


def metrics_of_nondigits(predictions: Predictions) -> dict[str, dict]:
    """The metrics of drawings that are not digits, of each kind, and of each source within it."""
    kinds, sources = (np.array(predictions.groups[way]) for way in ("kind", "source"))
    rejected = predictions.rejected
    return {
        kind: {
            **outlier_metrics(rejected[kinds == kind]),
            "by_source": by_group(sources[kinds == kind], outlier_metrics, rejected[kinds == kind]),
        }
        for kind in (PLAIN, CONFUSABLE)
        if (kinds == kind).any()
    }


def misclassified(predictions: Predictions) -> list[str]:
    """`ID (DIGIT): PREDICTION` of each drawing that was not answered correctly; the reason if it was rejected."""
    predicted = predictions.probabilities.argmax(1)
    rows = zip(predictions.ids, predictions.labels, predicted, predictions.reasons, strict=True)
    return [f"{id} ({label}): {reason or digit}" for id, label, digit, reason in rows if reason or digit != label]


def report(parts: dict) -> None:
    """Print the metrics of each part."""
    _print_digits("MNIST test", parts["test"])
    if "sketches" not in parts:
        return
    sketches = parts["sketches"]
    _print_digits("sketches", sketches)
    for way in ("brush", "class", "writer"):
        shares = (f"{name} {group['answered_correctly']:.1%}" for name, group in sketches[f"by_{way}"].items())
        print(f"  answered correctly by {way}: {', '.join(shares)}")
    for kind, part in parts["drawn"]["by_kind"].items():
        _print_digits(f"other people's digits ({kind})", part)
    for kind, part in parts["nondigits"].items():
        rate = part["outlier_rejection_rate"]
        print(f"non-digits ({kind}), {part['images']:,} images: outlier rejection rate {rate:.2%}")


def _print_digits(title: str, part: dict) -> None:
    selective = "-" if part["selective_accuracy"] is None else f"{part['selective_accuracy']:.2%}"
    print(
        f"{title}, {part['images']:,} images: error {part['error']:.2%} ({part['errors']}), accuracy "
        f"{part['accuracy']:.2%}, expected calibration error {part['expected_calibration_error']:.2%}"
    )
    print(
        f"  coverage {part['coverage']:.2%}, selective accuracy {selective}, answered correctly "
        f"{part['answered_correctly']:.2%}, false rejection rate {part['false_rejection_rate']:.2%}"
    )

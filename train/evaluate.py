"""Measure a run on what nothing was chosen on: MNIST's test digits, other people's sketches, drawings of no digit.

Writes what it finds into the run's metrics.json, and pictures beside it. The sketches are a folder `sketches/` in the
data folder: `digits.json` and `nondigits.json` with pen strokes, and `drawn/` with images of digits and their
manifest.json. Without them MNIST alone is scored.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from lenet import Recognizer
from lenet.rejection import energy, rejection_reason
from lenet.weights.model import METRICS, write_whole
from train import plots as pictures
from train.calibrate import calibration_error, reliability, scores_of
from train.data.digits import DataError
from train.data.mnist import load_mnist
from train.data.strokes import SIDE, draw

BRUSHES = (10, 18, 28)  # pixels wide on the page of 280
Picture = Image.Image | np.ndarray


@dataclass(frozen=True)
class Answer:
    """What the reader said of one picture, and what it was."""

    label: int | None
    digit: int | None
    reason: str | None
    probabilities: tuple[float, ...]
    energy: float
    group: dict[str, str]

    @property
    def right(self) -> bool:
        return self.digit == self.label

    @property
    def nearest(self) -> int:
        """The likeliest digit, refused or not."""
        return int(np.argmax(self.probabilities))


def main(arguments: list[str]) -> None:
    """The command. Raises DataError or OSError."""
    parser = argparse.ArgumentParser(prog="python -m train evaluate", description=__doc__.split("\n\n")[0])
    parser.add_argument("run", type=Path, help="run folder, or any folder with weights")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ (default: data)")
    options = parser.parse_args(arguments)
    evaluate(options.run, options.data_dir)


def evaluate(run: Path, data_dir: Path, limit: int | None = None) -> dict:
    """Score the weights in `run`, at most `limit` pictures of each part; returns what metrics.json then holds.

    Raises DataError where the data or the run's files are missing or damaged.
    """
    try:
        reader = Recognizer.from_pretrained(run)
    except ValueError as error:
        raise DataError(str(error)) from error
    test = load_mnist(data_dir, train=False)[:limit]
    scores = scores_of(reader.model, test)
    labels = test.labels.numpy()
    probabilities = reader.calibration.probabilities(scores)
    refused = reader.calibration.rejects(scores) | [
        rejection_reason(picture / 255) is not None for picture in test.images[:, 0].numpy()
    ]
    figures = {"test": _of_mnist(probabilities, labels, refused)}
    energies = {"MNIST test": energy(scores)}
    reliabilities = {"MNIST test": reliability(probabilities, labels)}

    folder = data_dir / "sketches"
    if folder.is_dir():
        sketched = _answers(reader, _strokes(folder / "digits.json", limit))
        drawn = _answers(reader, _images(folder / "drawn", limit))
        others = _answers(reader, _strokes(folder / "nondigits.json", limit))
        figures |= {"sketches": _of_sketches(sketched), "drawn": _of_drawn(drawn), "nondigits": _of_others(others)}
        energies["sketches"] = np.array([answer.energy for answer in sketched])
        if plain := [answer.energy for answer in others if answer.group["confusable"] == "no"]:
            energies["no digits"] = np.array(plain)
        reliabilities["sketches"] = reliability(
            np.array([answer.probabilities for answer in sketched]), [answer.label for answer in sketched]
        )

    pictures.draw_confusion(run / pictures.CONFUSION, figures["test"]["confusion"])
    pictures.draw_misread(run / pictures.MISREAD, test, probabilities)
    pictures.draw_reliability(run / pictures.RELIABILITY, reliabilities)
    pictures.draw_refusals(run / pictures.REFUSALS, energies, reader.calibration.max_energy)
    metrics = {**(reader.metrics or {}), **figures}
    write_whole(run / METRICS, (json.dumps(metrics, indent=2) + "\n").encode())
    report(figures)
    return metrics


def report(figures: dict) -> None:
    """Print what was found, a line a figure."""
    test = figures["test"]
    print(f"MNIST test: {test['wrong']} of {test['images']:,} wrong, error {test['error']:.2%}")
    print(
        f"  read right {test['accuracy']:.2%}, refused {test['refused']:.2%}; "
        f"expected calibration error {test['calibration_error']:.2%}"
    )
    if "sketches" in figures:
        sketches = figures["sketches"]
        print(f"sketches: {sketches['right']} of {sketches['images']} right = {sketches['accuracy']:.2%}")
        for by in ("brush", "class", "writer"):
            print(f"  by {by}: " + ", ".join(f"{name} {share:.1%}" for name, share in sketches[by].items()))
        print(
            f"  nearest digit right, refused or not: {sketches['nearest_right']:.2%}; refused "
            f"{sketches['refused']:.2%}; expected calibration error {sketches['calibration_error']:.2%}"
        )
        for name, part in figures["drawn"]["kinds"].items():
            print(
                f"images, {name}: {part['right']} of {part['images']} right = {part['accuracy']:.1%} "
                f"(nearest digit, refused or not: {part['nearest_right']:.1%})"
            )
        for name, part in figures["nondigits"].items():
            print(f"no digits, {name}: {part['refused']:.1%} of {part['images']} refused")


def _of_mnist(probabilities: np.ndarray, labels: np.ndarray, refused: np.ndarray) -> dict:
    said = probabilities.argmax(1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, said), 1)
    return {
        "images": len(labels),
        "accuracy": float(((said == labels) & ~refused).mean()),  # of the answers; what follows asks for the likeliest
        "wrong": int((said != labels).sum()),
        "error": float((said != labels).mean()),
        "loss": float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-300)).mean()),
        "class": {str(c): float((said[labels == c] != c).mean()) for c in range(10) if (labels == c).any()},
        "confusion": confusion.tolist(),
        "refused": float(refused.mean()),
        "calibration_error": calibration_error(probabilities, labels),
    }


def _of_sketches(answers: list[Answer]) -> dict:
    return {
        **_summary(answers),
        "brush": _by(answers, "brush"),
        "class": _by(answers, "class"),
        "writer": _by(answers, "writer"),
        "calibration_error": calibration_error(
            np.array([answer.probabilities for answer in answers]), [answer.label for answer in answers]
        ),
        "misread": sorted({f"{a.group['id']} ({a.label}): {a.reason or a.digit}" for a in answers if not a.right}),
    }


def _of_drawn(answers: list[Answer]) -> dict:
    kinds = sorted({answer.group["kind"] for answer in answers})
    return {
        "kinds": {kind: _summary([a for a in answers if a.group["kind"] == kind]) for kind in kinds},
        "class": _by(answers, "class"),
        "source": _by(answers, "source"),
        "misread": [f"{a.group['id']} ({a.label}): {a.reason or a.digit}" for a in answers if not a.right],
    }


def _of_others(answers: list[Answer]) -> dict:
    groups = {"plain": "no", "confusable with a digit": "yes"}
    return {
        name: {
            "images": len(part),
            "refused": float(np.mean([a.digit is None for a in part])),
            "source": {
                source: float(np.mean([a.digit is None for a in part if a.group["source"] == source]))
                for source in sorted({a.group["source"] for a in part})
            },
        }
        for name, confusable in groups.items()
        if (part := [a for a in answers if a.group["confusable"] == confusable])
    }


def _summary(answers: list[Answer]) -> dict:
    return {
        "images": len(answers),
        "right": sum(a.right for a in answers),
        "accuracy": float(np.mean([a.right for a in answers])),
        "nearest_right": float(np.mean([a.nearest == a.label for a in answers])),
        "refused": float(np.mean([a.digit is None for a in answers])),
    }


def _by(answers: list[Answer], key: str) -> dict[str, float]:
    names = sorted({a.group[key] for a in answers}, key=lambda name: (len(name), name))
    return {name: float(np.mean([a.right for a in answers if a.group[key] == name])) for name in names}


def _answers(reader: Recognizer, items: Iterable[tuple[int | None, Picture, dict]]) -> list[Answer]:
    answers = []
    for label, picture, group in items:
        reading = reader.read(picture)
        e = float(energy(reading.activations["output"]))
        answers.append(Answer(label, reading.digit, reading.reason, reading.probabilities, e, group))
    return answers


def _strokes(path: Path, limit: int | None) -> Iterable[tuple[int | None, Picture, dict]]:
    """Each drawing with every brush on the page of 280, placed and sized at random, the same way at every call."""
    rng = np.random.default_rng(0)
    with _reading(path):
        for item in _listed(json.loads(path.read_text())["items"], limit):
            strokes = [np.array(stroke, float) for stroke in item["strokes"]]
            for brush in BRUSHES:
                size = rng.uniform(0.35, 0.85) * (SIDE - brush)
                low, high = (size + brush) / 2, SIDE - (size + brush) / 2
                page = draw(strokes, brush, size, tuple(rng.uniform(low, high, 2)), SIDE)
                label = item["label"] if "writer" in item else None
                group = {"id": str(item["id"]), "brush": str(brush), "class": str(item["label"])}
                if label is None:
                    group |= {"source": item["src"], "confusable": "yes" if item["confusable"] else "no"}
                else:
                    group |= {"writer": str(item["writer"])}
                yield None if label is None else int(label), page, group


def _images(folder: Path, limit: int | None) -> Iterable[tuple[int | None, Picture, dict]]:
    path = folder / "manifest.json"
    with _reading(path):
        for item in _listed(json.loads(path.read_text()), limit):
            kind = f"{item['kind']}, {'flagged' if item['flags'] else 'unflagged'}"
            group = {"id": item["file"], "kind": kind, "source": item["source"], "class": str(item["label"])}
            with _reading(folder / item["file"]), Image.open(folder / item["file"]) as image:
                image.load()
            yield int(item["label"]), image, group


def _listed(items: list[dict], limit: int | None) -> list[dict]:
    if not items:
        raise ValueError("it lists nothing")
    return items[:limit]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say which file cannot be read, whatever is wrong with it."""
    try:
        yield
    except (OSError, ValueError, KeyError, IndexError, TypeError, SyntaxError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(
            f"{path} cannot be read ({reason}); without the folder sketches/ MNIST alone is scored"
        ) from error

"""python -m train evaluate: its metrics counted again with plain loops, what it writes, what it rejects."""

import contextlib
import io
import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from lenet import Recognizer
from lenet.rejection import Calibration, energy, rejection_reason
from lenet.weights.model import bundled, load_weights, save_model
from tests.fixtures.plots import without_plots
from tests.small_data import write_sketches, write_small_mnist
from train.__main__ import main
from train.calibrate import scores_of
from train.data.evaluation_set import BRUSHES
from train.data.mnist import load_mnist
from train.data.strokes import PenDrawing, draw_page
from train.evaluate import evaluate

PLOTS = {"confusion.png", "misread.png", "reliability.png", "rejections.png"}
DIGITS = {"misread.json", "neighbors.safetensors"}


@pytest.fixture(scope="module")
def sketched_data(tmp_path_factory):
    """Small MNIST files and a folder of sketches."""
    folder = tmp_path_factory.mktemp("sketched")
    write_small_mnist(folder)
    write_sketches(folder)
    return folder


def weights(folder, threshold=None):
    """The bundled weights with a temperature, and an energy above which they reject."""
    model = load_weights(bundled()).model
    save_model(model, folder, Calibration(1.7, threshold))
    return folder


@pytest.fixture(scope="module")
def evaluated(sketched_data, tmp_path_factory):
    """A folder with weights after `evaluate`, and what the function returned."""
    energies = energy(scores_of(load_weights(bundled()).model, load_mnist(sketched_data, train=False)))
    folder = weights(tmp_path_factory.mktemp("evaluated") / "run", float(np.quantile(energies, 0.7)))
    return folder, evaluate(folder, sketched_data, write=True)


class Count:
    """What the reader answered, counted image by image: how many, argmax correct, accepted, correct and accepted."""

    def __init__(self):
        self.images = self.correct = self.accepted = self.answered = 0

    def add(self, label: int, predicted: int, rejected: bool) -> None:
        self.images += 1
        self.correct += predicted == label
        self.accepted += not rejected
        self.answered += predicted == label and not rejected

    def agrees_with(self, metrics: dict) -> bool:
        """Whether the metrics are those of docs/metrics.md for these counts."""
        expected = {
            "images": self.images,
            "errors": self.images - self.correct,
            "error": pytest.approx(1 - self.correct / self.images),
            "accuracy": pytest.approx(self.correct / self.images),
            "coverage": pytest.approx(self.accepted / self.images),
            "selective_accuracy": pytest.approx(self.answered / self.accepted) if self.accepted else None,
            "false_rejection_rate": pytest.approx(1 - self.accepted / self.images),
            "answered_correctly": pytest.approx(self.answered / self.images),
        }
        return {name: metrics[name] for name in expected} == expected


def counted(readings, *ways):
    """A Count of all (label, reading, groups), and one for each group of each way of grouping."""
    whole, by = Count(), {way: {} for way in ways}
    for label, reading, groups in readings:
        for count in (whole, *(by[way].setdefault(str(groups[way]), Count()) for way in ways)):
            count.add(label, reading.top(1)[0][0], reading.digit is None)
    return whole, by


def same(metrics, whole, by):
    """Whether the whole and every group of `metrics` agree with the counts, and hold the same keys."""
    breakdowns = {name.removeprefix("by_"): groups for name, groups in metrics.items() if name.startswith("by_")}
    groups = [group for part in breakdowns.values() for group in part.values()]
    keys = {name for name in metrics if not name.startswith("by_") and name not in ("confusion", "misclassified")}
    return (
        whole.agrees_with(metrics)
        and {way: set(part) for way, part in breakdowns.items()} == {way: set(counts) for way, counts in by.items()}
        and all(count.agrees_with(breakdowns[way][name]) for way in by for name, count in by[way].items())
        and all(set(group) == keys for group in groups)
    )


def test_it_writes_metrics_and_plots(evaluated):
    """metrics.json holds what was returned; plots and digits for the page are beside it."""
    folder, metrics = evaluated
    files = {"config.json", "model.safetensors", "metrics.json"}
    assert {path.name for path in folder.iterdir()} == files | PLOTS | DIGITS
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    assert set(metrics) == {"test", "sketches", "drawn", "nondigits"}
    for name in PLOTS:
        with Image.open(folder / name) as plot:
            assert min(plot.size) > 80


def test_mnist_is_counted_correctly(evaluated, sketched_data):
    """Errors, rejections, confusion, classes and loss, one image at a time."""
    folder, metrics = evaluated
    reader = Recognizer.from_pretrained(folder)
    whole, classes, loss, confusion = Count(), {}, 0.0, [[0] * 10 for _ in range(10)]
    test = load_mnist(sketched_data, train=False)
    max_energy = reader.weights.calibration.max_energy
    assert max_energy is not None
    for image, label in zip(test.images, test.labels.tolist(), strict=True):
        with torch.inference_mode():
            scores = reader.weights.model(image[None] / 255)[0].double()
        predicted = int(scores.argmax())
        confusion[label][predicted] += 1
        loss -= float((scores / 1.7).log_softmax(0)[label])
        unsure = float(-scores.logsumexp(0)) > max_energy
        rejected = unsure or rejection_reason(image[0].numpy() / 255) is not None
        for count in (whole, classes.setdefault(str(label), Count())):
            count.add(label, predicted, rejected)
    assert 65 <= whole.accepted <= 75
    assert same(metrics["test"], whole, {"class": classes})
    assert metrics["test"]["confusion"] == confusion
    assert metrics["test"]["loss"] == pytest.approx(loss / 100, abs=1e-5)
    assert 0 <= metrics["test"]["expected_calibration_error"] <= 1


def test_sketches_are_counted_correctly(evaluated, sketched_data):
    """Each drawing with three brushes, at the positions and sizes that the same seed gives, read one by one."""
    folder, metrics = evaluated
    reader = Recognizer.from_pretrained(folder)
    random = np.random.default_rng(0)
    readings = []
    for item in json.loads((sketched_data / "sketches" / "digits.json").read_text())["items"]:
        for brush in BRUSHES:
            size = random.uniform(0.35, 0.85) * (280 - brush)
            reach = (size + brush) / 2
            x, y = random.uniform(reach, 280 - reach), random.uniform(reach, 280 - reach)
            page = draw_page(PenDrawing([np.array(stroke) for stroke in item["strokes"]], brush, size, (x, y), 280))
            groups = {"brush": brush, "writer": item["writer"], "class": item["label"]}
            readings.append((int(item["label"]), reader.read(page), groups))
    whole, by = counted(readings, "brush", "writer", "class")
    assert whole.images == 60
    assert whole.correct > 54
    assert same(metrics["sketches"], whole, by)
    assert list(metrics["sketches"]["by_brush"]) == ["10", "18", "28"]


def test_images_are_counted_correctly(evaluated, sketched_data):
    """By kind and flag, by source and class; those that were not answered correctly are listed."""
    folder, metrics = evaluated
    reader = Recognizer.from_pretrained(folder)
    readings, misclassified = [], []
    for item in json.loads((sketched_data / "sketches" / "drawn" / "manifest.json").read_text()):
        with Image.open(sketched_data / "sketches" / "drawn" / item["file"]) as image:
            reading = reader.read(image)
        kind = item["kind"] + (", flagged" if item["flags"] else ", unflagged")
        groups = {"kind": kind, "source": item["source"], "class": item["label"]}
        readings.append((int(item["label"]), reading, groups))
        if reading.digit != int(item["label"]):
            misclassified.append(f"{item['file']} ({item['label']}): {reading.reason or reading.digit}")
    whole, by = counted(readings, "kind", "source", "class")
    assert set(by["kind"]) == {"drawn, flagged", "drawn, unflagged", "photo, unflagged"}
    assert same(metrics["drawn"], whole, by)
    assert metrics["drawn"]["misclassified"] == misclassified


@pytest.fixture(scope="module")
def nothing_accepted(sketched_data, tmp_path_factory):
    """The metrics with a threshold below every energy, and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        metrics = evaluate(weights(tmp_path_factory.mktemp("nothing") / "run", -1e5), sketched_data)
    return metrics, printed.getvalue()


def test_nondigits_are_counted_correctly(nothing_accepted, sketched_data, tmp_path):
    """Plain ones apart from those confusable with a digit; a threshold below every energy rejects all of them."""
    everything_accepted = evaluate(weights(tmp_path / "run", 1e5), sketched_data)
    for evaluated, rate in ((nothing_accepted[0], 1.0), (everything_accepted, None)):
        metrics = evaluated["nondigits"]
        assert metrics["plain"]["images"] == 9
        assert metrics["confusable with a digit"]["images"] == 3
        sources = metrics["plain"]["by_source"]
        assert {name: source["images"] for name, source in sources.items()} == {"letters": 3, "signs": 6}
        if rate:
            assert metrics["plain"]["outlier_rejection_rate"] == rate
            assert metrics["confusable with a digit"]["outlier_rejection_rate"] == rate
            assert {source["outlier_rejection_rate"] for source in sources.values()} == {rate}
        else:
            assert metrics["confusable with a digit"]["outlier_rejection_rate"] == 0  # it looks like one digit


def test_nothing_accepted_has_no_selective_accuracy(nothing_accepted):
    """Where every image is rejected, null is written and a dash printed; the accuracy of the argmax remains."""
    metrics, printed = nothing_accepted
    for part in (metrics["test"], metrics["sketches"], metrics["drawn"], metrics["drawn"]["by_class"]["0"]):
        assert part["selective_accuracy"] is None
        assert (part["coverage"], part["answered_correctly"], part["false_rejection_rate"]) == (0, 0, 1)
        assert part["accuracy"] > 0.5
    assert "selective accuracy -," in printed


@without_plots()
def test_twice_gives_the_same(evaluated, sketched_data):
    """Nothing is random: the same metrics, in the same order, byte for byte."""
    folder, _ = evaluated
    before = {name: (folder / name).read_bytes() for name in ("metrics.json", *DIGITS)}
    evaluate(folder, sketched_data, write=True)
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_without_write_nothing_changes(small_data, tmp_path, capsys):
    """A command that measures does not write; it says how to keep what it has measured."""
    folder = weights(tmp_path / "run")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["evaluate", str(folder), "--data-dir", str(small_data)]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert capsys.readouterr().out.endswith(f"nothing was written; --write keeps this in {folder}\n")


def test_what_training_wrote_is_kept(sketched_data, tmp_path):
    """Other parts of metrics.json stay, those that are measured are replaced."""
    folder = weights(tmp_path / "run")
    (folder / "metrics.json").write_text(json.dumps({"seed": 5, "test": {"errors": -1}, "history": [1]}))
    metrics = evaluate(folder, sketched_data, limit=1)
    assert (metrics["seed"], metrics["history"]) == (5, [1])
    assert metrics["test"]["errors"] >= 0


@without_plots()
def test_without_sketches_only_mnist_is_evaluated(small_data, evaluated, tmp_path, capsys):
    """With the same metrics, and by the command as by the function."""
    folder = shutil.copytree(evaluated[0], tmp_path / "run")
    (folder / "metrics.json").unlink()
    assert main(["evaluate", str(folder), "--data-dir", str(small_data), "--write"]) == 0
    metrics = json.loads((folder / "metrics.json").read_text())
    assert set(metrics) == {"test"}
    assert metrics["test"] == evaluated[1]["test"]
    printed = capsys.readouterr()
    assert f"MNIST test, 100 images: error {metrics['test']['error']:.2%} ({metrics['test']['errors']})" in printed.out
    assert "sketches" not in printed.out
    assert printed.err == ""


def test_the_report_has_every_part(evaluated, sketched_data, capsys):
    """By the names of docs/metrics.md."""
    folder, metrics = evaluated
    assert main(["evaluate", str(folder), "--data-dir", str(sketched_data)]) == 0
    printed = capsys.readouterr().out
    sketches = metrics["sketches"]
    assert f"sketches, 60 images: error {sketches['error']:.2%} ({sketches['errors']}), accuracy" in printed
    assert f"answered correctly {sketches['answered_correctly']:.2%}, false rejection rate" in printed
    writers = (f"{name} {part['answered_correctly']:.1%}" for name, part in sketches["by_writer"].items())
    assert f"  answered correctly by writer: {', '.join(writers)}\n" in printed
    plain = metrics["nondigits"]["plain"]["outlier_rejection_rate"]
    assert f"non-digits (plain), 9 images: outlier rejection rate {plain:.2%}" in printed
    for kind, part in metrics["drawn"]["by_kind"].items():
        assert f"other people's digits ({kind}), {part['images']} images: error" in printed


def test_a_limit_takes_the_first(sketched_data, tmp_path):
    """Of each part; a dry run does so."""
    metrics = evaluate(weights(tmp_path / "run"), sketched_data, limit=2)
    assert metrics["test"]["images"] == 2
    assert metrics["sketches"]["images"] == metrics["nondigits"]["plain"]["images"] == 6
    assert metrics["drawn"]["images"] == sum(part["images"] for part in metrics["drawn"]["by_kind"].values()) == 2


def _json(name, change):
    def spoil(sketches):
        content = json.loads((sketches / name).read_text())
        (sketches / name).write_text(json.dumps(change(content)))

    return spoil


def _change_first(name, **fields):
    """Change fields of the first of a list of entries, which may be below `items`."""

    def change(content):
        items = content["items"] if isinstance(content, dict) else content
        items[0] |= fields
        return content

    return _json(name, change)


DAMAGE = {
    "no digits": ("digits.json", lambda s: (s / "digits.json").unlink()),
    "digits cut": ("digits.json", lambda s: (s / "digits.json").write_text('{"items": [{')),
    "digits binary": ("digits.json", lambda s: (s / "digits.json").write_bytes(b"\xff\xfe\x00")),
    "digits a list": ("digits.json", _json("digits.json", lambda d: d["items"])),
    "digits empty": ("digits.json", _json("digits.json", lambda _d: {"items": []})),
    "a label of letters": ("digits.json", _json("digits.json", lambda d: {"items": [{**d["items"][0], "label": "x"}]})),
    **{
        f"the label {label}": (name, _change_first(f"{folder}{name}", label=label))
        for label in (77, -5)
        for folder, name in (("", "digits.json"), ("drawn/", "manifest.json"))
    },
    **{
        f"a coordinate of {name}": ("nondigits.json", _change_first("nondigits.json", strokes=[[[0, 0], [number, 0]]]))
        for name, number in (("400 digits", 10**400), ("infinity", float("inf")), ("a million", 10**6))
    },
    "no strokes": ("digits.json", _json("digits.json", lambda d: {"items": [{**d["items"][0], "strokes": []}]})),
    "ragged strokes": ("digits.json", _json("digits.json", lambda d: {"items": [{**d["items"][0], "strokes": [[1]]}]})),
    "no source": (
        "nondigits.json",
        _json("nondigits.json", lambda d: {"items": [{k: v for k, v in d["items"][0].items() if k != "src"}]}),
    ),
    "no manifest": ("manifest.json", lambda s: (s / "drawn" / "manifest.json").unlink()),
    "a manifest of words": ("manifest.json", _json("drawn/manifest.json", lambda _d: ["one", "two"])),
    "no image": ("3.png", lambda s: (s / "drawn" / "3.png").unlink()),
    "an image cut": (
        "3.png",
        lambda s: (s / "drawn" / "3.png").write_bytes((s / "drawn" / "3.png").read_bytes()[:200]),
    ),
    "an image of text": ("3.png", lambda s: (s / "drawn" / "3.png").write_text("three")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_sketches_are_named(sketched_data, tmp_path, error_of, damage):
    """One line that names the file and says how to do without; the weights' folder stays as it was."""
    name, spoil = DAMAGE[damage]
    data = tmp_path / "data"
    data.mkdir()
    (data / "MNIST").symlink_to(sketched_data / "MNIST")
    sketches = shutil.copytree(sketched_data / "sketches", data / "sketches")
    _json("digits.json", lambda d: {"items": d["items"][:1]})(sketches)  # few, which are read before the others
    spoil(sketches)
    folder = weights(tmp_path / "run")
    said = error_of("evaluate", folder, "--data-dir", data)
    assert f"{name} cannot be read" in said
    assert "without the folder sketches/, only MNIST is evaluated" in said
    assert len(said.splitlines()) == 1
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}


def test_only_confusable_nondigits(sketched_data, tmp_path):
    """A set without plain drawings is evaluated, too."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "MNIST").symlink_to(sketched_data / "MNIST")
    sketches = shutil.copytree(sketched_data / "sketches", data / "sketches")
    _json("nondigits.json", lambda d: {"items": [item for item in d["items"] if item["confusable"]]})(sketches)
    assert set(evaluate(weights(tmp_path / "run"), data)["nondigits"]) == {"confusable with a digit"}


FAULTS = {
    "empty": (lambda f: [path.unlink() for path in f.iterdir()], "has no config.json"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "has no model.safetensors"),
    "no configuration": (lambda f: (f / "config.json").unlink(), "has no config.json"),
    "weights cut": (
        lambda f: (f / "model.safetensors").write_bytes(b"123"),
        "model.safetensors is damaged or incomplete",
    ),
    "metrics cut": (lambda f: (f / "metrics.json").write_text("{"), "metrics.json is not"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_with_a_damaged_file_is_an_error(small_data, tmp_path, error_of, fault):
    """Exit code 2, and what is wrong with it."""
    spoil, message = FAULTS[fault]
    folder = weights(tmp_path / "run")
    spoil(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert message in error_of("evaluate", folder, "--data-dir", small_data)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

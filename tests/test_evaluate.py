"""python -m train evaluate: its figures counted anew with plain loops, what it writes, what it refuses."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from lenet import Recognizer
from lenet.rejection import Calibration, energy, rejection_reason
from lenet.weights.model import bundled, load_model, save_model
from tests.conftest import write_sketches, write_small_mnist
from train.__main__ import main
from train.calibrate import scores_of
from train.data.mnist import load_mnist
from train.data.strokes import draw
from train.evaluate import BRUSHES, evaluate

PICTURES = {"confusion.png", "misread.png", "reliability.png", "refusals.png"}


@pytest.fixture(scope="module")
def sketched_data(tmp_path_factory):
    """Small MNIST files and a folder of sketches."""
    folder = tmp_path_factory.mktemp("sketched")
    write_small_mnist(folder)
    write_sketches(folder)
    return folder


def weights(folder, limit=None):
    """The bundled weights with a temperature and a limit above which they refuse."""
    model, _ = load_model(bundled())
    save_model(model, folder, Calibration(1.7, limit))
    return folder


@pytest.fixture(scope="module")
def evaluated(sketched_data, tmp_path_factory):
    """A folder with weights after `evaluate`, and what the function returned."""
    energies = energy(scores_of(load_model(bundled())[0], load_mnist(sketched_data, train=False)))
    folder = weights(tmp_path_factory.mktemp("evaluated") / "run", float(np.quantile(energies, 0.7)))
    return folder, evaluate(folder, sketched_data)


def test_it_writes_figures_and_pictures(evaluated):
    """metrics.json holds what was returned; the pictures lie beside it."""
    folder, metrics = evaluated
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", "metrics.json", *PICTURES}
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    assert set(metrics) == {"test", "sketches", "drawn", "nondigits"}
    for name in PICTURES:
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 80


def test_mnist_is_counted_right(evaluated, sketched_data):
    """Wrong and refused digits, the matrix, each class, the loss: one picture at a time."""
    folder, metrics = evaluated
    reader = Recognizer.from_pretrained(folder)
    wrong, refused, loss, confusion = 0, 0, 0.0, [[0] * 10 for _ in range(10)]
    test = load_mnist(sketched_data, train=False)
    for picture, label in zip(test.images, test.labels.tolist(), strict=True):
        with torch.inference_mode():
            scores = reader.model(picture[None] / 255)[0].double()
        said = int(scores.argmax())
        wrong += said != label
        confusion[label][said] += 1
        loss -= float((scores / 1.7).log_softmax(0)[label])
        refused += (
            float(-scores.logsumexp(0)) > reader.calibration.max_energy
            or rejection_reason(picture[0].numpy() / 255) is not None
        )
    figures = metrics["test"]
    assert figures["images"] == 100
    assert figures["wrong"] == wrong
    assert figures["error"] == wrong / 100
    assert figures["confusion"] == confusion
    assert 25 <= refused <= 35
    assert figures["refused"] == pytest.approx(refused / 100)
    assert figures["loss"] == pytest.approx(loss / 100, abs=1e-5)
    assert figures["class"] == {str(c): pytest.approx(1 - confusion[c][c] / 10) for c in range(10)}


def test_sketches_are_counted_right(evaluated, sketched_data):
    """Each drawing with three brushes, at the places and sizes that the same seed gives, read one by one."""
    folder, metrics = evaluated
    reader = Recognizer.from_pretrained(folder)
    random = np.random.default_rng(0)
    rights, refusals, nearest, of_brush, of_writer, of_class = 0, 0, 0, {}, {}, {}
    for item in json.loads((sketched_data / "sketches" / "digits.json").read_text())["items"]:
        for brush in BRUSHES:
            size = random.uniform(0.35, 0.85) * (280 - brush)
            reach = (size + brush) / 2
            x, y = random.uniform(reach, 280 - reach), random.uniform(reach, 280 - reach)
            page = draw([np.array(stroke) for stroke in item["strokes"]], brush, size, (x, y), 280)
            reading = reader.read(page)
            right = reading.digit == int(item["label"])
            rights += right
            refusals += reading.digit is None
            nearest += reading.top(1)[0][0] == int(item["label"])
            for counts, key in ((of_brush, brush), (of_writer, item["writer"]), (of_class, item["label"])):
                counts.setdefault(str(key), []).append(right)
    figures = metrics["sketches"]
    assert figures["images"] == 60
    assert figures["right"] == rights
    assert figures["accuracy"] == pytest.approx(rights / 60)
    assert figures["refused"] == pytest.approx(refusals / 60)
    assert figures["nearest_right"] == pytest.approx(nearest / 60)
    for name, counts in (("brush", of_brush), ("writer", of_writer), ("class", of_class)):
        assert figures[name] == {key: pytest.approx(sum(each) / len(each)) for key, each in counts.items()}
    assert list(figures["brush"]) == ["10", "18", "28"]
    assert figures["nearest_right"] > 0.9
    assert 0 <= figures["calibration_error"] <= 1


def test_images_are_counted_right(evaluated, sketched_data):
    """By kind and flag, by source, and each that was misread by name."""
    folder, metrics = evaluated
    reader = Recognizer.from_pretrained(folder)
    kinds, misread = {}, []
    for item in json.loads((sketched_data / "sketches" / "drawn" / "manifest.json").read_text()):
        with Image.open(sketched_data / "sketches" / "drawn" / item["file"]) as picture:
            reading = reader.read(picture)
        kind = item["kind"] + (", flagged" if item["flags"] else ", unflagged")
        kinds.setdefault(kind, []).append(reading.digit == int(item["label"]))
        if reading.digit != int(item["label"]):
            misread.append(f"{item['file']} ({item['label']}): {reading.reason or reading.digit}")
    figures = metrics["drawn"]
    assert {kind: (part["images"], part["right"]) for kind, part in figures["kinds"].items()} == {
        kind: (len(rights), sum(rights)) for kind, rights in kinds.items()
    }
    assert set(kinds) == {"drawn, flagged", "drawn, unflagged", "photo, unflagged"}
    assert figures["misread"] == misread
    assert set(figures["source"]) == {"by/0", "by/1"}


def test_refusals_are_counted_right(sketched_data, tmp_path):
    """What nobody takes for a digit apart from what is as good as one; a limit that nothing passes refuses all."""
    for limit, share in ((-1e5, 1.0), (1e5, None)):
        figures = evaluate(weights(tmp_path / str(share), limit), sketched_data)["nondigits"]
        assert figures["plain"]["images"] == 9
        assert figures["confusable with a digit"]["images"] == 3
        assert set(figures["plain"]["source"]) == {"letters", "signs"}
        if share:
            assert figures["plain"]["refused"] == figures["confusable with a digit"]["refused"] == share
            assert set(figures["plain"]["source"].values()) == {share}
        else:
            assert figures["confusable with a digit"]["refused"] == 0  # its ink may be a digit's


def test_twice_is_as_once(evaluated, sketched_data):
    """Nothing is left to chance: the same figures, in the same order, byte for byte."""
    folder, _ = evaluated
    before = (folder / "metrics.json").read_bytes()
    evaluate(folder, sketched_data)
    assert (folder / "metrics.json").read_bytes() == before


def test_what_training_wrote_stays(sketched_data, tmp_path):
    """Figures of before are kept, those of the test are anew."""
    folder = weights(tmp_path / "run")
    (folder / "metrics.json").write_text(json.dumps({"seed": 5, "test": {"wrong": -1}, "history": [1]}))
    metrics = evaluate(folder, sketched_data)
    assert (metrics["seed"], metrics["history"]) == (5, [1])
    assert metrics["test"]["wrong"] >= 0


def test_without_sketches_mnist_alone_is_scored(small_data, evaluated, tmp_path, capsys):
    """With the same figures for it, and by the command as by the function."""
    folder = shutil.copytree(evaluated[0], tmp_path / "run")
    (folder / "metrics.json").unlink()
    assert main(["evaluate", str(folder), "--data-dir", str(small_data)]) == 0
    metrics = json.loads((folder / "metrics.json").read_text())
    assert set(metrics) == {"test"}
    assert metrics["test"] == evaluated[1]["test"]
    printed = capsys.readouterr()
    assert f"MNIST test: {metrics['test']['wrong']} of 100 wrong" in printed.out
    assert "sketches" not in printed.out
    assert printed.err == ""


def test_the_report_names_every_figure(evaluated, sketched_data, capsys):
    """A line for each part."""
    folder, metrics = evaluated
    assert main(["evaluate", str(folder), "--data-dir", str(sketched_data)]) == 0
    printed = capsys.readouterr().out
    sketches = metrics["sketches"]
    assert f"sketches: {sketches['right']} of 60 right = {sketches['accuracy']:.2%}" in printed
    assert f"no digits, plain: {metrics['nondigits']['plain']['refused']:.1%} of 9 refused" in printed
    for kind, part in metrics["drawn"]["kinds"].items():
        assert f"images, {kind}: {part['right']} of {part['images']} right" in printed


def test_a_limit_takes_the_first(sketched_data, tmp_path):
    """Of each part, for a dry run."""
    metrics = evaluate(weights(tmp_path / "run"), sketched_data, limit=2)
    assert metrics["test"]["images"] == 2
    assert metrics["sketches"]["images"] == metrics["nondigits"]["plain"]["images"] == 6
    assert sum(part["images"] for part in metrics["drawn"]["kinds"].values()) == 2


def _json(name, change):
    def spoil(sketches):
        content = json.loads((sketches / name).read_text())
        (sketches / name).write_text(json.dumps(change(content)))

    return spoil


DAMAGE = {
    "no digits": ("digits.json", lambda s: (s / "digits.json").unlink()),
    "digits cut": ("digits.json", lambda s: (s / "digits.json").write_text('{"items": [{')),
    "digits binary": ("digits.json", lambda s: (s / "digits.json").write_bytes(b"\xff\xfe\x00")),
    "digits a list": ("digits.json", _json("digits.json", lambda d: d["items"])),
    "digits empty": ("digits.json", _json("digits.json", lambda _d: {"items": []})),
    "a label of letters": ("digits.json", _json("digits.json", lambda d: {"items": [{**d["items"][0], "label": "x"}]})),
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
def test_damaged_sketches_are_named(sketched_data, tmp_path, refused, damage):
    """One line that names the file and says how to do without; the weights' folder stays as it was."""
    name, spoil = DAMAGE[damage]
    data = tmp_path / "data"
    data.mkdir()
    (data / "MNIST").symlink_to(sketched_data / "MNIST")
    spoil(shutil.copytree(sketched_data / "sketches", data / "sketches"))
    folder = weights(tmp_path / "run")
    said = refused("evaluate", folder, "--data-dir", data)
    assert f"{name} cannot be read" in said
    assert "without the folder sketches/ MNIST alone is scored" in said
    assert len(said.splitlines()) == 1
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}


def test_nothing_but_what_may_be_a_digit(sketched_data, tmp_path):
    """A set without a plain drawing is scored too."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "MNIST").symlink_to(sketched_data / "MNIST")
    sketches = shutil.copytree(sketched_data / "sketches", data / "sketches")
    _json("nondigits.json", lambda d: {"items": [item for item in d["items"] if item["confusable"]]})(sketches)
    assert set(evaluate(weights(tmp_path / "run"), data)["nondigits"]) == {"confusable with a digit"}


FAULTS = {
    "empty": (lambda f: [path.unlink() for path in f.iterdir()], "holds no config.json"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "holds no model.safetensors"),
    "no configuration": (lambda f: (f / "config.json").unlink(), "holds no config.json"),
    "weights cut": (lambda f: (f / "model.safetensors").write_bytes(b"123"), "does not hold this network's weights"),
    "figures cut": (lambda f: (f / "metrics.json").write_text("{"), "metrics.json is not JSON"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_without_whole_weights_is_refused(small_data, tmp_path, refused, fault):
    """Exit code 2, and what is wrong with it."""
    spoil, message = FAULTS[fault]
    folder = weights(tmp_path / "run")
    spoil(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert message in refused("evaluate", folder, "--data-dir", small_data)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

"""The reader with the bundled weights, and what it does with weights that are not whole."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from lenet import NETWORKS, Recognizer
from lenet.weights.model import bundled, save_model
from tests.conftest import EXAMPLES, draw


@pytest.mark.parametrize("width", [12, 20, 32])
@pytest.mark.parametrize("digit", range(10))
def test_plain_digits_are_read(reader, digit, width):
    """The ten digits that the page shows as examples are read right at each brush width."""
    reading = reader.read(draw(EXAMPLES[digit]["strokes"], width))
    assert reading.digit == digit
    assert reading.reason is None


def test_a_reading_holds_everything(reader):
    """Probabilities sum to 1 and belong to the activations; every stage is there in the network's order."""
    reading = reader.read(draw(EXAMPLES[7]["strokes"]))
    assert len(reading.probabilities) == 10
    assert all(type(p) is float for p in reading.probabilities)
    assert sum(reading.probabilities) == pytest.approx(1, abs=1e-12)
    assert {name: values.shape for name, values in reading.activations.items()} == {
        "input": (1, 32, 32),
        "c1": (6, 28, 28),
        "s2": (6, 14, 14),
        "c3": (16, 10, 10),
        "s4": (16, 5, 5),
        "c5": (120,),
        "f6": (84,),
        "output": (10,),
    }
    assert list(reading.activations) == ["input", "c1", "s2", "c3", "s4", "c5", "f6", "output"]
    assert all(values.dtype == np.float32 for values in reading.activations.values())
    exponentials = np.exp(reading.activations["output"].astype(float) / reader.calibration.temperature)
    np.testing.assert_allclose(reading.probabilities, exponentials / exponentials.sum(), rtol=1e-5)
    with torch.inference_mode():
        again = reader.model(torch.from_numpy(reading.activations["input"])[None])
    np.testing.assert_allclose(again[0].numpy(), reading.activations["output"], atol=1e-5)


def test_top_is_sorted_by_probability(reader):
    """top(n) gives the n likeliest, the answer first."""
    reading = reader.read(draw(EXAMPLES[5]["strokes"]))
    top = reading.top(3)
    assert len(top) == 3
    assert top[0] == (5, max(reading.probabilities))
    assert [p for _digit, p in reading.top(10)] == sorted(reading.probabilities, reverse=True)
    assert reading.top(0) == []
    with pytest.raises(ValueError, match="0 to 10"):
        reading.top(-1)


def test_array_and_image_read_the_same(reader):
    """A PIL image and its array are one picture."""
    image = draw(EXAMPLES[4]["strokes"])
    assert reader.read(image).probabilities == reader.read(np.asarray(image)).probabilities


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_is_no_digit(reader, shade):
    """The reader abstains where there is no ink, and says why."""
    reading = reader.read(np.full((280, 280), shade, np.uint8))
    assert reading.digit is None
    assert reading.reason == "blank"
    assert sum(reading.probabilities) == pytest.approx(1)
    assert reading.activations["c1"].shape == (6, 28, 28)


def test_bad_pictures_are_refused(reader):
    """The reader passes on what the ink says of a bad picture."""
    with pytest.raises(ValueError, match="accepted is"):
        reader.read(np.zeros((28, 28)))


def test_threads_share_one_reader(reader):
    """Eight threads at once get what one gets."""
    pictures = [draw(EXAMPLES[i % 10]["strokes"]) for i in range(40)]
    alone = [reader.read(picture).probabilities for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        together = [reading.probabilities for reading in pool.map(reader.read, pictures)]
    assert together == alone


@pytest.mark.parametrize("variant", NETWORKS)
def test_a_folder_is_read_as_it_was_saved(tmp_path, variant):
    """Variant, weights, mean and std survive the way to disk and back, bit for bit."""
    torch.manual_seed(3)
    model = NETWORKS[variant](mean=0.2, std=0.4)
    save_model(model, tmp_path / "run")
    loaded = Recognizer.from_pretrained(tmp_path / "run").model
    assert (loaded.variant, loaded.mean, loaded.std) == (variant, 0.2, 0.4)
    ink = torch.rand(2, 1, 32, 32)
    assert torch.equal(loaded(ink), model.eval()(ink))
    assert not list((tmp_path / "run").glob("*.part"))


@pytest.mark.parametrize("variant", NETWORKS)
@pytest.mark.parametrize("digit", range(10))
def test_each_network_reads_plain_digits(variant, digit):
    """All three bundled networks read the ten examples."""
    reading = Recognizer.from_pretrained(bundled(variant)).read(draw(EXAMPLES[digit]["strokes"]))
    assert reading.digit == digit
    assert sum(reading.probabilities) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("variant", "error"), [("textbook", 0.006), ("tutorial", 0.008), ("original", 0.0095)])
def test_the_bundled_weights_are_a_whole_run(variant, error):
    """The figures beside the bundled weights are of a full run that reached what the project promises."""
    metrics = json.loads((bundled(variant) / "metrics.json").read_text())
    assert metrics["recipe"]["variant"] == variant
    assert metrics["dry_run"] is False
    assert metrics["test"]["images"] == 10_000
    assert metrics["test"]["error"] == metrics["test"]["errors"] / 10_000 <= error
    assert set(metrics) >= {"epochs", "seed", "recipe", "versions", "hardware", "history", "validation"}


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled weights to spoil."""
    return shutil.copytree(bundled(), tmp_path / "copy")


def _config(**changes):
    def spoil(folder):
        path = folder / "config.json"
        config = json.loads(path.read_text())
        config.update(changes)
        path.write_text(json.dumps({key: value for key, value in config.items() if value is not None}))

    return spoil


def _tensors(change):
    def spoil(folder):
        path = folder / "model.safetensors"
        tensors = load_file(path)
        change(tensors)
        save_file(tensors, path)

    return spoil


FAULTS = {
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "holds no model.safetensors"),
    "no configuration": (lambda f: (f / "config.json").unlink(), "holds no config.json"),
    "configuration cut": (lambda f: (f / "config.json").write_text('{"variant": "te'), "config.json is not"),
    "configuration a list": (lambda f: (f / "config.json").write_text("[]"), "config.json is not"),
    "unknown variant": (_config(variant="2012"), "variant '2012' is unknown, there are textbook, tutorial, original"),
    "no mean": (_config(mean=None), "config.json is not.*mean"),
    "no temperature": (_config(temperature=None), "config.json is not.*temperature"),
    "temperature zero": (_config(temperature=0), "temperature must be at least 0.001"),
    "max_energy a word": (_config(max_energy="high"), "config.json is not"),
    "mean a word": (_config(mean="a lot"), "config.json is not"),
    "std zero": (_config(std=0), "std must be at least 0.001"),
    "weights cut": (lambda f: _cut(f / "model.safetensors"), "does not hold this network's weights"),
    "weights a pickle": (
        lambda f: torch.save({"c1.weight": torch.zeros(6, 1, 5, 5)}, f / "model.safetensors"),
        "does not hold this network's weights",
    ),
    "a tensor missing": (_tensors(lambda t: t.pop("f6.bias")), "f6.bias"),
    "a tensor too many": (_tensors(lambda t: t.update(extra=torch.zeros(1))), "extra"),
    "a tensor misshapen": (_tensors(lambda t: t.update({"f6.bias": torch.zeros(83)})), "f6.bias"),
}


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("fault", FAULTS)
def test_folders_that_are_not_whole_are_refused(folder, fault):
    """The error names the file and what is wrong with it."""
    spoil, message = FAULTS[fault]
    spoil(folder)
    with pytest.raises(ValueError, match=message):
        Recognizer.from_pretrained(folder)


def test_figures_that_are_not_json_are_refused(folder):
    """The file is named."""
    (folder / "metrics.json").write_text("{")
    with pytest.raises(ValueError, match=r"metrics\.json is not JSON"):
        Recognizer.from_pretrained(folder)


def test_a_missing_folder_is_refused(tmp_path):
    """A path that leads nowhere is said to."""
    with pytest.raises(ValueError, match=r"there is no folder .*nowhere"):
        Recognizer.from_pretrained(str(tmp_path / "nowhere"))


def test_a_saved_picture_reads_as_the_drawn_one(reader, tmp_path):
    """PNG on disk and back changes nothing."""
    image = draw(EXAMPLES[2]["strokes"])
    image.save(tmp_path / "two.png")
    with Image.open(tmp_path / "two.png") as opened:
        assert reader.read(opened).probabilities == reader.read(image).probabilities

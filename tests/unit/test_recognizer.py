"""The reader with the bundled weights, and model folders that are incomplete or damaged."""

import importlib.util
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from harness.drawings import EXAMPLES, draw
from lenet import NETWORKS, LeNet5, Recognizer
from lenet.weights.fetch import begin
from lenet.weights.model import Weights, bundled, save_model


def test_plain_digits_are_read_correctly(reader):
    """The page's ten example digits, with a thin, a common and a thick brush."""
    for digit in range(10):
        for width in (12, 20, 32):
            reading = reader.read(draw(EXAMPLES[digit]["strokes"], width))
            assert (reading.digit, reading.reason) == (digit, None), width


def test_a_reading_has_probabilities_and_the_output_of_every_layer(reader):
    """The probabilities sum to 1 and are the softmax of the output layer; the layers are in order of computation."""
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
    exponentials = np.exp(reading.activations["output"].astype(float) / reader.weights.calibration.temperature)
    np.testing.assert_allclose(reading.probabilities, exponentials / exponentials.sum(), rtol=1e-5)
    with torch.inference_mode():
        again = reader.weights.model(torch.from_numpy(reading.activations["input"])[None])
    np.testing.assert_allclose(again[0].numpy(), reading.activations["output"], atol=1e-5)


def test_top_is_sorted_by_probability(reader):
    """top(n) returns the n most likely digits, the prediction first."""
    reading = reader.read(draw(EXAMPLES[5]["strokes"]))
    top = reading.top(3)
    assert len(top) == 3
    assert top[0] == (5, max(reading.probabilities))
    assert [p for _digit, p in reading.top(10)] == sorted(reading.probabilities, reverse=True)
    assert reading.top(0) == []
    with pytest.raises(ValueError, match="0 to 10"):
        reading.top(-1)


def test_an_array_is_read_like_an_image(reader):
    """A PIL image and its array give the same reading."""
    image = draw(EXAMPLES[4]["strokes"])
    assert reader.read(image).probabilities == reader.read(np.asarray(image)).probabilities


def test_the_reading_of_a_blank_image_is_complete(reader):
    """No digit, a reason, and still probabilities and activations."""
    reading = reader.read(np.full((280, 280), 255, np.uint8))
    assert (reading.digit, reading.reason) == (None, "blank")
    assert sum(reading.probabilities) == pytest.approx(1)
    assert reading.activations["c1"].shape == (6, 28, 28)


def test_an_unsupported_image_is_rejected(reader):
    """With the message of the preprocessing."""
    with pytest.raises(ValueError, match="unsupported array dtype: float64; expected"):
        reader.read(np.zeros((28, 28)))


def test_threads_share_one_reader(reader):
    """Eight threads at once get the same readings as one."""
    images = [draw(EXAMPLES[i % 10]["strokes"]) for i in range(40)]
    expected = [reader.read(image).probabilities for image in images]
    with ThreadPoolExecutor(8) as pool:
        concurrent = [reading.probabilities for reading in pool.map(reader.read, images)]
    assert concurrent == expected


def test_a_saved_network_is_loaded_unchanged(tmp_path):
    """Variant, weights, mean and std are restored bit for bit, and no temporary file is left."""
    for variant in NETWORKS:
        torch.manual_seed(3)
        model = NETWORKS[variant](mean=0.2, std=0.4)
        folder = tmp_path / variant
        save_model(model, folder)
        loaded = Recognizer.from_pretrained(folder).weights.model
        assert (loaded.variant, loaded.mean, loaded.std) == (variant, 0.2, 0.4)
        ink = torch.rand(2, 1, 32, 32)
        assert torch.equal(loaded(ink), model.eval()(ink)), variant
        assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors"}


def test_each_bundled_network_reads_plain_digits():
    """All three read the ten examples correctly."""
    for variant in NETWORKS:
        reader = Recognizer.from_pretrained(bundled(variant))
        for digit in range(10):
            reading = reader.read(draw(EXAMPLES[digit]["strokes"]))
            assert reading.digit == digit, variant
            assert sum(reading.probabilities) == pytest.approx(1, abs=1e-12)


def test_the_bundled_weights_are_from_complete_runs():
    """The metrics beside the weights are those of a full run whose test error is as low as promised."""
    for variant, error in (("textbook", 0.006), ("tutorial", 0.008), ("original", 0.0095)):
        metrics = json.loads((bundled(variant) / "metrics.json").read_text())
        assert metrics["recipe"]["variant"] == variant
        assert metrics["dry_run"] is False, variant
        assert metrics["test"]["images"] == 10_000, variant
        assert metrics["test"]["error"] == metrics["test"]["errors"] / 10_000 <= error, variant
        assert set(metrics) >= {"epochs", "seed", "recipe", "versions", "hardware", "history", "validation"}, variant


def config(**changes):
    """Changes entries of a folder's config.json; None removes one."""

    def damage(folder: Path) -> None:
        path = folder / "config.json"
        entries = {**json.loads(path.read_text()), **changes}
        path.write_text(json.dumps({key: value for key, value in entries.items() if value is not None}))

    return damage


def tensors(change):
    """Changes the dict of tensors in a folder's model.safetensors."""

    def damage(folder: Path) -> None:
        path = folder / "model.safetensors"
        weights = load_file(path)
        change(weights)
        save_file(weights, path)

    return damage


def content(name: str, change):
    """Changes the bytes of a file in a folder."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def pickled(folder: Path) -> None:
    torch.save({"c1.weight": torch.zeros(6, 1, 5, 5)}, folder / "model.safetensors")


CONFIG, WEIGHTS = "config.json is not a valid", "model.safetensors does not fit this network"
DAMAGES = {
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "has no model.safetensors"),
    "no configuration": (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
    "configuration truncated": (content("config.json", lambda old: old[:15]), "config.json is not valid JSON"),
    "configuration a list": (content("config.json", lambda _: b"[]"), "config.json is not valid JSON"),
    "unknown variant": (config(variant="2012"), "unknown variant '2012', expected one of textbook, tutorial, original"),
    "no mean": (config(mean=None), f"{CONFIG}.*mean"),
    "no temperature": (config(temperature=None), f"{CONFIG}.*temperature"),
    "temperature zero": (config(temperature=0), f"{CONFIG}.*temperature must be at least 0.001"),
    "max_energy a word": (config(max_energy="high"), f"{CONFIG}.*max_energy"),
    "mean a word": (config(mean="a lot"), f"{CONFIG}.*mean"),
    "std zero": (config(std=0), f"{CONFIG}.*std must be at least 0.001"),
    "weights truncated": (content("model.safetensors", lambda old: old[:-100]), "is damaged or incomplete"),
    "weights a pickle": (pickled, "is damaged or incomplete"),
    "weights a pointer": (
        content("model.safetensors", lambda _: b"version https://git-lfs.github.com/spec/v1\n"),
        "is a pointer of Git LFS: run `git lfs pull`",
    ),
    "a tensor missing": (tensors(lambda weights: weights.pop("f6.bias")), f"{WEIGHTS}.*f6.bias"),
    "an unexpected tensor": (tensors(lambda weights: weights.update(extra=torch.zeros(1))), f"{WEIGHTS}.*extra"),
    "a misshapen tensor": (
        tensors(lambda weights: weights.update({"f6.bias": torch.zeros(83)})),
        f"{WEIGHTS}.*f6.bias",
    ),
    "weights that are finite, and their sums not": (
        tensors(lambda weights: weights["output.weight"].fill_(3e38)),
        f"{WEIGHTS}.*output.weight contains numbers that are not between -1000 and 1000",
    ),
    "weights not numbers": (tensors(lambda weights: weights["c1.bias"].fill_(float("nan"))), f"{WEIGHTS}.*c1.bias"),
    "metrics not JSON": (lambda folder: (folder / "metrics.json").write_text("{"), "metrics.json is not valid JSON"),
    **{
        f"metrics with the number {number[:9]}": (
            content("metrics.json", lambda _, number=number: b'{"test": {"error": %s}}' % number.encode()),
            "metrics.json is not valid JSON: the number .* is not allowed",
        )
        for number in ("1e400", "-1e400", f"1{'0' * 400}", f"-1{'0' * 4_001}", "NaN", "-Infinity", "1e16")
    },
}


def error(source: Path) -> str:
    try:
        Recognizer.from_pretrained(source)
    except ValueError as raised:
        return str(raised)
    return "no ValueError"


def test_incomplete_and_damaged_folders_are_rejected(tmp_path):
    """The message names the file and what is wrong with it."""
    for name, (damage, message) in DAMAGES.items():
        folder = shutil.copytree(bundled(), tmp_path / name.replace(" ", "-"))
        damage(folder)
        assert re.search(message, error(folder)), name


def test_files_of_weights_that_are_incomplete_or_damaged_are_rejected(tmp_path):
    """A file needs its configuration in its metadata; then it is checked as a folder is."""
    bundled_file, path = bundled() / "model.safetensors", tmp_path / "taught.safetensors"
    tensors = load_file(bundled_file)
    config = json.loads((bundled() / "config.json").read_text())
    with pytest.raises(ValueError, match="does not fit this network: a file needs its configuration"):
        Recognizer.from_pretrained(bundled_file)
    faults = [
        ({"config": json.dumps({**config, "variant": "none"})}, "unknown variant"),
        ({"config": json.dumps({**config, "std": 0})}, "std must be at least"),
        ({"config": "[]"}, "expected an object"),
        ({"config": "{"}, "does not fit"),
        ({"config": json.dumps({**config, "variant": "original"})}, "has shape"),
    ]
    for metadata, message in faults:
        save_file(tensors, path, metadata)
        with pytest.raises(ValueError, match=message):
            Recognizer.from_pretrained(path)
    path.write_bytes(path.read_bytes()[:1_000])
    with pytest.raises(ValueError, match="is damaged or incomplete"):
        Recognizer.from_pretrained(path)
    save_file(tensors, path, {"config": json.dumps(config)})
    assert Recognizer.from_pretrained(str(path)).weights.origin == f"file {path}"


def test_a_revision_that_comes_too_late_is_an_error():
    """A download that has begun has its revision, so another one would be ignored."""
    with pytest.raises(ValueError, match="revision v2 comes too late for a Fetch: use begin\\(source, 'v2'\\)"):
        Recognizer.from_pretrained(begin("textbook"), revision="v2")


def test_a_reader_says_what_it_reads_with(tmp_path):
    """In a notebook: the network, and where its weights are from."""
    assert repr(Recognizer.from_pretrained("tutorial")) == "<Recognizer: tutorial, bundled>"
    assert repr(Recognizer(Weights(LeNet5()))) == "<Recognizer: textbook>"


def test_the_package_lists_its_public_names():
    """Also those that are imported on first use: in a copy of the module, where none of them has been."""
    spec = importlib.util.find_spec("lenet")
    assert spec
    assert spec.loader
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    assert {"Recognizer", "preprocess"}.isdisjoint(vars(copy))
    assert set(copy.__all__) <= set(dir(copy))


def test_a_missing_folder_is_rejected(tmp_path):
    """The message names the folder."""
    assert re.search(r"folder not found: .*nowhere", error(tmp_path / "nowhere"))


def test_an_image_file_is_read_like_the_image(reader, tmp_path):
    """By its path or opened with PIL: saving and loading a PNG changes nothing."""
    image = draw(EXAMPLES[2]["strokes"])
    path = tmp_path / "two.png"
    image.save(path)
    expected = reader.read(image).probabilities
    with Image.open(path) as opened:
        assert reader.read(opened).probabilities == expected
    assert reader.read(path).probabilities == reader.read(str(path)).probabilities == expected

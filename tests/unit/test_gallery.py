"""The digits that `evaluate` writes for the page, compared with plain loops over the data."""

import base64
import gzip
import json
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import load

from lenet import Recognizer
from lenet.extras.check import read_metadata
from lenet.extras.load import load_extra
from lenet.weights.model import bundled, load_weights, save_model
from tests.fixtures.plots import without_plots
from train import gallery, page_digits
from train.__main__ import main
from train.data.digits import Digits
from train.data.mnist import load_mnist
from train.evaluate import evaluate

AUTHORS = ("Yann LeCun", "Corinna Cortes", "Christopher Burges", "CC BY-SA 3.0")


def raw(data_dir, prefix):
    """Images and labels of MNIST's files, read without torchvision."""
    folder = data_dir / "MNIST" / "raw"
    content = (folder / f"{prefix}-images-idx3-ubyte").read_bytes()
    count = struct.unpack(">I", content[4:8])[0]
    images = np.frombuffer(content, np.uint8, offset=16).reshape(count, 28, 28)
    return images, np.frombuffer((folder / f"{prefix}-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)


def outputs(weights, image):
    """F6 and the calibrated probabilities for one image of 28x28."""
    ink = np.pad(image, 2).astype(np.float32) / 255
    with torch.inference_mode():
        features = weights.model.features(torch.from_numpy(ink)[None, None])
    scores = features["output"][0].double() / weights.calibration.temperature
    return features["f6"][0].numpy(), scores.softmax(0).tolist()


@pytest.fixture(scope="module")
def evaluated(small_data, tmp_path_factory):
    """A folder with weights that misread a few of the small test digits, after `evaluate`."""
    folder = tmp_path_factory.mktemp("gallery") / "run"
    weights = load_weights(bundled())
    with torch.no_grad():
        weights.model.get_parameter("output.bias")[:3] -= 12
    save_model(weights.model, folder, weights.calibration)
    with without_plots():
        evaluate(folder, small_data, write=True)
    return folder


def test_all_misread_digits_are_there(evaluated, small_data):
    """Each with its index, image, label and probabilities, the most confident first; with the attribution."""
    weights = load_weights(evaluated)
    expected = {}
    for index, (image, label) in enumerate(zip(*raw(small_data, "t10k"), strict=True)):
        _, probabilities = outputs(weights, image)
        if probabilities.index(max(probabilities)) != label:
            expected[index] = (image.tobytes(), int(label), probabilities)
    content = json.loads(load_extra(weights, "misread.json"))
    assert 3 < len(expected) < 60
    assert (content["images"], content["errors"]) == (100, len(expected))
    assert all(name in content["attribution"] for name in AUTHORS)
    assert {digit["index"] for digit in content["digits"]} == expected.keys()
    for digit in content["digits"]:
        image, label, probabilities = expected[digit["index"]]
        assert set(digit) == {"index", "label", "image", "probabilities"}
        assert (base64.b64decode(digit["image"]), digit["label"]) == (image, label)
        assert digit["probabilities"] == pytest.approx(probabilities, abs=6e-5)
        assert digit["probabilities"] == [round(p, 4) for p in digit["probabilities"]]
    confidences = [max(expected[digit["index"]][2]) for digit in content["digits"]]
    assert confidences == sorted(confidences, reverse=True)


def test_of_many_misread_digits_the_most_confident_are_kept():
    """The file stays below its limit for a network that misreads everything; `errors` counts all."""
    random = np.random.default_rng(0)
    images = torch.from_numpy(random.integers(0, 256, (400, 1, 32, 32), dtype=np.uint8))
    confidences = random.permutation(np.linspace(0.5, 1, 400))
    probabilities = np.repeat((1 - confidences[:, None]) / 9, 10, 1)
    probabilities[:, 1] = confidences
    content = gallery.misread(Digits(images, torch.zeros(400, dtype=torch.int64)), probabilities)
    assert len(content) < 200_000
    written = json.loads(content)
    assert (written["errors"], len(written["digits"])) == (400, gallery.MOST)
    kept = {digit["index"] for digit in written["digits"]}
    assert kept == set(np.argsort(-confidences)[: gallery.MOST].tolist())


def test_neighbors_are_training_digits_with_their_f6(evaluated, small_data):
    """Each is an image of the training file with its label; F6 is what the network outputs for it."""
    weights = load_weights(evaluated)
    content = load_extra(weights, "neighbors.safetensors")
    assert all(name in read_metadata(content)["attribution"] for name in AUTHORS)
    tensors = {name: tensor.numpy() for name, tensor in load(content).items()}
    images, labels = raw(small_data, "train")
    known = {(image.tobytes(), int(label)) for image, label in zip(images, labels, strict=True)}
    for there, chosen in zip(np.bincount(labels), np.bincount(tensors["labels"]), strict=True):
        assert chosen == there if there <= 30 else 25 <= chosen <= 30
    for image, label, f6 in zip(tensors["images"], tensors["labels"], tensors["f6"], strict=True):
        assert (image.tobytes(), int(label)) in known
        np.testing.assert_allclose(f6, outputs(weights, image)[0], atol=1e-3)


def test_held_out_digits_are_no_neighbors(small_data):
    """If the metrics name the recipe, the digits are those that the run was trained on; else all of them."""
    assert len(gallery.training_digits(small_data, {"recipe": {"validation_size": 50, "seed": 3}})) == 250
    for metrics in ({}, {"recipe": 5}, {"recipe": {"validation_size": 900, "seed": 0}}, {"recipe": {"seed": 0}}):
        assert len(gallery.training_digits(small_data, metrics)) == 300


def test_the_chosen_points_cover_the_class():
    """Every point is closer to one of them than with any of 50 random choices; the same seed gives the same."""
    points = torch.randn(600, 84, generator=torch.Generator().manual_seed(1)) * torch.linspace(0, 2, 84)
    chosen = gallery.central(points, 12)
    assert 10 <= len(chosen) <= 12
    assert chosen.tolist() == sorted(set(chosen.tolist()))

    def distance(index):
        return float(torch.cdist(points, points[index]).min(1).values.mean())

    others = [torch.randperm(600, generator=torch.Generator().manual_seed(seed))[:12] for seed in range(50)]
    assert distance(chosen) < min(map(distance, others))
    assert torch.equal(gallery.central(points, 12), chosen)
    assert gallery.central(points[:5], 12).tolist() == [0, 1, 2, 3, 4]


def test_the_bundled_files_are_of_the_bundled_weights(reader: Recognizer):
    """All errors of the test set are there, as metrics.json counts them, and 30 neighbors of each digit."""
    misread = json.loads(load_extra(reader.weights, "misread.json"))
    assert reader.weights.metrics is not None
    test = reader.weights.metrics["test"]
    assert (misread["images"], misread["errors"]) == (10_000, test["errors"])
    pairs = [(digit["label"], int(np.argmax(digit["probabilities"]))) for digit in misread["digits"]]
    confusion = np.zeros((10, 10), int)
    for pair in pairs:
        confusion[pair] += 1
    assert (confusion == np.array(test["confusion"]) * (1 - np.eye(10, dtype=int))).all()
    neighbors = load(load_extra(reader.weights, "neighbors.safetensors"))
    assert neighbors["labels"].bincount().tolist() == [30] * 10


def test_small_data_is_padded_by_two(small_data):
    """The images of the page's files are those of MNIST's files, not the padded ones."""
    images, _ = raw(small_data, "train")
    assert np.array_equal(gallery.unpadded(load_mnist(small_data, train=True).images).numpy(), images)


def test_the_digits_to_train_on_are_evenly_spaced(small_data, tmp_path, monkeypatch, capsys):
    """Of both parts of MNIST, with the license; the same data gives the same file."""
    monkeypatch.setattr(page_digits, "TRAINING", 100)
    monkeypatch.setattr(page_digits, "TEST", 200)
    output = tmp_path / "digits.safetensors.gz"
    assert main(["page-digits", "--data-dir", str(small_data), "--output", str(output)]) == 0
    assert "100 training and 100 test digits" in capsys.readouterr().out
    content = output.read_bytes()
    data = gzip.decompress(content)
    assert all(author in read_metadata(data)["attribution"] for author in AUTHORS)
    tensors = load(data)
    for name, prefix, step in (("training", "train", 3), ("test", "t10k", 1)):
        images, labels = raw(small_data, prefix)
        assert np.array_equal(tensors[f"{name}.images"].numpy(), images[::step])
        assert np.array_equal(tensors[f"{name}.labels"].numpy(), labels[::step])
    assert main(["page-digits", "--data-dir", str(small_data), "--output", str(output)]) == 0
    assert output.read_bytes() == content

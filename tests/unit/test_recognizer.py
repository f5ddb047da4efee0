"""The reader with the bundled weights, and model folders that are incomplete or damaged."""

import importlib.util
import io
import json
import pickle
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from harness import ROOT
from harness.drawings import EXAMPLES, draw, encoded
from lenet import NETWORKS, ImageError, LeNet5, Reading, Recognizer, recognizer
from lenet.image import many
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
    for n in (-1, 11, 2.0):
        with pytest.raises(ValueError, match=f"an integer from 0 to 10, not {n}"):
            reading.top(n)


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
    with pytest.raises(ValueError, match="unsupported array dtype: int64; expected"):
        reader.read(np.zeros((28, 28), np.int64))


def mixed_images(folder: Path) -> list:
    """Whatever can be read, and some that cannot be: files, arrays, rows of digits, and what is rejected."""
    drawings = [draw(example["strokes"]) for example in EXAMPLES]
    drawings[2].save(folder / "two.png")
    (folder / "letter.txt").write_text("a letter")
    row = np.concatenate([np.asarray(drawings[digit]) for digit in (3, 7)], 1)
    small = [np.asarray(drawing.resize((28, 28), Image.Resampling.BILINEAR)) for drawing in drawings]
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    files = [folder / "two.png", str(folder / "letter.txt"), (folder / "two.png").read_bytes(), folder / "missing.png"]
    return [*drawings, *small, row, noise, *files, np.zeros((28, 28, 2), np.uint8), torch.tensor(small[4]), None]


def test_many_images_are_read_as_one_is(reader, tmp_path, monkeypatch):
    """All that a reading has, and the same words for what cannot be read, in whatever batches."""
    images = mixed_images(tmp_path)
    for batch_size, workers, room in ((1, 1, many.ROOM), (7, 2, many.ROOM), (100, 3, many.ROOM), (100, 2, 300_000)):
        monkeypatch.setattr(many, "ROOM", room)
        options = {"batch_size": batch_size, "workers": workers, "errors": "return", "activations": True}
        results = list(reader.read_many(iter(images), **options))
        assert len(results) == len(images)
        for index, (image, result) in enumerate(zip(images, results, strict=True)):
            if isinstance(result, ImageError):
                with pytest.raises((OSError, ValueError)) as raised:
                    reader.read(image)
                reason = getattr(raised.value, "strerror", None) or str(raised.value)
                name = getattr(raised.value, "filename", None)
                place = f"image {index}" if name is None else f"image {index}, {name}"
                assert (result.index, result.reason, str(result)) == (index, reason, f"{place}: {reason}")
                assert type(result.__cause__) is raised.type
                continue
            expected = reader.read(image)
            assert (result.digit, result.reason, result.number) == (expected.digit, expected.reason, expected.number)
            np.testing.assert_allclose(result.probabilities, expected.probabilities, atol=1e-6)
            assert list(result.activations) == list(expected.activations)
            for name, values in expected.activations.items():
                np.testing.assert_allclose(result.activations[name], values, atol=1e-5)
    assert sum(isinstance(result, ImageError) for result in results) == 4
    assert {result.number for result in results if isinstance(result, Reading)} == {None, "37"}


def test_a_bad_image_is_an_exception_that_names_its_place(reader):
    """After those before it have been read; the exception can be sent to another process."""
    good = np.asarray(draw(EXAMPLES[7]["strokes"]))
    readings = reader.read_many([good, good, np.zeros(3, np.uint8), good])
    assert [next(readings).digit, next(readings).digit] == [7, 7]
    with pytest.raises(ImageError, match=r"^image 2: unsupported array shape: \(3,\); expected") as raised:
        next(readings)
    again = pickle.loads(pickle.dumps(raised.value))
    assert (again.index, again.reason) == (2, raised.value.reason)


def test_batches_of_any_usual_form_are_read(reader):
    """One channel or none, first or last: uint8, bool, or floats in [0, 1], of NumPy or PyTorch."""
    drawings = [draw(example["strokes"]).resize((28, 28), Image.Resampling.BILINEAR) for example in EXAMPLES]
    batch = np.stack([np.asarray(drawing.convert("L")) for drawing in drawings])
    expected = [reader.read(pixels).digit for pixels in batch]
    tensor = torch.from_numpy(batch)
    for images in (batch, batch[:, None], batch[..., None], batch / 255, tensor, tensor[:, None] / 255, batch > 127):
        readings = list(reader.read_many(images))
        assert [reading.digit for reading in readings] == expected
        assert {len(reading.activations) for reading in readings} == {0}


def test_images_are_asked_for_as_they_are_needed(reader):
    """A few batches ahead; each is read as it was when it was asked for, whatever becomes of it then."""
    pixels = np.asarray(draw(EXAMPLES[7]["strokes"])).copy()
    asked = []

    def images():
        for number in range(1_000):
            asked.append(number)
            yield pixels
            pixels[:] = 255  # as a camera fills the same array again

    readings = reader.read_many(images(), batch_size=4, workers=2)
    assert asked == []
    assert (next(readings).digit, next(readings).reason) == (7, "blank")
    assert len(asked) <= 4 * 4
    readings.close()
    assert list(reader.read_many([])) == []


def test_memory_is_that_of_a_few_images(monkeypatch, tmp_path):
    """Large ones come in smaller batches, before they are decoded and after it."""
    monkeypatch.setattr(many, "ROOM", 50_000)
    drawing = draw(EXAMPLES[3]["strokes"])
    drawing.save(tmp_path / "digit.png")
    small = np.zeros((28, 28), np.uint8)
    for large in (np.asarray(drawing), drawing, torch.zeros(280, 280, 3), b"x", "photo.jpg"):
        assert [len(batch) for batch in many.batches_of([small, large, *4 * [small]], 3)] == [2, 3, 1]
    path = tmp_path / "digit.png"
    images = iter(100 * [path])
    drawings, inks = many.prepare_many(images)
    assert sum(each.nbytes for each in drawings if isinstance(each, np.ndarray)) < 300_000
    assert len(drawings) == len(inks) == 100 - len(list(images))


def test_what_is_painted_on_again_has_been_read_as_it_was(reader):
    """As arrays: images and buffers of one's own. One with a mask is an array."""
    drawings = [draw(EXAMPLES[digit]["strokes"]) for digit in (3, 7)]
    image, buffer = Image.new("L", (280, 280)), bytearray()

    def again(form: str):
        for drawing in drawings:
            image.paste(drawing)
            buffer[:] = encoded(drawing)
            yield image if form == "image" else buffer

    for form in ("image", "buffer"):
        assert [reading.digit for reading in reader.read_many(again(form))] == [3, 7]
    pixels = np.asarray(drawings[0].convert("L").resize((28, 28)))
    masked = np.ma.masked_array(pixels)
    assert [reader.read(masked).digit, *(each.digit for each in reader.read_many([masked]))] == [3, 3]


def test_an_iterable_that_fails_does_so_after_what_came_before(reader):
    """As in a loop."""

    def images():
        yield from 5 * [np.zeros((28, 28), np.uint8)]
        raise RuntimeError("the camera is gone")

    readings = reader.read_many(images(), batch_size=2, workers=2)
    assert [next(readings).reason for _ in range(5)] == 5 * ["blank"]
    with pytest.raises(RuntimeError, match="the camera is gone"):
        next(readings)


def test_cores_are_shared_among_threads(reader, monkeypatch):
    """Few images are, too; and PyTorch has as many threads elsewhere as before."""
    lengths = []
    monkeypatch.setattr(recognizer, "prepare_many", lambda images: lengths.append(len(list(images))) or ([], None))
    list(reader.read_many(np.zeros((10, 28, 28), np.uint8), workers=4))
    assert sorted(filter(None, lengths)) == [1, 3, 3, 3]  # threads of a test before may still end
    monkeypatch.undo()
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        list(reader.read_many(np.zeros((10, 28, 28), np.uint8), workers=4))
        with ThreadPoolExecutor(1) as pool:
            assert (torch.get_num_threads(), pool.submit(torch.get_num_threads).result()) == (3, 3)
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize(
    "one",
    ["scan.png", Path("scan.png"), b"\x89PNG", io.BytesIO(b"x"), Image.new("L", (28, 28)), np.zeros((28, 28)), 3],
    ids=["name", "path", "bytes", "file", "image", "array", "number"],
)
def test_one_image_is_not_many(reader, one):
    """Nor is it taken for as many as it has letters, lines or rows."""
    with pytest.raises(
        ValueError, match=r"^read_many expects several images, such as a list of them; read\(\) takes one$"
    ):
        reader.read_many(one)


def test_a_file_that_cannot_be_read_is_named(reader):
    with pytest.raises(ImageError, match=r"^image 0, missing\.png: No such file or directory$"):
        list(reader.read_many(["missing.png"]))


def test_an_option_of_read_many_that_is_wrong_is_told_at_once(reader):
    """Before an image is asked for."""
    for options in ({"batch_size": 0}, {"batch_size": None}, {"workers": 0}, {"workers": 1.5}, {"errors": "ignore"}):
        with pytest.raises(ValueError, match=f"{next(iter(options))}.* must be"):
            reader.read_many([], **options)


def test_a_device_is_used_or_named(reader):
    """All that are there read the same; for others, the message has those that are."""
    there = ["cpu", *(name for name in ("cuda", "mps") if getattr(torch, name).is_available())]
    image = draw(EXAMPLES[8]["strokes"])
    for name in there:
        on_device = Recognizer.from_pretrained("textbook", device=name)
        assert next(on_device.weights.model.parameters()).device.type == name
        for reading in (on_device.read(image), *on_device.read_many([image, image])):
            np.testing.assert_allclose(reading.probabilities, reader.read(image).probabilities, atol=1e-4)
    for name in ({"cuda", "mps"} - set(there)) | {"meta", "abacus"}:
        with pytest.raises(ValueError, match=f"^device '{name}' is not available: here there is cpu"):
            Recognizer.from_pretrained("textbook", device=name)


def test_torch_hub_loads_the_networks_and_the_reader(reader):
    """From a clone of the repository."""
    model: Any = torch.hub.load(str(ROOT), "lenet5", source="local", variant="tutorial")
    assert model.variant == "tutorial"
    loaded: Any = torch.hub.load(str(ROOT), "recognizer", source="local")
    image = draw(EXAMPLES[5]["strokes"])
    assert loaded.read(image) == reader.read(image)
    with pytest.raises(ValueError, match=r"^unknown variant 'resnet', expected one of textbook, tutorial, original$"):
        torch.hub.load(str(ROOT), "lenet5", source="local", variant="resnet")


def test_threads_share_one_reader(reader):
    """Eight threads at once get the same readings as one."""
    images = [draw(example["strokes"]) for example in EXAMPLES]
    expected = [reader.read(image).probabilities for image in images]
    with ThreadPoolExecutor(8) as pool:
        concurrent = [reading.probabilities for reading in pool.map(reader.read, 4 * images)]
    assert concurrent == 4 * expected


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

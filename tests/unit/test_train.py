"""python -m train on small data: what it writes, what it rejects, that the network learns."""

import contextlib
import io
import json
import os

import pytest
import torch
from PIL import Image
from safetensors.torch import load, load_file

import train.options
from harness.drawings import EXAMPLES, draw
from lenet import Recognizer
from lenet.extras.files import EXTRAS
from lenet.extras.load import load_extra
from lenet.rejection import energy
from tests.fixtures.plots import without_plots
from train.__main__ import main
from train.calibrate import calibrate, scores_of
from train.data import pen_digits
from train.data.corpus import load_corpus
from train.data.mnist import load_mnist, split
from train.plots import draw_curves
from train.recipe import Recipe
from train.run_folder import write_summary

SMALL = (
    *("--validation-size", 50, "--batch-size", 32, "--copies", 1),
    *("--outliers", 50, "--styles", 30, "--device", "cpu"),
)


@pytest.fixture(scope="module")
def run(small_data, tmp_path_factory):
    """A complete small run: the folder, and what was printed to stdout and stderr."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    arguments = ("--data-dir", small_data, "--output", folder, *SMALL, "--epochs", 3)
    printed, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
        assert main([*map(str, arguments)]) == 0
    return folder, printed.getvalue(), errors.getvalue()


def test_a_run_folder_is_complete(run):
    """Weights, configuration, metrics, plots and files for the page; neither a checkpoint nor temporary files."""
    folder, printed, errors = run
    plots = {"curves.png", "confusion.png", "misread.png", "reliability.png", "rejections.png"}
    files = {"model.safetensors", "config.json", "metrics.json", *EXTRAS}
    assert {path.name for path in folder.iterdir()} == files | plots
    for name in plots:
        with Image.open(folder / name) as plot:
            assert min(plot.size) > 80
    parts = "250 MNIST images, 67 renderings of pen digits, 30 digits in rare styles, 50 outliers; 66 images held out"
    assert f"{parts} for validation" in printed
    assert printed.count("validation loss") == 3
    assert "MNIST test, 100 images: " in printed
    assert errors == ""


def test_the_curves_of_a_single_epoch_are_drawn(run, tmp_path):
    """As points: there is no line."""
    history = json.loads((run[0] / "metrics.json").read_text())["history"]
    draw_curves(tmp_path / "curves.png", history[:1])
    with Image.open(tmp_path / "curves.png") as plot:
        assert min(plot.size) > 80


def test_the_files_for_the_page_fit_the_weights(run, small_data):
    """The page accepts them; the neighbors are digits of the training part, not of the one held out."""
    folder, *_ = run
    weights = Recognizer.from_pretrained(folder).weights
    content = {name: load_extra(weights, name) for name in EXTRAS}
    training, held_out = split(load_mnist(small_data, train=True), 50, 0)
    images = {bytes(image.flatten()) for image in load(content["neighbors.safetensors"])["images"]}
    assert images <= {bytes(image[0, 2:-2, 2:-2].flatten()) for image in training.images}
    assert images.isdisjoint({bytes(image[0, 2:-2, 2:-2].flatten()) for image in held_out.images})
    last = load(content["snapshots.safetensors"])
    final = load_file(folder / "model.safetensors")
    steps = 3 * -(-(250 + 67 + 30 + 50) // 32)
    for name, value in final.items():
        assert torch.equal(last[f"{steps}.{name}"], value.half())


def test_the_metrics_are_those_of_the_weights(run, small_data):
    """The test error in metrics.json is the same as that of the saved weights, computed independently."""
    folder, *_ = run
    metrics = json.loads((folder / "metrics.json").read_text())
    reader = Recognizer.from_pretrained(folder)
    test = load_mnist(small_data, train=False)
    with torch.inference_mode():
        scores = reader.weights.model(test.images / 255)
    assert metrics["test"]["images"] == 100
    assert metrics["test"]["errors"] == int((scores.argmax(1) != test.labels).sum())
    assert metrics["test"]["error"] == metrics["test"]["errors"] / 100
    log_p = (scores.double() / reader.weights.calibration.temperature).log_softmax(1)[torch.arange(100), test.labels]
    assert metrics["test"]["loss"] == pytest.approx(float(-log_p.mean()), abs=1e-4)
    assert metrics["validation"].keys() == {"images", "errors", "error", "uncalibrated_loss"}
    assert metrics["validation"]["images"] == 50
    assert metrics["validation"]["error"] == metrics["validation"]["errors"] / 50
    assert metrics["validation"]["uncalibrated_loss"] == pytest.approx(metrics["history"][-1]["validation_loss"])
    assert metrics["validation_strokes"]["images"] == 16  # every tenth of 75 digits, with two pens
    assert metrics["images"] == {
        "mnist": 250,
        "strokes": 67,
        "styles": 30,
        "outliers": 50,
        "mnist_validation": 50,
        "stroke_validation": 16,
    }
    assert (metrics["epochs"], metrics["seed"], metrics["dry_run"], metrics["processes"]) == (3, 0, False, 1)
    assert metrics["recipe"]["batch_size"] == 32
    assert len(metrics["history"]) == 3
    assert metrics["versions"]["torch"] == torch.__version__
    assert metrics["hardware"]["cores"] == os.cpu_count()
    assert metrics["seconds"] > 0


def test_the_run_is_calibrated_on_the_validation_data(run, small_data):
    """The temperature and energy in config.json are computed from the validation parts of MNIST and the pen digits."""
    folder, *_ = run
    reader = Recognizer.from_pretrained(folder)
    held_out = load_corpus(small_data, Recipe(validation_size=50, copies=1, styles=30, outliers=50)).validation
    scores = scores_of(reader.weights.model, held_out)
    again = calibrate(scores, held_out.labels)
    assert reader.weights.calibration.temperature == again.temperature != 1
    assert reader.weights.calibration.max_energy == pytest.approx(again.max_energy, abs=1e-3)
    assert sum(energy(scores) > reader.weights.calibration.max_energy) == 1  # of 66: the least that a limit can refuse


def test_the_network_is_normalized_with_the_mean_and_std_of_mnist(run, small_data):
    """Those in config.json are of MNIST's training part, padded; preprocessing makes all images similar to it."""
    folder, *_ = run
    config = json.loads((folder / "config.json").read_text())
    images = split(load_mnist(small_data, train=True), 50, 0)[0].images.double() / 255
    assert config["mean"] == pytest.approx(float(images.mean()), abs=1e-4)
    assert config["std"] == pytest.approx(float(images.std()), abs=1e-4)
    assert config["variant"] == "textbook"


def test_the_network_learns(run):
    """Three short epochs reduce the loss by a third, and the error to less than 50 %."""
    history = json.loads((run[0] / "metrics.json").read_text())["history"]
    assert history[-1]["training_loss"] < 0.67 * history[0]["training_loss"]
    assert history[-1]["validation_error"] < 0.5


@without_plots()
def test_a_dry_run_is_complete(small_data, tmp_path, capsys, monkeypatch):
    """One epoch on a part of the data writes all files, is marked as a dry run, and can be used to read digits."""
    monkeypatch.setattr(train.options, "DRY_RUN_IMAGES", 40)
    out = tmp_path / "dry"
    arguments = ("--data-dir", small_data, "--output", out, "--validation-size", 50, "--copies", 1, "--dry-run")
    assert main([*map(str, arguments)]) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["dry_run"] is True
    assert metrics["epochs"] == 1
    assert metrics["images"]["styles"] == metrics["images"]["outliers"] == 40
    assert Recognizer.from_pretrained(out).read(draw(EXAMPLES[1]["strokes"])).digit in (None, *range(10))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("variant", ["tutorial", "original"])
@without_plots()
def test_the_other_networks_are_trained_by_the_same_command(small_data, tmp_path, variant):
    """With the recipe `sprint`, on MNIST alone; the folder contains the requested network."""
    out = tmp_path / "run"
    options = ("--validation-size", 50, "--recipe", "sprint", "--epochs", 1, "--variant", variant)
    assert main([*map(str, ("--data-dir", small_data, "--output", out, *options))]) == 0
    assert Recognizer.from_pretrained(out).weights.model.variant == variant
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["images"] == {
        "mnist": 250,
        "strokes": 0,
        "styles": 0,
        "outliers": 0,
        "mnist_validation": 50,
        "stroke_validation": 0,
    }
    assert "validation_strokes" not in metrics


@without_plots()
def test_no_strokes_needs_no_strokes(small_data, tmp_path, error_of, monkeypatch):
    """Without pen digits the message names the option, which works; it cannot be combined with --copies."""
    monkeypatch.setattr(pen_digits, "URLS", ("http://127.0.0.1:9/digits.zip",))
    (tmp_path / "MNIST").symlink_to(small_data / "MNIST")
    small = ("--data-dir", tmp_path, "--validation-size", 50, "--outliers", 20, "--styles", 20, "--epochs", 1)
    assert "or train with --no-strokes" in error_of(*small, "--output", tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert "cannot be combined" in error_of(*small, "--output", tmp_path / "run", "--no-strokes", "--copies", 2)
    assert main([*map(str, small), "--output", str(tmp_path / "run"), "--no-strokes"]) == 0
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["recipe"]["copies"] == 0


def test_a_run_is_never_overwritten(run, small_data, error_of):
    """A folder that contains a run is rejected before the training, with --resume as well."""
    folder, *_ = run
    before = {path: path.read_bytes() for path in folder.iterdir()}
    for more in ((), ("--resume",)):
        said = error_of("--data-dir", small_data, "--output", folder, *more)
        assert "already contains a run" in said
    assert before == {path: path.read_bytes() for path in folder.iterdir()}


def test_an_output_that_cannot_be_written_is_reported_before_the_training(small_data, tmp_path, error_of):
    """For example, because a file has the name of the folder."""
    (tmp_path / "file").touch()
    assert "Not a directory" in error_of("--data-dir", small_data, "--output", tmp_path / "file" / "run")


def test_damaged_data_is_reported_in_one_line(small_data, tmp_path, error_of):
    """The command names the files and exits with code 2."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (small_data / "MNIST" / "raw").iterdir():
        (raw / path.name).write_bytes(path.read_bytes()[:-5])
    said = error_of("--data-dir", tmp_path, "--output", tmp_path / "run")
    assert len(said.splitlines()) == 1
    assert "damaged" in said
    assert not (tmp_path / "run").exists()


@without_plots()
def test_several_seeds_are_summarized(small_data, tmp_path, error_of):
    """There is a folder for each seed; mean and standard deviation are the same as computed by hand."""
    recipe = ("--validation-size", 50, "--no-strokes", "--outliers", 20, "--styles", 20, "--epochs", 1)
    arguments = ("--data-dir", small_data, "--output", tmp_path, *recipe, "--batch-size", 32, "--seed", 5, "--seeds", 2)
    assert main([*map(str, arguments)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"seed-5", "seed-6", "seeds.json", "summary.json"}
    metrics = [json.loads((tmp_path / f"seed-{seed}" / "metrics.json").read_text()) for seed in (5, 6)]
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["seeds"] == [m["seed"] for m in metrics] == [5, 6]
    for name, part in (("test_error", "test"), ("validation_error", "validation")):
        a, b = (m[part]["error"] for m in metrics)
        assert summary[name]["values"] == [a, b]
        assert summary[name]["mean"] == pytest.approx((a + b) / 2)
        assert summary[name]["standard_deviation"] == pytest.approx(abs(a - b) / 2**0.5)
    one, other = (load_file(tmp_path / f"seed-{seed}" / "model.safetensors") for seed in (5, 6))
    assert not any(torch.equal(one[name], other[name]) for name in one if name.endswith("weight"))
    for more in ((), ("--resume",)):
        assert "already contains a run" in error_of(*arguments, *more)


def test_the_summary_has_the_drawings_of_all_runs(tmp_path, capsys):
    """Means by hand; the metrics of drawings only if each run was evaluated on them."""
    runs = []
    for seed, x in ((0, 0.5), (1, 0.25)):
        part = {"error": 1 - x, "accuracy": x, "answered_correctly": x / 2}
        plain = {"plain": {"outlier_rejection_rate": x}}
        metrics = {"seed": seed, "seconds": 1, "test": part, "validation": part, "sketches": part, "nondigits": plain}
        runs.append(tmp_path / str(seed))
        runs[-1].mkdir()
        (runs[-1] / "metrics.json").write_text(json.dumps(metrics))
    write_summary(tmp_path, runs)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert {name: part["mean"] for name, part in summary.items() if name != "seeds"} == {
        "test_error": 0.625,
        "test_answered_correctly": 0.1875,
        "validation_error": 0.625,
        "seconds": 1,
        "sketches_accuracy": 0.375,
        "sketches_answered_correctly": 0.1875,
        "plain_outlier_rejection_rate": 0.375,
    }
    assert "2 seeds: MNIST test error 62.500% +- 17.678% (50.00%, 75.00%)" in capsys.readouterr().out
    (runs[1] / "metrics.json").write_text(json.dumps({**metrics, "nondigits": {}}))
    write_summary(tmp_path, runs)
    assert "plain_outlier_rejection_rate" not in json.loads((tmp_path / "summary.json").read_text())

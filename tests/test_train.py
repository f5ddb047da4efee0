"""python -m train on small data, as a person runs it: what it writes, what it refuses, that it learns."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from lenet import NETWORKS, LeNet5, Recognizer
from tests.browser import ROOT
from tests.conftest import EXAMPLES, draw
from train.__main__ import main
from train.augment import Distortion
from train.data import Digits, load_mnist, split
from train.loop import RATES, Recipe, Score, fit, initialise, moving_average, one_cycle, score


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "train", *map(str, arguments)]


def train(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def refused(capsys):
    """Call the command in this process and return what it said on stderr; it must end with exit code 2."""

    def call(*arguments) -> str:
        try:
            code = main([*map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        assert code == 2
        return capsys.readouterr().err

    return call


@pytest.fixture(scope="module")
def run(small_mnist, tmp_path_factory):
    """A whole small run: the folder and what was printed."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    arguments = ("--data-dir", small_mnist, "--output", folder, "--validation", 50, "--epochs", 3, "--batch-size", 16)
    done = train(*arguments, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    return folder, done, arguments


def test_a_run_folder_is_whole(run):
    """Weights, configuration, figures and curves, and no half file."""
    folder, done, _ = run
    names = {"model.safetensors", "config.json", "metrics.json", "curves.png"}
    assert {path.name for path in folder.iterdir()} == names
    with Image.open(folder / "curves.png") as curves:
        assert curves.size[0] > 600
    assert "test: " in done.stdout
    assert done.stdout.count("validation loss") == 3


def test_the_figures_are_those_of_the_weights(run, small_mnist):
    """The test error in metrics.json is what the written weights get on the test digits, counted anew."""
    folder, _, _ = run
    metrics = json.loads((folder / "metrics.json").read_text())
    model = Recognizer.from_pretrained(folder).model
    test = load_mnist(small_mnist, train=False)
    with torch.inference_mode():
        logits = model(test.pictures / 255)
    assert metrics["test"]["images"] == 100
    assert metrics["test"]["wrong"] == int((logits.argmax(1) != test.labels).sum())
    assert metrics["test"]["error"] == metrics["test"]["wrong"] / 100
    log_p = logits.double().log_softmax(1)[torch.arange(100), test.labels]
    assert metrics["test"]["loss"] == pytest.approx(float(-log_p.mean()), abs=1e-4)
    assert metrics["validation"]["images"] == 50
    assert (metrics["epochs"], metrics["seed"], metrics["dry_run"]) == (3, 0, False)
    assert metrics["recipe"]["batch_size"] == 16
    assert len(metrics["history"]) == 3
    assert metrics["versions"]["torch"] == torch.__version__
    assert metrics["hardware"]["cores"] == os.cpu_count()
    assert metrics["seconds"] > 0


def test_the_network_normalises_with_the_training_images_own_figures(run, small_mnist):
    """mean and std in config.json are of the training part's padded pictures."""
    folder, _, _ = run
    config = json.loads((folder / "config.json").read_text())
    pictures = split(load_mnist(small_mnist, train=True), 50, 0)[0].pictures.double() / 255
    assert config["mean"] == pytest.approx(float(pictures.mean()), abs=1e-4)
    assert config["std"] == pytest.approx(float(pictures.std()), abs=1e-4)
    assert config["variant"] == "text"


def test_it_learns(run):
    """Three short epochs bring the loss down by a third and the error under chance by far."""
    history = json.loads((run[0] / "metrics.json").read_text())["history"]
    assert history[-1]["training_loss"] < 0.67 * history[0]["training_loss"]
    assert history[-1]["validation_error"] < 0.5


def test_the_same_seed_gives_the_same_weights(run, tmp_path):
    """Bit for bit on one machine; another seed gives others."""
    folder, _, arguments = run
    first = load_file(folder / "model.safetensors")
    for seed, same in ((0, True), (1, False)):
        again = tmp_path / str(seed)
        arguments = list(arguments)
        arguments[3] = again
        assert train(*arguments, "--seed", seed, "--device", "cpu").returncode == 0
        tensors = load_file(again / "model.safetensors")
        assert all(torch.equal(first[name], tensors[name]) for name in first) is same


def test_a_dry_run_goes_all_the_way(small_mnist, tmp_path):
    """One epoch on a part of the data writes everything, marked as a dry run, and can be read with."""
    out = tmp_path / "dry"
    done = train("--data-dir", small_mnist, "--output", out, "--validation", 50, "--dry-run")
    assert done.returncode == 0, done.stderr
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["dry_run"] is True
    assert metrics["epochs"] == 1
    assert Recognizer.from_pretrained(out).read(draw(EXAMPLES[1]["strokes"])).digit in range(10)


@pytest.mark.parametrize("variant", ["code", "1998"])
def test_the_other_networks_learn_too(small_mnist, variant):
    """Each by its own loss and rate: a few epochs bring the loss down and the error under chance by far."""
    training, validation = split(load_mnist(small_mnist, train=True), 50, 0)
    torch.manual_seed(0)
    model = NETWORKS[variant](*training.mean_and_std())
    initialise(model)
    rate = RATES[variant] / 4  # for steps of 16 pictures in place of 64
    recipe = Recipe(variant=variant, peak_rate=rate, epochs=10, batch_size=16, validation=50, average=0.9)
    averaged, history = fit(model, training, validation, recipe, progress=False)
    assert history[-1]["training_loss"] < 0.5 * history[0]["training_loss"]
    assert score(averaged, validation).error < 0.5
    assert averaged.variant == variant


def test_a_run_is_never_overwritten(run, small_mnist, refused):
    """A folder that holds a run is refused before anything is trained."""
    folder, _, _ = run
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert "there is a run in it already" in refused("--data-dir", small_mnist, "--output", folder)
    assert before == {path: path.read_bytes() for path in folder.iterdir()}


def test_an_output_that_cannot_be_written_is_told_at_once(small_mnist, tmp_path, refused):
    """Not after the training."""
    (tmp_path / "file").touch()
    assert "Not a directory" in refused("--data-dir", small_mnist, "--output", tmp_path / "file" / "run")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "0"), "epochs must be at least 1"),
        (("--epochs", "many"), "invalid int value"),
        (("--batch-size", "-1"), "batch_size must be at least 1"),
        (("--warm-up", "1"), "warm_up must be from 0 to below 1"),
        (("--momentum", "0"), "momentum must be above 0 and below 1"),
        (("--weight-decay", "nan"), "weight_decay must be 0 or more"),
        (("--seed", "99999999999999999999"), "seed must be from 0"),
        (("--peak-rate", "1e38", "--validation", "50", "--epochs", "1"), "no longer finite in epoch 1"),
        (("--peak-rate", "-1"), "peak_rate must be above 0"),
        (("--variant", "2012"), "variant must be one of text, code, 1998"),
        (("--device", "abacus"), "there are auto, cuda, mps and cpu"),
        (("--validation", "300"), "leaves none of the 300 training images"),
    ],
)
def test_bad_arguments_are_named(small_mnist, tmp_path, refused, arguments, message):
    """Exit code 2 and a line that names the argument; nothing is written."""
    assert message in refused("--data-dir", small_mnist, "--output", tmp_path / "run", *arguments)
    assert not (tmp_path / "run").exists()


def test_damaged_data_end_with_one_line(small_mnist, tmp_path):
    """The command says which files, and exits with 2."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (small_mnist / "MNIST" / "raw").iterdir():
        (raw / path.name).write_bytes(path.read_bytes()[:-5])
    done = train("--data-dir", tmp_path, "--output", tmp_path / "run")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "damaged" in done.stderr


def test_an_interrupt_leaves_no_half_run(small_mnist, tmp_path):
    """Ctrl+C in the middle: one line, no weights."""
    out = tmp_path / "run"
    process = subprocess.Popen(
        command("--data-dir", small_mnist, "--output", out, "--validation", 50, "--epochs", 1000),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for line in process.stdout:
        if line.startswith("epoch   2"):
            break
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == "train: interrupted; nothing was written"
    assert not out.exists()


def test_score_counts_what_a_person_counts():
    """Two of three wrong, and the mean of the three losses."""

    class Fixed(torch.nn.Module):
        def forward(self, ink):
            return torch.eye(10)[[1, 2, 3]] * 2.0

    digits = Digits(torch.zeros(3, 1, 32, 32, dtype=torch.uint8), torch.tensor([1, 0, 0]))
    result = score(Fixed(), digits)
    norm = torch.tensor(float(torch.e) ** 2 + 9).log()
    assert (result.images, result.wrong) == (3, 2)
    assert result.loss == pytest.approx(float((norm - 2 + norm + norm) / 3), abs=1e-5)
    assert result == Score(3, 2, result.loss)


@pytest.mark.parametrize("warm_up", [0, 0.125, 0.15, 0.99])
@pytest.mark.parametrize("steps", [1, 8, 1000])
def test_the_rate_goes_up_to_its_peak_and_down_to_nothing(steps, warm_up):
    """Never above the peak, never below zero, highest where the warm-up ends, lowest at the end."""
    rates = [one_cycle(steps, warm_up)(step) for step in range(steps)]
    assert all(0 < rate <= 1 for rate in rates)
    peak = max(range(steps), key=rates.__getitem__)
    assert peak == pytest.approx(warm_up * steps, abs=1)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    if steps == 1000 and warm_up < 0.5:
        assert rates[-1] < 1e-4
        assert rates[peak] > 0.99


def test_moving_average_forgets_the_start():
    """After n steps the decay is (1 + n) / (10 + n) until it reaches its value."""
    averaged, current = [torch.zeros(1)], [torch.ones(1)]
    moving_average(0.999)(averaged, current, 0)
    assert float(averaged[0]) == pytest.approx(0.9)
    averaged = [torch.zeros(1)]
    moving_average(0.5)(averaged, current, 1_000)
    assert float(averaged[0]) == pytest.approx(0.5)


def test_fit_learns_drawn_digits_by_heart(small_mnist):
    """With no distortion and steps enough the network gets nearly every small digit right."""
    training, validation = split(load_mnist(small_mnist, train=True), 50, 0)
    torch.manual_seed(0)
    model = LeNet5(*training.mean_and_std())
    initialise(model)
    recipe = dataclasses.replace(
        Recipe(epochs=8, batch_size=16, validation=50, average=0.9), distortion=Distortion(0, 0, 0, 0, 0)
    )
    averaged, history = fit(model, training, validation, recipe, progress=False)
    assert score(averaged, training).wrong <= 2
    assert score(averaged, validation).wrong <= 5
    assert [row["epoch"] for row in history] == list(range(1, 9))

"""Interrupted runs: crashes at three points, a full disk, resumed with other arguments or from a damaged file."""

import io
import json
import os
import pickle
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import train.run
from tests.fixtures.plots import without_plots
from tests.small_data import write_small_mnist, write_small_strokes
from train.__main__ import main
from train.engine.checkpoint import CHECKPOINT, CheckpointError, load_checkpoint, save_checkpoint
from train.hashed_file import write_hashed

RECIPE = (
    *("--validation-size", 200, "--batch-size", 100, "--outliers", 20, "--copies", 1, "--styles", 10),
    *("--epochs", 3, "--device", "cpu"),
)
LONG = (*RECIPE, "--epochs", 400)  # for runs that must not end by themselves
CPU = torch.device("cpu")


@pytest.fixture(scope="module", autouse=True)
def no_plots():
    with without_plots():
        yield


def state_of(folder: Path) -> dict:
    """What its checkpoint holds."""
    state = load_checkpoint(folder, CPU)
    assert state is not None
    return state


class Crash(BaseException):
    """Ends a run as a kill does: nothing handles it."""


def run(*arguments) -> int:
    return main([*map(str, arguments)])


def crash(monkeypatch, target, name: str, call: int, *arguments) -> None:
    """Run the command, which crashes instead of calling `target.name` for the given time."""
    function, calls = getattr(target, name), []

    def crashing(*args, **options):
        calls.append(args)
        if len(calls) == call:
            raise Crash
        return function(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(target, name, crashing)
        with pytest.raises(Crash):
            run(*arguments)


def history(folder: Path) -> list[dict]:
    return [{**row, "seconds": None} for row in json.loads((folder / "metrics.json").read_text())["history"]]


@pytest.fixture(scope="module")
def whole(small_data, tmp_path_factory):
    """An uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert run("--data-dir", small_data, "--output", folder, *RECIPE) == 0
    return folder


@pytest.fixture(scope="module")
def stopped(small_data, tmp_path_factory):
    """A run that crashed after three epochs."""
    folder = tmp_path_factory.mktemp("stopped") / "run"
    with pytest.MonkeyPatch.context() as patch:
        crash(patch, train.run, "save_checkpoint", 4, "--data-dir", small_data, "--output", folder, *LONG)
    assert [path.name for path in folder.iterdir()] == [CHECKPOINT]
    return folder


@pytest.fixture
def copy(stopped, tmp_path):
    """A copy of the interrupted run."""
    return shutil.copytree(stopped, tmp_path / "run")


POINTS = {  # where, and what is in the folder then
    "before a checkpoint": (train.run, "save_checkpoint", 2, {CHECKPOINT}),
    "while a checkpoint is written": (os, "fsync", 2, {CHECKPOINT}),
    "between the weights and the evaluation": (train.run, "evaluate", 1, {CHECKPOINT, "model.safetensors"}),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_run_survives_a_crash(whole, small_data, tmp_path, monkeypatch, point):
    """Resumed, it ends with the files of an uninterrupted run, the same weights and the same history."""
    folder = tmp_path / "run"
    target, name, call, there = POINTS[point]
    arguments = ("--data-dir", small_data, "--output", folder, *RECIPE)
    crash(monkeypatch, target, name, call, *arguments)
    assert {path.name for path in folder.iterdir()} >= there
    if name == "fsync":
        (folder / f"{CHECKPOINT}.1-1.part").write_bytes(b"half of the next one, as a kill leaves it")
    assert run("--data-dir", small_data, "--output", folder, "--resume") == 0
    for file in ("model.safetensors", "config.json"):
        assert (folder / file).read_bytes() == (whole / file).read_bytes()
    assert history(folder) == history(whole)
    metrics, same = (json.loads((path / "metrics.json").read_text()) for path in (folder, whole))
    assert metrics["test"] == same["test"]
    assert metrics["seconds"] > 0
    assert {path.name for path in folder.iterdir()} == {path.name for path in whole.iterdir()}


def test_a_full_disk_ends_with_one_line(small_data, copy, error_of, capsys):
    """The file is named, the exit code is 2, and the last checkpoint can still be loaded."""
    before = (copy / CHECKPOINT).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may grow beyond 400 kB, which simulates a full disk; the checkpoint is larger.
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, limits[1]))
    try:
        assert run("--data-dir", small_data, "--output", copy, "--resume") == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    printed = capsys.readouterr()
    assert printed.err == f"train: {copy / CHECKPOINT}: File too large\n"
    assert "; resuming after epoch 3" in printed.out
    assert [path.name for path in copy.iterdir()] == [CHECKPOINT]
    assert (copy / CHECKPOINT).read_bytes() == before
    assert len(state_of(copy)["trainer"]["history"]) == 3


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _without_weights(path: Path) -> dict:
    state = state_of(path.parent)
    return {**state, "trainer": {**state["trainer"], "model": {}}}


def _without_names(path: Path) -> None:
    content = io.BytesIO()
    torch.save([1], content)
    write_hashed(path, content.getvalue())


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-100]),
    "truncated to 20 bytes": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "garbage": lambda path: path.write_bytes(np.random.default_rng(0).bytes(5_000)),
    "a bit flipped": _flipped,
    "another program's": lambda path: torch.save({"origin": {}}, path),
    "not a dict": _without_names,
    "nothing of a run": lambda path: save_checkpoint(path.parent, {}),
    "an object": lambda path: save_checkpoint(path.parent, {"a": Path("x")}),
    "another origin": lambda path: save_checkpoint(path.parent, {"origin": 1, "trainer": {}, "seconds": 1.0}),
    "no weights": lambda path: save_checkpoint(path.parent, _without_weights(path)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_checkpoint_is_reported(small_data, copy, error_of, damage):
    """In one line; nothing is deleted."""
    DAMAGE[damage](copy / CHECKPOINT)
    before = (copy / CHECKPOINT).read_bytes()
    said = error_of("--data-dir", small_data, "--output", copy, "--resume")
    assert f"{copy / CHECKPOINT} is damaged" in said
    assert len(said.splitlines()) == 1
    assert [path.name for path in copy.iterdir()] == [CHECKPOINT]
    assert (copy / CHECKPOINT).read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--epochs", 30), f"epochs was {LONG[-1]}, is 30"),
        (("--lr", 0.01), "lr was 0.04, is 0.01"),
        (("--variant", "tutorial"), "variant was textbook, is tutorial"),
        (("--seed", 1, "--outliers", 51), "outliers was 20, is 51, seed was 0, is 1"),
        ((*LONG, "--batch-size", 32), "batch_size was 100, is 32"),
        (("--recipe", "sprint"), "batch_size was 100, is 128"),
        (("--no-strokes",), "copies was 1, is 0"),
        (("--seeds", 2), "seeds was 1, is 2"),
        (("--dry-run", "--epochs", 400), "dry_run was False, is True"),
    ],
)
def test_options_that_contradict_the_run_are_rejected(small_data, copy, error_of, options, message):
    """In one line that names the difference, before the data is read."""
    said = error_of("--data-dir", "nowhere", "--output", copy, *options, "--resume")
    assert f"--output {copy} is of a run with another recipe: " in said
    assert message in said
    assert len(said.splitlines()) == 2  # and the usage
    assert [path.name for path in copy.iterdir()] == [CHECKPOINT]


def test_options_of_the_run_may_be_repeated(small_data, copy, monkeypatch, capsys):
    """The same ones change nothing."""
    crash(monkeypatch, train.run, "save_checkpoint", 1, "--data-dir", small_data, "--output", copy, *LONG, "--resume")
    assert "; resuming after epoch 3" in capsys.readouterr().out


@pytest.mark.parametrize("part", ["MNIST/raw/train-images-idx3-ubyte", "pendigits/pendigits-orig.tra"])
def test_a_run_is_resumed_only_with_the_same_data(copy, tmp_path, error_of, part):
    """A single changed pixel or point of a stroke is detected."""
    write_small_mnist(tmp_path / "data")
    write_small_strokes(tmp_path / "data")
    path = tmp_path / "data" / part
    content = bytearray(path.read_bytes())
    if path.suffix == ".tra":
        content[content.index(b".PEN_DOWN\n") + len(b".PEN_DOWN\n") + 1] = ord("9")  # of a digit for validation
        path.write_bytes(content)
    else:
        for image in range(300):  # in both training and validation
            content[16 + image * 784] ^= 255
        path.write_bytes(content)
    said = error_of("--data-dir", tmp_path / "data", "--output", copy, "--resume")
    assert f"{copy / CHECKPOINT} is of a run with other data than --data-dir contains" in said
    assert len(said.splitlines()) == 1
    assert [path.name for path in copy.iterdir()] == [CHECKPOINT]


def test_resume_requires_output(error_of, small_data):
    """The folder of the interrupted run is not guessed."""
    assert "--resume requires --output" in error_of("--data-dir", small_data, "--resume")


def test_resume_without_a_checkpoint_is_an_error(tmp_path, error_of):
    """It does not start another run, in a folder that exists or not."""
    for folder in (tmp_path, tmp_path / "mistyped"):
        said = error_of("--output", folder, "--resume")
        assert f"--output {folder} has no checkpoint.pt: there is no interrupted run to resume" in said
    assert list(tmp_path.iterdir()) == []


def test_several_seeds_resume_with_the_one_that_was_interrupted(small_data, tmp_path, monkeypatch, error_of, capsys):
    """If the second run crashes, the first stays the same and the second is resumed."""
    arguments = ("--data-dir", small_data, "--output", tmp_path, *RECIPE, "--seeds", 2, "--epochs", 3)
    crash(monkeypatch, train.run, "save_checkpoint", 3 + 2, *arguments)
    first = {path.name: path.read_bytes() for path in (tmp_path / "seed-0").iterdir()}
    assert {path.name for path in tmp_path.iterdir()} == {"seed-0", "seed-1", "seeds.json"}
    assert (tmp_path / "seed-1" / CHECKPOINT).exists()
    assert "continue it with --resume" in error_of(*arguments)
    assert "seeds was 2, is 3" in error_of("--output", tmp_path, "--resume", "--seeds", 3)
    capsys.readouterr()
    assert run("--data-dir", small_data, "--output", tmp_path, "--resume") == 0
    assert capsys.readouterr().out.count("resuming after epoch") == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "seed-0").iterdir()} == first
    assert {path.name for path in (tmp_path / "seed-1").iterdir()} == set(first)
    assert json.loads((tmp_path / "summary.json").read_text())["seeds"] == [0, 1]


def test_a_damaged_list_of_seeds_is_reported(tmp_path, error_of):
    """In one line that says what to do."""
    for content in ("", "[]", "{}", '{"recipe": {"distortion": {}, "width": 3}, "seeds": 2, "dry_run": false}'):
        (tmp_path / "seeds.json").write_text(content)
        said = error_of("--output", tmp_path, "--resume")
        assert said == f"train: {tmp_path / 'seeds.json'} is damaged; delete {tmp_path} to start from the beginning\n"


def test_a_checkpoint_is_loaded_as_it_was_saved(tmp_path):
    """With tensors, numbers, strings, lists and dicts; None if there is none."""
    assert load_checkpoint(tmp_path, CPU) is None
    state = {"a": torch.arange(5.0), "b": [{"epoch": 1, "loss": 0.25, "text": "x", "none": None}], "c": (1, True)}
    save_checkpoint(tmp_path, state)
    save_checkpoint(tmp_path, state)
    loaded = state_of(tmp_path)
    assert torch.equal(loaded.pop("a"), state.pop("a"))
    assert loaded == state
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


def test_every_flipped_bit_of_a_checkpoint_is_detected(tmp_path):
    """Even one of the hash."""
    save_checkpoint(tmp_path, {"a": torch.arange(50.0)})
    whole = (tmp_path / CHECKPOINT).read_bytes()
    for place in range(0, len(whole), 7):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        (tmp_path / CHECKPOINT).write_bytes(content)
        with pytest.raises(CheckpointError, match="damaged"):
            load_checkpoint(tmp_path, CPU)


def test_a_checkpoint_cannot_contain_code(tmp_path):
    """Objects whose unpickling could run code are rejected, even if the hash matches."""
    save_checkpoint(tmp_path, {"a": Path("x")})
    with pytest.raises(CheckpointError, match="does not hold the state of a run") as error:
        load_checkpoint(tmp_path, CPU)
    assert isinstance(error.value.__cause__, pickle.UnpicklingError)

"""Distributed training with torchrun: two processes train the same network as one; only the first prints and writes."""

import json
import signal
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.distributed import run

from tests.processes import LOOPBACK, Forked, free_port
from train.data.pen_digits import FILE
from train.engine.checkpoint import CHECKPOINT, load_checkpoint

# 376 images in batches of 25, an odd number, and a last batch of one image, so that one of the processes has none.
RECIPE = (
    *("--validation-size", 50, "--outliers", 59, "--copies", 1, "--styles", 0),
    *("--batch-size", 25, "--epochs", 2, "--device", "cpu"),
)


@pytest.fixture
def start_two(start):
    """Start the training in two processes, the first and the second of a group, with the variables of torchrun."""

    def call(*arguments) -> list[Forked]:
        group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), **LOOPBACK}
        return [start(*arguments, RANK=rank, LOCAL_RANK=rank, **group) for rank in ("0", "1")]

    return call


def test_torchrun_sets_these_variables(fork, tmp_path):
    """Those of `start_two`, in each of the processes that it starts."""
    group = fork(torchrun, tmp_path, free_port())
    assert group.wait() == 0, group.errors
    assert (tmp_path / "0").read_text() == "0 2 127.0.0.1\n"
    assert (tmp_path / "1").read_text() == "1 2 127.0.0.1\n"


def torchrun(folder: Path, port: int) -> None:
    where = ["--nnodes=1", "--nproc-per-node=2", "--master-addr=127.0.0.1", f"--master-port={port}", "--no-python"]
    script = f'[ "$MASTER_PORT" = {port} ] && echo $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR > "{folder}/$RANK"'
    run.main([*where, "sh", "-c", script])


def test_two_processes_train_the_same_network_as_one(start, start_two, small_data, tmp_path):
    """The weights are equal up to rounding; of the last batch, one process has no image."""
    two, one = tmp_path / "two", tmp_path / "one"
    arguments = ("--data-dir", small_data, *RECIPE)
    alone = start(*arguments, "--output", one)
    together = start_two(*arguments, "--output", two)
    for process in (*together, alone):
        assert process.wait() == 0, process.errors
    tensors, expected = (load_file(folder / "model.safetensors") for folder in (two, one))
    for name, tensor in expected.items():
        torch.testing.assert_close(tensors[name], tensor, atol=1e-5, rtol=0)
    metrics, same = (json.loads((folder / "metrics.json").read_text()) for folder in (two, one))
    assert (metrics["processes"], same["processes"]) == (2, 1)
    assert sum(metrics["images"][part] for part in ("mnist", "strokes", "outliers")) % 25 == 1
    for row, other in zip(metrics["history"], same["history"], strict=True):
        assert row["training_loss"] == pytest.approx(other["training_loss"], rel=1e-5)
        assert row["training_accuracy"] == pytest.approx(other["training_accuracy"], abs=0.005)
    assert {path.name for path in two.iterdir()} == {path.name for path in one.iterdir()}
    assert [path.name for path in tmp_path.iterdir() if path not in (one, two)] == []
    for beginning in ("LeNet-5", "epoch   1", "epoch   2", "MNIST test"):
        assert sum(line.startswith(beginning) for line in together[0].printed.splitlines()) == 1
    assert len(together[0].printed.splitlines()) == len(alone.printed.splitlines())
    assert together[1].printed == ""


@pytest.mark.parametrize("end", ["interrupt", "a process dies"])
def test_an_interrupted_group_leaves_a_checkpoint(start_two, small_data, tmp_path, end):
    """Neither process waits for the other forever; the checkpoint can be loaded, and there are no weights."""
    out = tmp_path / "run"
    first, second = start_two("--data-dir", small_data, *RECIPE, "--output", out, "--epochs", 500)
    first.until("epoch   2")
    if end == "interrupt":  # Ctrl+C reaches both
        first.send_signal(signal.SIGINT)
        second.send_signal(signal.SIGINT)
    else:
        second.send_signal(signal.SIGKILL)
    assert first.wait() != 0
    assert second.wait() != 0
    assert {path.name for path in out.iterdir() if path.suffix != ".part"} == {CHECKPOINT}
    state = load_checkpoint(out, torch.device("cpu"))
    assert state is not None
    assert len(state["trainer"]["history"]) >= 1


def test_a_group_exits_if_data_is_missing(start_two, small_data, tmp_path):
    """One line is printed, by the first; no process waits forever, and no folder remains."""
    (tmp_path / "MNIST").symlink_to(small_data / "MNIST")
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).touch()
    group = start_two("--data-dir", tmp_path, *RECIPE, "--output", tmp_path / "run")
    assert [process.wait() for process in group] == [2, 2]
    first, second = (process.errors.splitlines() for process in group)
    assert [line for line in first if "pendigits-orig.tra has no digits of writers 1 to 25" in line] == first[-1:]
    assert [line for line in (*first, *second) if "Traceback" in line or "Error" in line] == []
    assert not (tmp_path / "run").exists()

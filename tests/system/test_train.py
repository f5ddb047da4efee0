"""python -m train as a process: from its imports to its exit, and Ctrl+C."""

import contextlib
import io
import re
import signal
import subprocess
import sys

import pytest

from harness import ROOT
from tests.fixtures.plots import without_plots
from tests.processes import ONE_THREAD
from train.__main__ import main

SMALL = (
    *("--validation-size", 50, "--batch-size", 64, "--copies", 1),
    *("--outliers", 50, "--styles", 30, "--device", "cpu"),
)


def test_the_command_in_a_new_process_gives_the_same_run(small_data, tmp_path):
    """The same files, lines and, bit for bit, weights as in this process: they depend on the seed alone."""
    here, there = tmp_path / "here", tmp_path / "there"
    arguments = ("--data-dir", small_data, *SMALL, "--epochs", 2, "--output")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), without_plots():
        assert main([*map(str, arguments), str(here)]) == 0
    without = "from runpy import run_module; from tests.fixtures.plots import without_plots\nwith without_plots(): "
    code = f"{without}run_module('train', run_name='__main__', alter_sys=True)"  # as by -m
    train = [sys.executable, "-c", code, *map(str, arguments), there]
    done = subprocess.run(train, cwd=ROOT, capture_output=True, text=True, env=ONE_THREAD)
    assert (done.returncode, done.stderr) == (0, "")
    assert _without_seconds(done.stdout.replace(str(there), str(here))) == _without_seconds(printed.getvalue())
    assert {path.name for path in there.iterdir()} == {path.name for path in here.iterdir()}
    for name in ("model.safetensors", "config.json"):
        assert (there / name).read_bytes() == (here / name).read_bytes()


def _without_seconds(printed: str) -> str:
    return re.sub(r"\b[\d.]+ s\b", "", printed)


@pytest.mark.parametrize(("when", "batch_size"), [("LeNet-5", 1), ("epoch   2", 64)])
def test_ctrl_c_leaves_a_checkpoint(start, small_data, tmp_path, error_of, when, batch_size):
    """One line is printed. There is no checkpoint before the end of the first epoch, and there are no weights."""
    out = tmp_path / "run"
    # With a batch size of 1, the first epoch takes long enough to interrupt it.
    options = (*SMALL, "--data-dir", small_data, "--output", out, "--epochs", 1000, "--batch-size", batch_size)
    process = start(*options)
    process.until(when)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    if when == "LeNet-5":
        assert process.errors.strip() == "train: interrupted; nothing was written"
        assert not out.exists()
    else:
        assert process.errors.strip() == f"train: interrupted; continue with --resume --output {out}"
        assert {path.name for path in out.iterdir() if path.suffix != ".part"} == {"checkpoint.pt"}
        assert "contains an interrupted run; continue it with --resume" in error_of(*options)

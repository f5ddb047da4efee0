"""python -m lenet as a process."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness import ROOT
from harness.drawings import EXAMPLES, draw


def test_a_closed_pipe_is_not_an_error_to_report(tmp_path):
    """As with `| head`: the process ends with exit code 1 and prints nothing."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "seven.png")
    command = [sys.executable, "-m", "lenet", str(tmp_path / "seven.png"), "--json", "--activations"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_a_full_disk_is_one_line(form, tmp_path):
    """With exit code 1."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "seven.png")
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "lenet", str(tmp_path / "seven.png"), form]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.stderr == "python -m lenet: the output cannot be written: No space left on device\n"
    assert done.returncode == 1

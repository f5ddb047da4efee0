"""python -m lenet as a process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from lenet.__main__ import main


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


def write_to(path: str, *arguments: str) -> int:
    """What `python -m lenet` does, with its output in a file that exists."""
    os.dup2(os.open(path, os.O_WRONLY), 1)
    return main([*arguments])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(tmp_path, fork):
    """With exit code 1, whatever the form of the lines."""
    image = str(tmp_path / "seven.png")
    draw(EXAMPLES[7]["strokes"]).save(image)
    line = "python -m lenet: the output cannot be written: No space left on device\n"
    process = fork(write_to, "/dev/full", image, "--csv")
    with open("/dev/full", "w") as full:  # Python ends as well, which writes what is left
        command = [sys.executable, "-m", "lenet", image, "--json"]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, line)
    assert (process.wait(), process.errors) == (1, line)

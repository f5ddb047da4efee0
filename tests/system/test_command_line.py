"""python -m lenet as a process."""

import subprocess
import sys

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

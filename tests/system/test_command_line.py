"""python -m lenet as a process."""

import subprocess
import sys

import pytest
from PIL import Image

from harness import ROOT
from harness.drawings import EXAMPLES, draw


@pytest.fixture
def images(tmp_path) -> dict[str, str]:
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "seven.png")
    draw(EXAMPLES[2]["strokes"]).convert("RGB").save(tmp_path / "two.jpg")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "letter.txt").write_text("a letter")
    content = (tmp_path / "seven.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(content[: len(content) // 2])
    return {path.stem: str(path) for path in tmp_path.iterdir()}


def test_one_line_per_image(images):
    """As a process: the digit and the top 3, or the reason for a rejection; nothing on stderr."""
    command = [sys.executable, "-m", "lenet", images["seven"], images["two"], images["blank"]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    seven, two, blank = done.stdout.splitlines()
    assert seven.startswith(f"{images['seven']}: 7  (7 ")
    assert two.startswith(f"{images['two']}: 2  (2 ")
    assert two.count("%") == 3
    assert "100.0 %" not in done.stdout
    assert " 0.0 %" not in done.stdout
    assert blank == f"{images['blank']}: rejected: blank"


def test_a_closed_pipe_is_not_an_error_to_report(images):
    """As with `| head`: the process ends with exit code 1 and prints nothing."""
    command = [sys.executable, "-m", "lenet", images["seven"], "--json", "--activations"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1

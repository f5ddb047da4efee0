"""python -m lenet, as a person runs it."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from lenet.weights.model import save_model
from tests.browser import ROOT
from tests.conftest import EXAMPLES, draw


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "lenet", *arguments], cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def pictures(tmp_path) -> dict[str, str]:
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "seven.png")
    draw(EXAMPLES[2]["strokes"]).convert("RGB").save(tmp_path / "two.jpg")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "letter.txt").write_text("not a picture")
    whole = (tmp_path / "seven.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    return {path.stem: str(path) for path in tmp_path.iterdir()}


def test_a_line_for_each_picture(pictures):
    """Digit and top 3, or why there is none."""
    done = run(pictures["seven"], pictures["two"], pictures["blank"])
    assert done.returncode == 0, done.stderr
    seven, two, blank = done.stdout.splitlines()
    assert seven.startswith(f"{pictures['seven']}: 7  (7 ")
    assert two.startswith(f"{pictures['two']}: 2  (2 ")
    assert two.count("%") == 3
    assert "100.0 %" not in done.stdout
    assert " 0.0 %" not in done.stdout
    assert blank == f"{pictures['blank']}: no digit: blank"
    assert done.stderr == ""


def test_json_is_what_the_reader_says(pictures, reader):
    """--json gives the reading's own numbers, one object a line."""
    done = run(pictures["seven"], pictures["blank"], "--json", "--activations")
    seven, blank = map(json.loads, done.stdout.splitlines())
    with Image.open(pictures["seven"]) as picture:
        reading = reader.read(picture)
    assert seven["file"] == pictures["seven"]
    assert (seven["digit"], seven["reason"]) == (7, None)
    assert seven["probabilities"] == pytest.approx(reading.probabilities, abs=1e-6)
    assert [digit for digit, _ in seven["top"]] == [digit for digit, _ in reading.top(3)]
    np.testing.assert_allclose(seven["activations"]["c3"], reading.activations["c3"], atol=1e-4)
    assert (blank["digit"], blank["reason"]) == (None, "blank")


def test_json_without_activations_is_short(pictures):
    """The 9,118 values come only when asked for."""
    done = run(pictures["seven"], "--json")
    assert set(json.loads(done.stdout)) == {"file", "digit", "reason", "probabilities", "top"}


@pytest.mark.parametrize(
    ("bad", "reason"), [("letter", "not a picture"), ("cut", "truncated"), ("missing", "No such file or directory")]
)
def test_a_file_that_is_no_picture_does_not_stop_the_others(pictures, bad, reason):
    """One line on stderr, exit code 2, and the good pictures are read all the same."""
    path = pictures.get(bad, "missing.png")
    done = run(path, pictures["seven"])
    assert done.returncode == 2
    assert re.fullmatch(rf"{re.escape(path)}: .*{reason}.*\n", done.stderr)
    assert done.stderr.count(path) == 1
    assert "Traceback" not in done.stderr
    assert ": 7  (" in done.stdout


def test_another_models_folder(pictures, tmp_path, reader):
    """--model reads with the weights of a run; a folder that holds none is named."""
    save_model(reader.model, tmp_path / "run")
    assert ": 7  (" in run(pictures["seven"], "--model", str(tmp_path / "run")).stdout
    done = run(pictures["seven"], "--model", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert f"there is no folder {tmp_path / 'nowhere'}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_picture_of_144_megapixels_is_refused_in_one_line(tmp_path):
    """Neither Pillow's warning nor a traceback."""
    Image.new("1", (12_000, 12_000)).save(tmp_path / "vast.png")
    done = run(str(tmp_path / "vast.png"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "too large" in done.stderr


def test_who_has_seen_enough_is_told_nothing(pictures):
    """A pipe that is closed at its other end, as `head` does, is no error to complain of."""
    command = [sys.executable, "-m", "lenet", pictures["seven"], "--json", "--activations"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1


def test_activations_without_json_is_an_error(pictures):
    """A flag that would do nothing is refused."""
    done = run(pictures["seven"], "--activations")
    assert done.returncode == 2
    assert "--activations needs --json" in done.stderr

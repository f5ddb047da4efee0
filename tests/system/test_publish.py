"""Publish a run, and read with it in another process."""
# ruff: noqa: F811  (fixtures that are imported, and requested by their names)

import json
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.fake_hub.server import Hub
from lenet import Recognizer
from tests.fixtures.plots import without_plots
from tests.fixtures.publishing import DRAWN, FILES, REPO, failure, files_of, hub, publish, run, writes  # noqa: F401
from train.__main__ import main

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def run_python(hub: Hub, folder: Path, *arguments) -> subprocess.CompletedProcess:
    """Run Python in `folder`, with the Hub and its cache in the environment, but no token."""
    environment = {**hub.environment(folder), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=120)


READ = """
import json, sys
from PIL import Image
from safetensors.torch import save
from lenet import Recognizer
reader = Recognizer.from_pretrained(sys.argv[1])
open("again.safetensors", "wb").write(save(reader.weights.model.state_dict()))
reading = reader.read(Image.open(sys.argv[2]))
print(json.dumps([reading.digit, reading.reason, reading.probabilities]))
"""


def test_the_round_trip(hub, small_data, tmp_path, capsys):
    """Trained and published by one process, read by another: the same weights bit for bit, and the same reading."""
    draw(EXAMPLES[3]["strokes"]).save(tmp_path / "3.png")
    run = tmp_path / "run"
    dry = ("--data-dir", small_data, "--output", run, "--validation-size", 50, "--no-strokes", "--dry-run")
    with without_plots():
        assert main([*map(str, dry), "--outliers", "20", "--styles", "20"]) == 0
    capsys.readouterr()
    assert publish(run) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "published: README.md, config.json, confusion.png, 10 more; http" in printed.out
    repository = hub.repositories["model", REPO]
    assert len(repository.commits) == 2  # the Hub's initial commit, and ours
    plots = {"curves.png", "confusion.png", "misread.png", "reliability.png", "rejections.png"}
    assert files_of(hub).keys() == FILES | plots
    assert b"**A dry run**" in files_of(hub)["README.md"]
    assert b"](misread.png)" in files_of(hub)["README.md"]

    assert publish(run, "--revision-tag", "v1") == 0
    assert "nothing has changed, no commit made" in capsys.readouterr().out
    assert len(repository.commits) == 2
    assert repository.tags == {"v1": repository.head["sha"]}

    stranger = tmp_path / "stranger"
    stranger.mkdir()
    read = run_python(hub, stranger, "-c", READ, REPO, tmp_path / "3.png")
    assert (read.returncode, read.stderr) == (0, "")
    ours, theirs = load_file(run / "model.safetensors"), load_file(stranger / "again.safetensors")
    assert ours.keys() == theirs.keys()
    assert all(ours[name].numpy().tobytes() == theirs[name].numpy().tobytes() for name in ours)
    reading = Recognizer.from_pretrained(run).read(draw(EXAMPLES[3]["strokes"]))
    assert json.loads(read.stdout) == [reading.digit, reading.reason, list(reading.probabilities)]

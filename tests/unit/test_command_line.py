"""python -m lenet: called as a function, except where the process is the point."""

import csv
import io
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from harness.drawings import EXAMPLES, draw
from lenet import __version__
from lenet.__main__ import main
from lenet.weights.model import save_model


@pytest.fixture
def images(tmp_path) -> dict[str, str]:
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "seven.png")
    draw(EXAMPLES[2]["strokes"]).convert("RGB").save(tmp_path / "two.jpg")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    (tmp_path / "letter.txt").write_text("a letter")
    content = (tmp_path / "seven.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(content[: len(content) // 2])
    return {path.stem: str(path) for path in tmp_path.iterdir()}


@pytest.fixture(autouse=True)
def _typed(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/lenet/__main__.py"])


def test_one_line_per_image(images, capsys):
    """The digit and the top 3, or the reason for a rejection; nothing on stderr."""
    assert main([images["seven"], images["two"], images["blank"]]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    seven, two, blank = said.out.splitlines()
    assert seven.startswith(f"{images['seven']}: 7  (7 ")
    assert two.startswith(f"{images['two']}: 2  (2 ")
    assert two.count("%") == 3
    assert "100.0 %" not in said.out
    assert " 0.0 %" not in said.out
    assert blank == f"{images['blank']}: rejected: no ink was found"


def test_json_contains_what_the_reader_returns(images, reader, capsys):
    """--json prints one object per line; --activations adds the output of every layer."""
    assert main([images["seven"], images["blank"], "--json", "--activations"]) == 0
    seven, blank = map(json.loads, capsys.readouterr().out.splitlines())
    reading = reader.read(images["seven"])
    assert seven["file"] == images["seven"]
    assert (seven["digit"], seven["reason"]) == (7, None)
    assert seven["probabilities"] == pytest.approx(reading.probabilities, abs=1e-6)
    assert [digit for digit, _ in seven["top"]] == [digit for digit, _ in reading.top(3)]
    np.testing.assert_allclose(seven["activations"]["c3"], reading.activations["c3"], atol=1e-4)
    assert (blank["digit"], blank["reason"]) == (None, "blank")


def test_folders_and_patterns_stand_for_their_images(images, tmp_path, monkeypatch, capsys):
    """In alphabetical order, also in folders below; a file that has such a name is itself."""
    folder = tmp_path / "more"
    folder.mkdir()
    (tmp_path / "seven.png").rename(folder / "SEVEN.PNG")
    (tmp_path / "cut.png").unlink()
    (tmp_path / "two.jpg").rename(tmp_path / "two[1].jpg")
    monkeypatch.chdir(tmp_path)
    for given, shown in (
        (["."], ["./blank.png", "./more/SEVEN.PNG", "./two[1].jpg"]),
        (["**/*.PNG", "two[1].jpg", "*.png"], ["more/SEVEN.PNG", "two[1].jpg", "blank.png"]),
    ):
        assert main(given) == 0
        assert [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()] == shown
    (tmp_path / "empty").mkdir()
    assert main(["*.gif", "empty", "blank.png"]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines() == ["*.gif: No such file or directory", "empty: no image in this folder"]
    assert said.out == "blank.png: rejected: no ink was found\n"


def test_csv_is_a_table(images, reader, capsys):
    """With a header, one line for each image that can be read, and all ten probabilities."""
    assert main([images["seven"], images["letter"], images["blank"], "--csv"]) == 1
    seven, blank = csv.DictReader(capsys.readouterr().out.splitlines())
    assert list(seven) == ["file", "digit", "reason", "number", *(f"p{digit}" for digit in range(10))]
    assert (seven["file"], seven["digit"], seven["reason"], seven["number"]) == (images["seven"], "7", "", "")
    probabilities = [float(seven[f"p{digit}"]) for digit in range(10)]
    assert probabilities == pytest.approx(reader.read(images["seven"]).probabilities, abs=1e-6)
    assert (blank["digit"], blank["reason"]) == ("", "blank")
    with pytest.raises(SystemExit):
        main([images["seven"], "--csv", "--json"])


def test_a_bar_shows_the_progress_where_the_lines_go_to_a_file(images, monkeypatch, capsys):
    """And the terminal shows the bar; it is cleared for a message, and at the end."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main([images["seven"], images["letter"], images["blank"]]) == 1
    said = capsys.readouterr()
    assert "3/3" in said.err or "0/3" in said.err
    assert f"\r{images['letter']}: not an image file" in said.err
    assert len(said.out.splitlines()) == 2
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main([images["seven"], images["blank"]]) == 0
    assert capsys.readouterr().err == ""


def test_a_device_that_is_not_there_is_one_line(images, capsys):
    """With exit code 2, as for weights that cannot be loaded."""
    assert main([images["seven"], "--device", "abacus"]) == 2
    assert capsys.readouterr().err == "python -m lenet: device 'abacus' is not available: here there is cpu\n"


def test_json_is_short_without_activations(images, capsys):
    """The 9,118 values are printed only on request."""
    assert main([images["seven"], "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"file", "digit", "reason", "probabilities", "top", "number"}


def test_an_unreadable_file_does_not_stop_the_others(images, capsys):
    """One line on stderr for each, exit code 1, and the other images are read."""
    for path, reason in (
        (images["letter"], "not an image file"),
        (images["cut"], "damaged PNG image"),
        ("missing.png", "No such file or directory"),
    ):
        assert main([path, images["seven"]]) == 1
        said = capsys.readouterr()
        assert said.err.startswith(f"{path}: {reason}")
        assert said.err.count("\n") == said.err.count(path) == 1
        assert ": 7  (" in said.out


def test_model_names_a_folder(images, tmp_path, reader, capsys):
    """--model reads with the weights of a run; a missing folder is named, with exit code 2."""
    save_model(reader.weights.model, tmp_path / "run")
    assert main([images["seven"], "--model", str(tmp_path / "run")]) == 0
    assert ": 7  (" in capsys.readouterr().out
    assert main([images["seven"], "--model", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err == f"python -m lenet: folder not found: {tmp_path / 'nowhere'}\n"


def test_an_image_of_144_megapixels_is_rejected_in_one_line(tmp_path, capsys):
    """Without Pillow's warning and without decoding it."""
    Image.new("1", (12_000, 12_000)).save(tmp_path / "vast.png")
    assert main([str(tmp_path / "vast.png")]) == 1
    path = tmp_path / "vast.png"
    limit = "image too large: 12000 x 12000 pixels; the limits are 50 million pixels and 20,000 per side"
    assert capsys.readouterr().err == f"{path}: {limit}\n"


def test_activations_requires_json(images, capsys):
    """A flag without effect is an error."""
    with pytest.raises(SystemExit) as exit:
        main([images["seven"], "--activations"])
    assert exit.value.code == 2
    assert "--activations requires --json" in capsys.readouterr().err


def test_an_image_may_come_from_standard_input(images, monkeypatch, capsys):
    """`-` among the images, once."""
    with open(images["two"], "rb") as file:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=file))
        assert main([images["seven"], "-"]) == 0
    seven, two = capsys.readouterr().out.splitlines()
    assert ": 7  (" in seven
    assert two.startswith("-: 2  (")


def test_standard_input_without_an_image_is_reported(monkeypatch, capsys):
    """In one line."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO()))
    assert main(["-"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("-: not an image file")
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["\u4e03.png", "\udcff.png", "a\nb\x1b[31m.png"])
@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_a_name_that_cannot_be_shown_is_escaped(tmp_path, monkeypatch, encoding, name):
    """Of another script, not of the system's encoding, or with control characters: one line, and the reading in it."""
    path = tmp_path / name
    draw(EXAMPLES[7]["strokes"]).save(path)
    screen = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", screen)
    assert main([str(path)]) == 0
    [line] = screen.buffer.getvalue().decode(encoding).splitlines()
    assert ".png: 7  (" in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/a/lenet/__main__.py", "python -m lenet"),
        ("/bin/lenet", "lenet"),
        ("-c", "python -m lenet"),
        ("/a/ipykernel_launcher.py", "lenet"),
    ],
)
def test_messages_have_the_name_that_was_typed(monkeypatch, capsys, typed, shown):
    """As a module, as the command that pip installs, or in a notebook, whose arguments are not meant for it."""
    monkeypatch.setattr(sys, "argv", [typed, "-f", "kernel.json"])
    with pytest.raises(SystemExit):
        main([])
    assert capsys.readouterr().err.startswith(f"usage: {shown} [")


def test_a_notebooks_arguments_are_not_the_commands(monkeypatch, capsys):
    """They are those of its kernel."""
    monkeypatch.setattr(sys, "argv", ["/a/ipykernel_launcher.py", "-f", "kernel.json"])
    with pytest.raises(SystemExit):
        main()
    assert "the following arguments are required: image" in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    """And nothing slow is imported for it."""
    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert (exit.value.code, capsys.readouterr().out) == (0, f"lenet {__version__}\n")


def test_one_thread_reads_and_the_process_keeps_its_own_number(images, monkeypatch, capsys):
    """More of them slow down images as small as these."""
    counts = []
    monkeypatch.setattr("lenet.recognizer.read_row", lambda *_: counts.append(torch.get_num_threads()))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        Image.effect_noise((64, 64), 200).save(images["seven"])
        assert main([images["seven"]]) == 0
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert set(counts) <= {1}

"""The examples read sheets with known answers, and use nothing of the package but its public names."""

import ast
import csv
import io
import re

import pytest
from PIL import Image

import lenet
from examples import form_reader, sudoku_reader
from harness import ROOT
from harness.sheets import FORM, SUDOKU, form, photo, sudoku
from lenet import Recognizer

SCRIPTS = {"form_reader": form_reader, "sudoku_reader": sudoku_reader}
PAGE = (ROOT / "docs/examples.md").read_text()
PHOTOS = [{"angle": 3, "noise": 12}, {"angle": -6, "narrower": 0.05, "light": 0.6}]  # the second from below


@pytest.fixture(scope="module")
def reader() -> Recognizer:
    return Recognizer.from_pretrained()


@pytest.mark.parametrize("look", PHOTOS)
def test_a_form_is_read(look, reader, tmp_path):
    """All fields of all rows, empty ones too."""
    photo(form(), **look).save(tmp_path / "form.jpg", quality=80)
    assert form_reader.read_form(tmp_path / "form.jpg", reader) == FORM


@pytest.mark.parametrize("look", PHOTOS)
def test_a_sudoku_is_read(look, reader, tmp_path):
    """All 81 cells."""
    photo(sudoku(), **look).save(tmp_path / "sudoku.jpg", quality=80)
    cells = sudoku_reader.read_sudoku(tmp_path / "sudoku.jpg", reader)
    assert cells == SUDOKU.replace("\n", "")


def test_the_scripts_print_what_the_docs_show(tmp_path, monkeypatch, capsys):
    """The commands of docs/examples.md with photos of the sheets that the page shows."""
    monkeypatch.chdir(tmp_path)
    photo(form(), angle=-2).save("form.jpg")
    photo(sudoku(), angle=2).save("sudoku.jpg")
    for script in SCRIPTS:
        [(command, shown)] = re.findall(rf"python -m examples.{script} (.*)\n```\n\n```\n([^`]*)```", PAGE)
        SCRIPTS[script].main(command.split())
        printed = capsys.readouterr().out
        assert printed == shown
        assert printed == SUDOKU or list(csv.reader(io.StringIO(printed))) == FORM


@pytest.mark.parametrize("script", SCRIPTS)
def test_other_input_is_explained(script, tmp_path, capsys):
    """By one line, and exit code 2: no such file, no image, no boxes, weights that are not there."""
    (tmp_path / "notes.txt").write_text("no image")
    Image.new("L", (300, 200), 255).save(tmp_path / "empty.png")
    main = SCRIPTS[script].main
    for arguments, expected in (
        (["missing.jpg"], "missing.jpg"),
        (["notes.txt"], "cannot identify image file"),
        (["empty.png"], "found no boxes: expected a photo of"),
        (["empty.png", "--model", str(tmp_path)], "has no config.json: a model folder needs"),
    ):
        with pytest.raises(SystemExit) as exit:
            main([str(tmp_path / arguments[0]), *arguments[1:]])
        assert exit.value.code == 2
        assert expected in capsys.readouterr().err.splitlines()[-1]


def test_a_form_is_no_sudoku(reader, tmp_path):
    """Boxes that are not 9 x 9 cells are refused."""
    photo(form()).save(tmp_path / "form.png")
    with pytest.raises(ValueError, match=r"found no sudoku: expected 9 x 9 cells .* found 23 boxes"):
        sudoku_reader.read_sudoku(tmp_path / "form.png", reader)


@pytest.mark.parametrize("look", PHOTOS)
@pytest.mark.parametrize("place", [(100, 120), (200, 176), (714, 420)], ids=["first", "inner", "last"])
def test_a_gap_in_an_outline_is_told(look, place, reader, tmp_path):
    """Instead of a row with one digit less; where it is."""
    sheet = form()
    x, y = place
    sheet.paste(255, (x - 5, y - 6, x + 5, y + 6))
    photo(sheet, **look).save(tmp_path / "form.png")
    with pytest.raises(ValueError, match=r"^a box has a gap in its outline, \d+ % of the photo's width"):
        form_reader.read_form(tmp_path / "form.png", reader)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_says_what_a_script_does(script, capsys):
    """In the words of its docstring."""
    module = SCRIPTS[script]
    with pytest.raises(SystemExit):
        module.main(["--help"])
    printed = capsys.readouterr().out
    assert " ".join((module.__doc__ or "").split()) in " ".join(printed.split())
    assert "photo or scan" in printed


def test_examples_need_only_public_names():
    """Those of `lenet`; of other packages, NumPy and Pillow are enough."""
    for path in sorted((ROOT / "examples").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "lenet":
                assert {alias.name for alias in node.names} <= set(lenet.__all__), path.name
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert set(names) <= {"argparse", "csv", "sys", "numpy", "PIL", "examples.sheet"}, path.name

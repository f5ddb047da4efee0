"""The pad of a notebook, in Python, without a browser."""

import builtins
import importlib
import re
import sys
from typing import Any

import numpy as np
import pytest
import traitlets

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from lenet import notebook
from lenet.image.decode import gray_and_opacity
from lenet.notebook import Pad, example
from lenet.page.bundle import imported


@pytest.fixture
def pad(reader) -> Pad:
    return Pad(reader)


@pytest.mark.parametrize("digit", [10, -1, "3", None])
def test_there_is_no_example_of_what_is_no_digit(digit):
    with pytest.raises(ValueError, match="from 0 to 9"):
        example(digit)


def test_a_blank_pad_has_a_reading(pad):
    """Of blank paper, as `Recognizer.read` has one."""
    assert pad.reading.reason == "blank"
    assert pad.image.shape == (280, 280)
    assert not pad.image.any()
    assert pad.ink.shape == (32, 32)
    assert list(pad.activations) == ["input", "c1", "s2", "c3", "s4", "c5", "f6", "output"]
    assert pad.strokes == []


def test_a_pad_is_made_of_a_reader():
    """Other arguments are named, with what is expected."""
    wrongs: list[Any] = ["original", 5]
    for wrong in wrongs:
        with pytest.raises(TypeError, match=f"^Pad expects a reader, such as .*, not {wrong!r}$"):
            Pad(wrong)
    with pytest.raises(TypeError, match=r"^Pad has no model, stroke: expected a reader, strokes"):
        Pad(stroke=[], model="original")


@pytest.mark.parametrize("digit", range(10))
def test_strokes_are_read(pad, digit):
    """Those of the page's examples, as dicts of width and points, or as points alone; much as others render them."""
    pad.strokes = example(digit)
    assert pad.reading.digit == digit
    points = [stroke["points"] for stroke in pad.strokes]
    reading = pad.reading
    pad.strokes = [np.array(stroke) for stroke in points]
    assert pad.reading == reading
    page = draw(points)
    assert np.abs(255 - np.asarray(page, int) - pad.image).mean() < 1
    pad.clear()
    assert (pad.reading.reason, pad.strokes) == ("blank", [])


def test_observers_find_what_belongs_together(pad):
    """Who is told of a reading finds image, ink and strokes of the same drawing."""
    seen = []
    pad.observe(lambda change: seen.append((change["new"], pad.image, pad.strokes, pad.ink)), "reading")
    pad.strokes = example(3)
    [(reading, image, strokes, ink)] = seen
    assert reading is pad.reading
    assert image is pad.image
    assert image.any()
    assert strokes == example(3)
    assert ink is not None
    assert (ink == reading.activations["input"][0]).all()


def test_an_image_is_shown_and_read(pad, reader):
    """As the recognizer reads it, within the accuracy of 8 bits, and of the part that has ink; a blank one, too."""
    page = draw(EXAMPLES[5]["strokes"])
    reading = pad.show(page)
    expected = reader.read(page)
    assert reading is pad.reading
    assert reading.digit == expected.digit == 5
    assert reading.probabilities == pytest.approx(expected.probabilities, abs=1e-4)
    assert pad.strokes == []
    assert pad.image.max() == 255
    assert max(pad.image.shape) < 280
    assert pad.show(np.full((28, 28), 255, np.uint8)).reason == "blank"
    row = np.hstack([np.asarray(draw(EXAMPLES[digit]["strokes"])) for digit in (3, 7)])
    assert pad.show(row).number == "37"
    with pytest.raises(ValueError, match="expected a path"):
        pad.show(np.zeros(3))
    assert pad.reading.number == "37"


@pytest.mark.parametrize(
    "strokes",
    [
        5,
        [5],
        [[]],
        [[1, 2]],
        [[(1, 2, 3)]],
        [[(1, float("nan"))]],
        [{"points": [(1, 2)]}],
        [{"width": 0, "points": [(1, 2)]}],
        [{"width": "x", "points": [(1, 2)]}],
        [np.zeros((100_001, 2))],
    ],
)
def test_what_is_no_drawing_is_refused(pad, strokes):
    """With a sentence that says what one is; the drawing stays."""
    pad.strokes = example(1)
    with pytest.raises(traitlets.TraitError, match="expected a list"):
        pad.strokes = strokes
    assert pad.strokes == example(1)
    assert pad.reading.digit == 1


def test_readings_are_only_set_by_drawing(pad):
    """They follow what is on the pad."""
    for name in ("reading", "image"):
        with pytest.raises(traitlets.TraitError):
            setattr(pad, name, getattr(pad, name))
    with pytest.raises(AttributeError):
        pad.ink = pad.ink


def test_the_widget_is_made_of_the_pages_modules():
    """Each is in the bundle once, and none of them loads a file."""
    modules = imported(notebook.MODULES, "notebook/widget.js")
    for part in ("pad/pad.js", "figure/figure.js", "show/prediction.js", "live.js", "network/network.js"):
        assert part in modules
        assert Pad._esm.count(f"// {part}\n") == 1
    assert "start.js" not in modules
    assert "import(" not in Pad._esm
    assert "import.meta" not in Pad._esm
    assert Pad._esm.rstrip().endswith("export default { render };")
    assert Pad._esm.count("export ") == 1  # anywidget warns of others


def test_the_snippets_of_the_docs_run_as_written(tmp_path, monkeypatch, capsys):
    """One after the other, in a folder with the image that is shown."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / "docs/notebook.md").read_text(), re.DOTALL)
    exec("".join(snippets), {})
    assert capsys.readouterr().out == "3\n7\nNone\n"


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch):
    """The error of a package that is missing is an ImportError."""
    find = builtins.__import__

    def without(name, *arguments, **options):
        if name == "anywidget":
            raise ModuleNotFoundError("No module named 'anywidget'", name="anywidget")
        return find(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "lenet.notebook")
    with pytest.raises(ImportError, match=r"needs the package anywidget: pip install anywidget markdown-it-py pyyaml"):
        importlib.import_module("lenet.notebook")


def test_ink_is_what_a_browser_would_send(pad, reader):
    """The ink of strokes is read as opacity, as the page's server reads what it is sent."""
    pad.strokes = example(8)
    transparent = np.dstack([np.zeros((280, 280, 3), np.uint8), pad.image])
    assert gray_and_opacity(transparent)[1] is not None
    assert pad.reading == reader.read(transparent)

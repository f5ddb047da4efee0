"""Rendering: the same images as by drawing dot for dot on the whole page, and the cache of them in the data folder."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenet import preprocess
from tests.small_data import write_small_strokes
from train.data import corpus
from train.data.cache import FOLDER, cached
from train.data.corpus import load_corpus
from train.data.doodles import invent_doodle
from train.data.pen_digits import TRAINING_WRITERS, load_pen_digits, render_pen_digits
from train.data.strokes import PenDrawing, choose_pen, draw_page, render, vary_handwriting
from train.recipe import Recipe

SMALL = Recipe(validation_size=50, copies=1, styles=5, outliers=5)


def drawn_plainly(drawing: PenDrawing) -> np.ndarray:
    """The whole page, larger by the factor of the supersampling, dot for dot."""
    points = np.concatenate(drawing.strokes)
    low, high = points.min(0), points.max(0)
    scale = drawing.size / max(1e-6, float((high - low).max()))
    factor = max(2, min(4, round(8 / drawing.width)))
    page = Image.new("L", (drawing.side * factor, drawing.side * factor), 255)
    pen = ImageDraw.Draw(page)
    for stroke in drawing.strokes:
        path = ((stroke - (low + high) / 2) * scale + drawing.center) * factor
        steps = np.hypot(*np.diff(path, axis=0).T) if len(path) > 1 else np.zeros(0)
        along = np.concatenate([[0], np.cumsum(steps)])
        gap = max(0.2 * drawing.width * factor, 0.7)
        for d in np.linspace(0, along[-1], max(1, math.ceil(along[-1] / gap)) + 1):
            x, y = np.interp(d, along, path[:, 0]), np.interp(d, along, path[:, 1])
            phase = d / (factor * drawing.size)
            r = drawing.width * factor / 2 * (1 + drawing.wave * math.sin(phase * 7 + path[0, 0]))
            gray = 127.5 * drawing.fade * (1 + math.sin(phase * 9 + path[0, 1]))
            pen.ellipse((x - r, y - r, x + r, y + r), fill=int(gray))
    small = np.asarray(page.resize((drawing.side, drawing.side), Image.Resampling.BOX))
    return np.where(small < 100, 0, 255).astype(np.uint8) if drawing.aliased else small


def test_an_image_is_that_of_the_page_drawn_dot_for_dot(small_data):
    """Bit for bit: pens of all widths, large and small pages, faded and aliased, drawings at the border of the page."""
    rng = np.random.default_rng(0)
    digits = load_pen_digits(small_data, TRAINING_WRITERS)
    drawings = [choose_pen(vary_handwriting(digit.strokes, rng), rng) for digit in digits[::5]]
    drawings += [choose_pen(invent_doodle(rng), rng) for _ in range(15)]
    drawings += [PenDrawing(digits[0].strokes, 30, 260, center, 280) for center in ((140, 140), (20, 250), (150, 139))]
    square = [np.array([(0, 0), (9, 0), (9, 9), (0, 9), (0, 1), (8, 1), (8, 8), (1, 8), (1, 2), (7, 2), (7, 7)], float)]
    drawings += [PenDrawing(square, 30, size, (140, 140), 280) for size in range(30, 250, 70)]  # nearly all is ink
    for drawing in drawings:
        page = drawn_plainly(drawing)
        assert np.array_equal(draw_page(drawing), page), drawing
        assert np.array_equal(render(drawing), np.rint(preprocess(page) * 255)), drawing


@pytest.fixture(scope="module")
def rendered(small_data, tmp_path_factory) -> tuple[Path, dict[str, int]]:
    """A data folder with pen digits by few writers and the cache that a first call has left, and what it returned."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "MNIST").symlink_to(small_data / "MNIST")
    write_small_strokes(folder, writers=7)
    return folder, fingerprints(folder)


@pytest.fixture
def first(rendered) -> dict[str, int]:
    return rendered[1]


@pytest.fixture
def data(rendered, tmp_path) -> Path:
    """A copy of the folder."""
    return shutil.copytree(rendered[0], tmp_path / "data", symlinks=True)


@pytest.fixture
def unrendered(monkeypatch):
    """Fail wherever a drawing would be rendered."""

    def fail(*_, **__):
        raise AssertionError("rendered again")

    return lambda: [monkeypatch.setattr(corpus, name, fail) for name in MAKERS]


MAKERS = ("render_pen_digits", "make_styles", "make_outliers")
PARTS = ("strokes", "styles", "outliers", "stroke_validation")


def fingerprints(data_dir, recipe=SMALL, limit=None) -> dict[str, int]:
    return {name: part.fingerprint() for name, part in vars(load_corpus(data_dir, recipe, limit)).items()}


def test_drawings_are_rendered_once(data, first, unrendered):
    """The second call reads what the first has left, a file for each part, and nothing else is in the folder."""
    assert sorted(path.name.rpartition("-")[0] for path in (data / FOLDER).iterdir()) == sorted(PARTS)
    unrendered()
    assert fingerprints(data) == first


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"copies": 2}, {"strokes"}),
        ({"styles": 6}, {"styles"}),
        ({"outliers": 6}, {"outliers"}),
        ({"validation_size": 60}, {"outliers"}),
        ({"seed": 1}, {"strokes", "styles", "outliers"}),
    ],
)
def test_another_recipe_renders_what_depends_on_it(data, change, parts):
    """And what it gives is the same as without a cache."""
    before = set((data / FOLDER).iterdir())
    changed = Recipe(**{"validation_size": 50, "copies": 1, "styles": 5, "outliers": 5, **change})
    second = fingerprints(data, changed)
    assert {path.name.rpartition("-")[0] for path in set((data / FOLDER).iterdir()) - before} == parts
    for path in (data / FOLDER).iterdir():
        path.unlink()
    assert fingerprints(data, changed) == second


def test_other_code_renders_again(data, monkeypatch):
    """Whatever file of this package, or of the preprocessing, has changed."""
    before = set((data / FOLDER).iterdir())
    monkeypatch.setattr("train.data.cache._code", lambda: "other code")
    fingerprints(data)
    assert len(set((data / FOLDER).iterdir()) - before) == len(PARTS)


@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[:-1], lambda c: c[:99] + b"?" + c[100:]])
def test_a_damaged_cache_is_made_again(data, first, damage, capsys):
    """With a line that names the file; afterwards it is whole."""
    (path,) = (data / FOLDER).glob("outliers-*")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert fingerprints(data) == first
    assert capsys.readouterr().out == f"{path} is damaged: its hash does not match; rendering its drawings again\n"
    assert path.read_bytes() == whole


def test_a_data_folder_that_cannot_be_written_is_used_all_the_same(data, capsys):
    """With a line that says what that costs."""
    shutil.rmtree(data / FOLDER)
    (data / FOLDER).touch()
    fingerprints(data)
    said = capsys.readouterr().out.splitlines()
    assert said == [f"{data / FOLDER} cannot be written (File exists): the next run renders the drawings again"] * 4


def test_the_cache_holds_images_and_labels(tmp_path, small_data):
    """As they were made, of the same types."""
    digits = render_pen_digits(load_pen_digits(small_data, range(1, 3)), 1, 0)
    cached(tmp_path, "some", {}, lambda: digits)
    again = cached(tmp_path, "some", {}, lambda: digits[:0])
    assert again.fingerprint() == digits.fingerprint()
    assert (again.images.dtype, again.labels.dtype) == (digits.images.dtype, digits.labels.dtype)
    assert again.images.shape == digits.images.shape

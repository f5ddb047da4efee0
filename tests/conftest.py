"""Shared by several tests: drawn digits, the bundled reader, small data sets, the training command, the running app."""

import asyncio
import contextlib
import functools
import gzip
import io
import json
import struct
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps
from playwright.sync_api import sync_playwright

from lenet import Recognizer
from lenet.weights.model import bundled
from tests.browser import ROOT, free_port, launch, running, running_app

torch.set_num_threads(1)  # more threads would slow down networks and batches as small as these

EXAMPLES = json.loads((ROOT / "lenet/page/static/examples.json").read_text())
# Test error of the bundled weights on MNIST, computed from the number of errors: "0.12 %".
ERROR = f"{json.loads((ROOT / 'lenet/pretrained/textbook/metrics.json').read_text())['test']['errors'] / 100:.2f} %"


def draw(strokes: list, width: int = 20, side: int = 280) -> Image.Image:
    """Strokes on a pad of 280 units as black lines with round ends on white, rendered by Pillow, not a browser."""
    scale = 4 * side / 280
    image = Image.new("L", (4 * side, 4 * side), 255)
    pen = ImageDraw.Draw(image)
    radius = width * scale / 2
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        pen.line(points, fill=0, width=round(2 * radius), joint="curve")
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return image.resize((side, side), Image.Resampling.BOX)


def run_apart(coroutine: Coroutine):
    """The result of a coroutine, in a thread of its own: in this one, Playwright may be running a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def encoded(image: Image.Image, format: str = "PNG", **options) -> bytes:
    """The image as a file."""
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def idx(array: np.ndarray) -> bytes:
    """A uint8 array in the IDX format described at yann.lecun.com/exdb/mnist."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture(scope="session")
def reader() -> Recognizer:
    return Recognizer.from_pretrained()


@pytest.fixture(scope="session")
def small_data(tmp_path_factory) -> Path:
    """A data folder: 300 training and 100 test digits in MNIST's format, and 81 digits as pen strokes by 27 writers."""
    folder = tmp_path_factory.mktemp("data")
    write_small_mnist(folder)
    write_small_strokes(folder)
    return folder


def write_small_mnist(folder: Path, compress: bool = False) -> None:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in _small_mnist().items():
        if compress:
            (raw / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (raw / name).write_bytes(content)


@functools.cache
def _small_mnist() -> dict[str, bytes]:
    """300 training and 100 test images, and their labels, by the name of the file."""
    files = {}
    rng = np.random.default_rng(0)
    for prefix, count in (("train", 300), ("t10k", 100)):
        labels = np.arange(count, dtype=np.uint8) % 10
        images = np.stack([_moved(EXAMPLES[label]["strokes"], rng) for label in labels])
        files[f"{prefix}-images-idx3-ubyte"] = idx(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx(labels)
    return files


def write_small_strokes(folder: Path) -> None:
    """Three digits by each of 27 writers: the page's examples, with a slant that depends on the writer."""
    digits = []
    for writer in range(1, 28):
        for label in (writer % 10, (writer + 3) % 10, (writer + 7) % 10):
            lean = (writer - 14) / 100
            strokes = [
                [(x + lean * (140 - y), 280 - y) for x, y in stroke[::4]] for stroke in EXAMPLES[label]["strokes"]
            ]
            digits.append((label, writer, strokes))
    (folder / "pendigits").mkdir(parents=True)
    (folder / "pendigits" / "pendigits-orig.tra").write_text(unipen(digits))


def unipen(digits: list[tuple[int, int, list]]) -> str:
    """(label, writer, strokes) in the UNIPEN format of UCI's file; y points up."""
    lines = [
        ".INCLUDE        dene.doc",
        "",
        '.LEXICON "0" "1" "2" "3" "4" "5" "6" "7" "8" "9"',
        ".HIERARCHY      DIGIT",
    ]
    for number, (label, writer, strokes) in enumerate(digits):
        lines += ["", f'.SEGMENT DIGIT    {number} ? "{label}"', f".COMMENT {label} {writer:2}  {number:3}"]
        for stroke in strokes:
            lines += [".PEN_DOWN", *(f" {round(x):3}  {round(y):3}" for x, y in stroke), ".PEN_UP", ".DT 100"]
    return "\n".join(lines) + "\n"


NO_DIGITS = {  # strokes on a pad of 280 units: three that do not look like a digit, and one that looks like a 0
    "A": ([[(40, 250), (140, 30), (240, 250)], [(80, 170), (200, 170)]], False),
    "star": ([[(60, 250), (140, 30), (220, 250), (30, 110), (250, 110), (60, 250)]], False),
    "fence": ([[(x, 60), (x, 220)] for x in (40, 90, 140, 190, 240)] + [[(20, 140), (260, 140)]], False),
    "O": (
        [[(140, 30), (70, 80), (60, 140), (70, 200), (140, 250), (210, 200), (220, 140), (210, 80), (140, 30)]],
        True,
    ),
}


def write_sketches(folder: Path) -> None:
    """Drawings for evaluation: the examples as two writers' strokes, four drawings that are not digits, six images."""
    sketches = folder / "sketches"
    (sketches / "drawn").mkdir(parents=True)
    digits = [
        {"id": f"{writer}-{digit}", "label": str(digit), "writer": writer, "strokes": EXAMPLES[digit]["strokes"]}
        for writer in (26, 27)
        for digit in range(10)
    ]
    (sketches / "digits.json").write_text(json.dumps({"n": len(digits), "items": digits}))
    others = [
        {"id": name, "label": name, "src": "letters" if len(name) == 1 else "signs", "confusable": near, "strokes": s}
        for name, (s, near) in NO_DIGITS.items()
    ]
    (sketches / "nondigits.json").write_text(json.dumps({"n": len(others), "items": others}))
    manifest = []
    for digit, side in ((0, 28), (1, 40), (2, 64), (3, 120), (4, 200), (5, 300)):
        image = draw(EXAMPLES[digit]["strokes"], side=side)
        flags = ["smeared"] if digit == 2 else []
        kind = "photo" if digit > 3 else "drawn"
        (ImageOps.invert(image) if digit % 2 else image).save(sketches / "drawn" / f"{digit}.png")
        item = {"file": f"{digit}.png", "label": str(digit), "kind": kind, "flags": flags, "source": f"by/{digit % 2}"}
        manifest.append(item)
    (sketches / "drawn" / "manifest.json").write_text(json.dumps(manifest))


def _moved(strokes: list, rng: np.random.Generator) -> np.ndarray:
    dx, dy = rng.integers(-20, 21, 2)
    moved = [[(x + dx, y + dy) for x, y in stroke] for stroke in strokes]
    return 255 - np.asarray(draw(moved, width=int(rng.integers(16, 30)), side=28))


@pytest.fixture(scope="session")
def fork(tmp_path_factory):
    """Call a function in a process of its own, forked from a server: see tests.processes."""
    from tests.processes import Forked  # imported here because not all tests need to train

    processes = []

    def call(function, *arguments, **environment) -> Forked:
        folder = tmp_path_factory.mktemp("process")
        processes.append(Forked(folder, function, *arguments, environment=environment))
        return processes[-1]

    assert call(int).wait() == 0  # the server has started
    yield call
    for process in processes:
        process.kill()  # those that a failed test has left running


@pytest.fixture(scope="session")
def start(fork):
    """Start the training command in a process of its own."""
    from tests.processes import Forked, train

    def call(*arguments, **environment) -> Forked:
        return fork(train, arguments, **environment)

    return call


@pytest.fixture
def error_of(capsys):
    """Run the training command in this process, expect exit code 2, and return what it printed to stderr."""
    from train.__main__ import main  # imported here because not all tests need torchvision

    def call(*arguments) -> str:
        try:
            code = main([*map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        assert code == 2
        return capsys.readouterr().err

    return call


@pytest.fixture(scope="session")
def app_url():
    """The URL of a running `python app.py`."""
    with running_app() as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def urls(app_url):
    """The URL of a running app for each network, started when it is needed."""
    with contextlib.ExitStack() as stack:
        found = {"textbook": app_url}

        def url(variant: str) -> str:
            if variant not in found:
                port = free_port()
                command = [sys.executable, "app.py", "--port", str(port), "--model", str(bundled(variant))]
                found[variant] = stack.enter_context(running(command, port))
            return found[variant]

        yield url


@pytest.fixture
def explore(chromium, urls):
    """Opens the page with a network in a new context. It must end without a script error."""
    from tests.explorer import Explorer  # imported here because it imports this module

    contexts = []

    def open_one(variant: str = "textbook", fragment: str = "", **options):
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 1000}, **options})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        return Explorer(page, urls(variant) + fragment, Recognizer.from_pretrained(bundled(variant)))

    yield open_one
    for context in contexts:
        assert [error for page in context.pages for error in page.errors] == []
        context.close()

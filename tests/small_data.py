"""Small data sets in the formats of the real ones, for tests that train and evaluate."""

import functools
import gzip
import json
import struct
from pathlib import Path

import numpy as np
from PIL import ImageOps

from harness.drawings import DIGITS, EXAMPLES, NO_DIGITS, draw


def idx(array: np.ndarray) -> bytes:
    """A uint8 array in the IDX format described at yann.lecun.com/exdb/mnist."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


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
        images = np.stack([_moved(DIGITS[label], rng) for label in labels])
        files[f"{prefix}-images-idx3-ubyte"] = idx(images)
        files[f"{prefix}-labels-idx1-ubyte"] = idx(labels)
    return files


def write_small_strokes(folder: Path, writers: int = 27) -> None:
    """Three digits by each of the writers: the page's examples, with a slant that depends on the writer."""
    digits = []
    for writer in range(1, writers + 1):
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

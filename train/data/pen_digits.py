"""Pen digits, that is, digits as the paths of a pen: downloads and parses those of UCI, and renders any as images.

MNIST's digits were written by Americans on paper and scanned. Writers elsewhere cross the 7, add a flag to the 1 and a
hook to the 9, and a mouse or a finger draws lines of constant width: the pen digits add these. UCI's "Pen-Based
Recognition of Handwritten Digits" (Alpaydin, Alimoglu 1998, CC BY 4.0) has the pen's path for 44 writers on a tablet.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from train.data.checksums import check
from train.data.digits import CLASSES, DataError, Digits
from train.data.download import DownloadError, download
from train.data.rendering import render_all
from train.data.strokes import LARGEST, Strokes, choose_pen, vary_handwriting

FILE = Path("pendigits") / "pendigits-orig.tra"
URLS = (  # in the order in which they are tried
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits/pendigits-orig.tra.Z",
)
TRAINING_WRITERS = range(1, 26)  # writers 26 to 30 are reserved for evaluation


@dataclass(frozen=True)
class PenDigit:
    """A digit as its writer drew it."""

    label: int
    writer: int
    strokes: Strokes


def load_pen_digits(data_dir: Path, writers: range = TRAINING_WRITERS) -> list[PenDigit]:
    """UCI's digits of some writers, downloaded to `data_dir` if they are missing.

    Raises DataError if they can be neither read nor downloaded; the message says what to do.
    """
    path = data_dir / FILE
    by_hand = (
        f"put {path.name} from https://archive.ics.uci.edu/dataset/81 (unpack its .Z with uncompress) into "
        f"{path.parent}, or train with --no-strokes"
    )
    try:
        if not path.exists():
            download(URLS, path)
    except DownloadError as error:
        raise DataError(f"{path} is missing and could not be downloaded ({error}); {by_hand}") from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be written ({error.strerror}); select another folder with --data-dir, "
            "or train with --no-strokes"
        ) from error
    try:
        check(path)
        digits = [digit for digit in parse_unipen(path.read_text(encoding="latin-1")) if digit.writer in writers]
        if not digits:
            raise DataError(f"{path} has no digits of writers {writers[0]} to {writers[-1]}; {by_hand}")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); {by_hand}") from error
    except (ValueError, IndexError) as error:
        raise DataError(f"{path} is damaged ({error}); {by_hand}") from error
    return digits


def parse_unipen(text: str) -> list[PenDigit]:
    """The digits of a UNIPEN text, with y flipped to point down. Raises ValueError or IndexError if it is damaged."""
    digits: list[PenDigit] = []
    points: list[tuple[int, int]] = []
    label, down, segments = None, False, 0
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == ".SEGMENT":
            label, segments = int(words[-1].strip('"')), segments + 1
        elif words[0] == ".COMMENT" and label is not None and len(words) == 4:
            same, writer, _ = map(int, words[1:])
            if same != label:
                raise ValueError(f"a digit is labeled {label} and {same}")
            if label not in range(CLASSES):
                raise ValueError(f"the label {label} is not a digit")
            digits.append(PenDigit(label, writer, []))
        elif words[0] == ".PEN_DOWN":
            if down:
                raise ValueError(".PEN_DOWN within a stroke")
            points, down = [], True
        elif words[0] == ".PEN_UP":
            if not down or not points:
                raise ValueError(".PEN_UP without a stroke")
            digits[-1].strokes.append(np.array(points, float))
            down = False
        elif down and not words[0].startswith("."):
            x, y = map(int, words)
            if max(abs(x), abs(y)) > LARGEST:
                raise ValueError(f"a coordinate is larger than {LARGEST:,}")
            points.append((x, -y))
    if segments != len(digits):
        raise ValueError("a digit has no writer")
    if down or not all(digit.strokes for digit in digits):
        raise ValueError("it ends within a digit")
    return digits


def sha256(digits: list[PenDigit]) -> str:
    """A hash of labels and strokes."""
    found = hashlib.sha256()
    for digit in digits:
        found.update(repr((digit.label, [stroke.shape for stroke in digit.strokes])).encode())
        for stroke in digit.strokes:
            found.update(stroke.tobytes())
    return found.hexdigest()


def render_pen_digits(digits: list[PenDigit], copies: int, seed: int) -> Digits:
    """`copies` images of each digit, each with another variation of the handwriting and another pen."""
    rng = np.random.default_rng(seed)
    written = [digit for digit in digits for _ in range(copies)]
    drawings = (choose_pen(vary_handwriting(digit.strokes, rng), rng) for digit in written)
    images = render_all(drawings, len(written), "pen digits")
    return Digits.of(images, [digit.label for digit in written])

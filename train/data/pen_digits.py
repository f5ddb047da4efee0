"""Digits as pen strokes: read from UCI's pen digits, drawn with some pen, and turned into ink as the app does it.

MNIST's digits were written by Americans with a pencil and scanned. Other hands cross the 7, flag the 1 and hook the 9,
and a mouse or a finger draws lines of one width: that is what the strokes add. The originals of UCI's "Pen-Based
Recognition of Handwritten Digits" (Alpaydin, Alimoglu 1998, CC BY 4.0) hold the pen's path of 44 writers on a tablet.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from train.data.checksums import check
from train.data.digits import DataError, Digits
from train.data.download import download
from train.data.strokes import Strokes, by_some_hand, with_some_pen

FILE = Path("pendigits") / "pendigits-orig.tra"
URLS = (  # in the order in which they are tried
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip",
    "https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits/pendigits-orig.tra.Z",
)
WRITERS = range(1, 26)  # those from 26 on are for evaluation only
HELD_BACK = 10  # every tenth digit is for validation


@dataclass(frozen=True)
class PenDigit:
    """One digit as a writer drew it."""

    label: int
    writer: int
    strokes: Strokes


def load_pen_digits(data_dir: Path, writers: range) -> list[PenDigit]:
    """The digits of some writers, downloaded to `data_dir` if they are missing.

    Raises DataError if they can be neither read nor downloaded; the message says what to do.
    """
    path = data_dir / FILE
    try:
        if not path.exists():
            download(URLS, path)
        text = path.read_text(encoding="latin-1")
        check(path)
        digits = [digit for digit in parse_unipen(text) if digit.writer in writers]
        if not digits:
            raise DataError(f"{path} has no digits of writers {writers[0]} to {writers[-1]}")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); {_by_hand(path)}") from error
    except (ValueError, IndexError) as error:
        raise DataError(f"{path} is damaged ({error}); {_by_hand(path)}") from error
    except DataError as error:
        raise DataError(f"{error}; {_by_hand(path)}") from error
    return digits


def _by_hand(path: Path) -> str:
    return (
        f"put {path.name} from https://archive.ics.uci.edu/dataset/81 (unpack its .Z with uncompress) into "
        f"{path.parent}, or train with --no-strokes"
    )


def parse_unipen(text: str) -> list[PenDigit]:
    """The digits of a UNIPEN text; there y grows up. Raises ValueError or IndexError where it is damaged."""
    digits, points, label, down, segments = [], None, None, False, 0
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == ".SEGMENT":
            label, segments = int(words[-1].strip('"')), segments + 1
        elif words[0] == ".COMMENT" and label is not None and len(words) == 4:
            said, writer, _ = map(int, words[1:])
            if said != label:
                raise ValueError(f"a digit is called {label} and {said}")
            digits.append(PenDigit(label, writer, []))
        elif words[0] == ".PEN_DOWN":
            if down:
                raise ValueError("a stroke begins within another")
            points, down = [], True
        elif words[0] == ".PEN_UP":
            if not down or not points:
                raise ValueError("a stroke ends that did not begin")
            digits[-1].strokes.append(np.array(points, float))
            down = False
        elif down and not words[0].startswith("."):
            x, y = map(int, words)
            points.append((x, -y))
    if segments != len(digits):
        raise ValueError("some digits have no writer")
    if down or not all(digit.strokes for digit in digits):
        raise ValueError("it ends within a digit")
    return digits


def render(digits: list[PenDigit], copies: int, seed: int) -> Digits:
    """Each digit `copies` times, each time by another hand and pen; the same seed gives the same pictures."""
    rng = np.random.default_rng(seed)
    pictures = [with_some_pen(by_some_hand(digit.strokes, rng), rng) for digit in digits for _ in range(copies)]
    labels = [digit.label for digit in digits for _ in range(copies)]
    return Digits(torch.from_numpy(np.stack(pictures)).unsqueeze(1), torch.tensor(labels))

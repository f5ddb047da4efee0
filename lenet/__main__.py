"""python -m lenet image.png ...: read digits from image files."""

import argparse
import csv
import glob
import io
import json
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from lenet import __version__
from lenet.command import given_arguments, program
from lenet.interrupt import exit_on_interrupt
from lenet.weights.fetch import MODEL_HELP, begin

if TYPE_CHECKING:
    from lenet.recognizer import Reading, Recognizer

CSV = ["file", "digit", "reason", "number", *(f"p{digit}" for digit in range(10))]
BATCH = 8  # images that are read before their lines are printed; more would be faster, but photos take a while


class OutputError(Exception):
    """A line could not be printed, and why not."""


def main(arguments: list[str] | None = None) -> int:
    """Print one line per image.

    The exit code is 1 if an image could not be read, or a line not be printed, 2 if the options or the weights are
    wrong, and 130 after Ctrl+C.
    """
    try:
        return _run(given_arguments(arguments))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the pipe has closed it (`| head`). Without this, Python would report that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OutputError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"{program('lenet')}: the output cannot be written: {error}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The options of the command line; docs/python.md has a table of them."""
    parser = argparse.ArgumentParser(prog=program("lenet"), description="Read handwritten digits from image files.")
    parser.add_argument(
        "images",
        nargs="+",
        metavar="image",
        help="an image of one digit, in any common format, a folder of such images, or a pattern such as "
        "'scans/*.png'; - for standard input",
    )
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a JSON object per line, with all ten probabilities")
    form.add_argument("--csv", action="store_true", help="print a table, with all ten probabilities")
    parser.add_argument("--activations", action="store_true", help="with --json: add the output of every layer")
    parser.add_argument(
        "--device", metavar="NAME", help="where the network computes, such as cuda or mps (default: the CPU)"
    )
    parser.add_argument("--version", action="version", version=f"lenet {__version__}", help="print the version")
    return parser


def _run(arguments: list[str]) -> int:
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.activations and not options.json:
        parser.error("--activations requires --json")
    try:
        fetch = begin(options.model)
        with exit_on_interrupt():
            import torch

            from lenet.recognizer import Recognizer  # late: a download proceeds in the meantime

        reader = Recognizer.from_pretrained(fetch, device=options.device)
    except ValueError as error:
        _print(f"{parser.prog}: {error}", sys.stderr)
        return 2
    if reader.weights.notice:
        _print(f"{parser.prog}: {reader.weights.notice}", sys.stderr)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more threads do not speed up one small image, and slow it down on a busy machine
    try:
        return 0 if _read(reader, options) else 1
    finally:
        torch.set_num_threads(threads)  # of somebody's process, perhaps


def _read(reader: "Recognizer", options: argparse.Namespace) -> bool:
    """Print a line for each image; whether all could be read."""
    from tqdm import tqdm  # late, like the reader

    from lenet.recognizer import ImageError

    if options.csv:
        _print(_csv_line(CSV), sys.stdout)
    paths = [path for name in options.images for path in _paths(name)]
    images = (sys.stdin.buffer if path == "-" else path for path in paths)
    results = reader.read_many(images, batch_size=BATCH, errors="return", activations=options.activations)
    all_read = True
    # Only where the lines go elsewhere: on the terminal they show how far it is themselves.
    hidden = len(paths) < 2 or sys.stdout.isatty() or not sys.stderr.isatty()
    with tqdm(zip(paths, results, strict=True), total=len(paths), unit=" images", disable=hidden, leave=False) as bar:
        for path, result in bar:
            if isinstance(result, ImageError):
                reason = "no image in this folder" if os.path.isdir(path) else result.reason
                with bar.external_write_mode(sys.stderr):
                    _print(f"{path}: {reason}", sys.stderr)
                all_read = False
            else:
                _print(_line(path, result, options), sys.stdout)
    return all_read


def _paths(name: str) -> list[str]:
    """The files that an argument stands for, in alphabetical order: itself, those in a folder, or those of a pattern.

    In a folder, and the folders in it, those with the suffix of an image. What does not exist stands for itself.
    """
    if os.path.isdir(name):
        found = (os.path.join(folder, file) for folder, _, files in os.walk(name) for file in files)
        suffixes = _suffixes()
        return sorted(path for path in found if os.path.splitext(path)[1].lower() in suffixes) or [name]
    if not os.path.exists(name) and glob.has_magic(name):
        return sorted(path for path in glob.glob(name, recursive=True) if os.path.isfile(path)) or [name]
    return [name]


def _suffixes() -> set[str]:
    """Those of the formats that are read, `.png` and so on."""
    from PIL import Image

    from lenet.image.file import FORMATS, register_heif

    register_heif()
    return {suffix for suffix, format in Image.registered_extensions().items() if format in FORMATS}


def _line(path: str, reading: "Reading", options: argparse.Namespace) -> str:
    if options.json:
        return json.dumps({"file": path, **as_dict(reading, options.activations)})
    if options.csv:
        return _csv_line([path, reading.digit, reading.reason, reading.number, *reading.probabilities])
    return f"{path}: {in_words(reading)}"


def _csv_line(values: Iterable) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def _print(line: str, file: TextIO) -> None:
    """Print one line, in which characters that cannot be shown, of the name of a file, are escaped."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    encoding = getattr(file, "encoding", None) or "utf-8"
    try:
        print(line.encode(encoding, "backslashreplace").decode(encoding), file=file, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk, for example
        raise OutputError(error.strerror) from error


def in_words(reading: "Reading") -> str:
    """`7  (7 99.8 %, 1 0.2 %, 2 < 0.1 %)`, `37  (3 99.8 %, 7 98.2 %)`, or why there is no digit."""
    from lenet.recognizer import percentage
    from lenet.rejection import WORDS

    if reading.digits:
        return f"{reading.number}  ({', '.join(f'{digit} {percentage(p)}' for digit, p in reading.digits)})"
    if reading.reason is not None:
        return f"rejected: {WORDS[reading.reason]}"
    return f"{reading.digit}  ({', '.join(f'{digit} {percentage(p)}' for digit, p in reading.top(3))})"


def as_dict(reading: "Reading", activations: bool = False) -> dict:
    """The line of --json: the reading with all ten probabilities, and with `activations` every layer's output."""
    result = {**reading.as_dict(), "probabilities": list(reading.probabilities)}
    if activations:
        result["activations"] = {name: values.tolist() for name, values in reading.activations.items()}
    return result


if __name__ == "__main__":
    sys.exit(main())

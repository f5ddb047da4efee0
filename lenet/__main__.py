"""python -m lenet image.png ...: read digits from image files."""

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, TextIO

from lenet import __version__
from lenet.command import given_arguments, program
from lenet.interrupt import exit_on_interrupt
from lenet.weights.fetch import MODEL_HELP, begin

if TYPE_CHECKING:
    from lenet.recognizer import Reading, Recognizer


def main(arguments: list[str] | None = None) -> int:
    """Print one line per image. The exit code is 2 if an image could not be read, and 130 after Ctrl+C."""
    try:
        return _run(given_arguments(arguments))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the pipe has closed it (`| head`). Without this, Python would report that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The options of the command line; docs/python.md has a table of them."""
    parser = argparse.ArgumentParser(prog=program("lenet"), description="Read handwritten digits from image files.")
    parser.add_argument(
        "images", nargs="+", metavar="image", help="an image of one digit, in any common format; - for standard input"
    )
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument("--json", action="store_true", help="print a JSON object per line, with all ten probabilities")
    parser.add_argument("--activations", action="store_true", help="with --json: add the output of every layer")
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

        reader = Recognizer.from_pretrained(fetch)
    except ValueError as error:
        _print(f"{parser.prog}: {error}", sys.stderr)
        return 2
    if reader.weights.notice:
        _print(f"{parser.prog}: {reader.weights.notice}", sys.stderr)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more threads do not speed up one small image, and slow it down on a busy machine
    try:
        results = [_read(reader, path, options) for path in options.images]
    finally:
        torch.set_num_threads(threads)  # of somebody's process, perhaps
    return 0 if all(results) else 2


def _read(reader: "Recognizer", path: str, options: argparse.Namespace) -> bool:
    """Print the line of an image; whether it could be read."""
    from lenet.image.file import load_image  # late, like the reader

    try:
        reading = reader.read(path if path != "-" else load_image(sys.stdin.buffer))
    except (OSError, ValueError) as error:
        _print(f"{path}: {getattr(error, 'strerror', None) or error}", sys.stderr)
        return False
    if options.json:
        _print(json.dumps({"file": path, **as_dict(reading, options.activations)}), sys.stdout)
    else:
        _print(f"{path}: {in_words(reading)}", sys.stdout)
    return True


def _print(line: str, file: TextIO) -> None:
    """Print one line, in which characters that cannot be shown, of the name of a file, are escaped."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    encoding = getattr(file, "encoding", None) or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding), file=file, flush=True)


def in_words(reading: "Reading") -> str:
    """`7  (7 99.8 %, 1 0.2 %, 2 < 0.1 %)`, `37  (3 99.8 %, 7 98.2 %)`, or why there is no digit."""
    from lenet.recognizer import percentage

    if reading.digits:
        return f"{reading.number}  ({', '.join(f'{digit} {percentage(p)}' for digit, p in reading.digits)})"
    if reading.digit is None:
        return f"rejected: {reading.reason}"
    return f"{reading.digit}  ({', '.join(f'{digit} {percentage(p)}' for digit, p in reading.top(3))})"


def as_dict(reading: "Reading", activations: bool = False) -> dict:
    """The line of --json: the reading with all ten probabilities, and with `activations` every layer's output."""
    result = {**reading.as_dict(), "probabilities": list(reading.probabilities)}
    if activations:
        result["activations"] = {name: values.tolist() for name, values in reading.activations.items()}
    return result


if __name__ == "__main__":
    sys.exit(main())

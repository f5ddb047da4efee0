"""python -m lenet image.png ...: read digits from image files."""

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from lenet.interrupt import exit_on_interrupt
from lenet.weights.fetch import MODEL_HELP, begin

if TYPE_CHECKING:
    from lenet.recognizer import Reading


def main(arguments: list[str] | None = None) -> int:
    """Print one line per image. The exit code is 2 if an image could not be read, and 130 after Ctrl+C."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of the pipe has closed it (`| head`). Without this, Python would report that again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def build_parser() -> argparse.ArgumentParser:
    """The options of the command line; docs/python.md has a table of them."""
    parser = argparse.ArgumentParser(prog="python -m lenet", description="Read handwritten digits from image files.")
    parser.add_argument("images", nargs="+", metavar="image", help="an image of one digit, in any common format")
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument("--json", action="store_true", help="print a JSON object per line, with all ten probabilities")
    parser.add_argument("--activations", action="store_true", help="with --json: add the output of every layer")
    return parser


def _run(arguments: list[str] | None) -> int:
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.activations and not options.json:
        parser.error("--activations requires --json")
    try:
        fetch = begin(options.model)
        with exit_on_interrupt():
            from lenet.recognizer import Recognizer  # late: a download proceeds in the meantime

        reader = Recognizer.from_pretrained(fetch)
    except ValueError as error:
        print(f"python -m lenet: {error}", file=sys.stderr)
        return 2
    if reader.weights.notice:
        print(f"python -m lenet: {reader.weights.notice}", file=sys.stderr)
    failures = 0
    for path in options.images:
        try:
            reading = reader.read(path)
        except (OSError, ValueError) as error:
            print(f"{path}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
            failures += 1
            continue
        if options.json:
            print(json.dumps({"file": path, **as_dict(reading, options.activations)}), flush=True)
        else:
            print(f"{path}: {in_words(reading)}", flush=True)
    return 2 if failures else 0


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

"""python -m lenet picture.png ...: read digits from files."""

import argparse
import json
import os
import sys
import warnings
from typing import TYPE_CHECKING

from lenet.weights.hub import MODEL_HELP, begin

if TYPE_CHECKING:
    from lenet.recognizer import Reading


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each picture; the exit code is 2 where one could not be read, 130 for Ctrl+C."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who reads what is printed has seen enough (`| head`). Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: list[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lenet", description="Read handwritten digits from pictures.")
    parser.add_argument("pictures", nargs="+", metavar="picture", help="a picture of one digit, in any common format")
    parser.add_argument("--model", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, with all ten probabilities")
    parser.add_argument("--activations", action="store_true", help="with --json: add every stage's values")
    options = parser.parse_args(arguments)
    if options.activations and not options.json:
        parser.error("--activations needs --json")
    try:
        fetch = begin(options.model)
        from PIL import Image, UnidentifiedImageError

        from lenet.recognizer import Recognizer  # imported late: the weights are fetched meanwhile

        reader = Recognizer.from_pretrained(fetch)
    except ValueError as error:
        print(f"python -m lenet: {error}", file=sys.stderr)
        return 2
    if reader.notice:
        print(f"python -m lenet: {reader.notice}", file=sys.stderr)
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the reader's own limit is lower
    failures = 0
    for path in options.pictures:
        try:
            with Image.open(path) as picture:
                reading = reader.read(picture)
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            reason = "not a picture" if isinstance(error, UnidentifiedImageError) else error
            print(f"{path}: {getattr(error, 'strerror', None) or reason}", file=sys.stderr)
            failures += 1
            continue
        if options.json:
            print(json.dumps({"file": path, **as_dict(reading, options.activations)}), flush=True)
        else:
            print(f"{path}: {in_words(reading)}", flush=True)
    return 2 if failures else 0


def in_words(reading: "Reading") -> str:
    """`7  (7 99.8 %, 1 0.2 %, 2 < 0.1 %)`, or why there is no digit."""
    from lenet.recognizer import percentage

    if reading.digit is None:
        return f"no digit: {reading.reason}"
    return f"{reading.digit}  ({', '.join(f'{digit} {percentage(p)}' for digit, p in reading.top(3))})"


def as_dict(reading: "Reading", activations: bool = False) -> dict:
    """The reading as JSON holds it."""
    result = {**reading.as_dict(), "probabilities": list(reading.probabilities)}
    if activations:
        result["activations"] = {name: values.tolist() for name, values in reading.activations.items()}
    return result


if __name__ == "__main__":
    sys.exit(main())

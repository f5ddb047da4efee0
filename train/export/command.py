"""python -m train export RUN --format FORMAT: the weights of a run as a file for other runtimes."""

import argparse
import tempfile
from pathlib import Path

from lenet.files import write_whole
from lenet.weights.model import load_weights
from train.export.check import ExportError, converted
from train.export.formats import FORMATS

NAME = "model"  # with the format's suffix


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m train export",
        description="Write the network as a file that other runtimes read, after comparing it with PyTorch.",
        allow_abbrev=False,
    )
    parser.add_argument("run", type=Path, help="run folder, any folder with weights, or a file that the page has saved")
    text = "onnx, or torch-export: a program that torch.export.load reads (default: onnx)"
    parser.add_argument("--format", choices=[*FORMATS], default="onnx", help=text)
    text = "file to write (default: model.onnx or model.pt2 beside the weights)"
    parser.add_argument("--output", type=Path, metavar="FILE", help=text)
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    return parser


def main(arguments: list[str]) -> None:
    """The command. Raises ExportError or MissingPackageError; exits with code 2 if the arguments are invalid."""
    options = build_parser().parse_args(arguments)
    path = export(options.run, options.format, options.output, options.force)
    print(f"written to {path}", flush=True)


def export(run: Path, name: str, output: Path | None = None, force: bool = False) -> Path:
    """Write the weights of `run` in the format of that name to `output`, and return its path.

    Raises ExportError, or MissingPackageError; then no file was written.
    """
    try:
        weights = load_weights(run)
    except ValueError as error:
        raise ExportError(str(error)) from error
    path = output or (run if run.is_dir() else run.parent) / (NAME + FORMATS[name].suffix)
    _check_free(path, force)
    done = converted(weights, name)
    print(done, flush=True)
    try:
        write_whole(path, done.content)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _check_free(path: Path, force: bool) -> None:
    """Raise ExportError if the file cannot be written, as far as can be seen before the conversion takes its time."""
    if path.is_dir():
        raise ExportError(f"{path} is a folder: --output is the file to write")
    if path.exists() and not force:
        raise ExportError(f"{path} exists: choose another file with --output, or overwrite it with --force")
    if not path.parent.is_dir():
        raise ExportError(f"{path} cannot be written: there is no folder {path.parent}")
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror}") from error

"""python -m train COMMAND: train LeNet-5, evaluate, export, publish; without a command, options are those of `run`."""

import argparse
import sys
from importlib import import_module

# The module and the function of each command, and what it does.
COMMANDS = {
    "run": ("train.run:main", "train a network, evaluate it and write a run folder; also without its name"),
    "evaluate": ("train.evaluate:main", "measure the weights of a run, or any others"),
    "export": ("train.export.command:main", "write the network as a file for other runtimes, such as ONNX"),
    "publish": ("train.publish.model:main", "upload the weights of a run to the Hugging Face Hub"),
    "page-digits": ("train.page_digits:main", "write the digits that the page teaches and trains on"),
    "stage-space": ("train.publish.space:stage_main", "write the files of the page for the Hub to a folder"),
    "publish-space": ("train.publish.space:publish_main", "upload the page to the Hub as a Space"),
}


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command's name, which lists all commands; each of them has a parser of its own."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train LeNet-5, evaluate, export and publish a run.",
        epilog="`python -m train COMMAND --help` lists the options of a command; `python -m train --epochs 8` is short "
        "for `python -m train run --epochs 8`.",
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name, (_function, description) in COMMANDS.items():
        commands.add_parser(name, help=description, add_help=False)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code: 0, 2 for an error that the user can fix, 130 for Ctrl+C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name, *rest = arguments or ["run"]
    if name.startswith("-") and name not in ("-h", "--help"):
        name, rest = "run", arguments
    try:
        return _call(build_parser().parse_args([name]).command, rest)
    except KeyboardInterrupt as interrupt:
        print(f"\ntrain: interrupted{f'; {interrupt}' if interrupt.args else ''}", file=sys.stderr)
        return 130


def _call(name: str, arguments: list[str]) -> int:
    # Imported here, because it takes seconds in which Ctrl+C should be handled.
    from lenet.hub.errors import HubError
    from train.errors import CommandError

    module, function = COMMANDS[name][0].split(":")
    try:
        getattr(import_module(module), function)(arguments)
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package in ("", "lenet", "train"):
            raise
        print(f"train: {name} needs the package {package}: pip install '.[train]' installs it", file=sys.stderr)
        return 2
    except (CommandError, HubError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"train: {where}{error.strerror or error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

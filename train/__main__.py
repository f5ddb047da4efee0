"""python -m train: train LeNet-5; `evaluate RUN` evaluates a run again, `publish RUN` uploads it to the Hub."""

import sys
from importlib import import_module

COMMANDS = {
    "": "train.run:main",
    "evaluate": "train.evaluate:main",
    "publish": "train.publish.model:main",
    "stage-space": "train.publish.space:stage_main",
    "publish-space": "train.publish.space:publish_main",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code: 0, 2 for an error that the user can fix, 130 for Ctrl+C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    try:
        return _call(name, arguments[bool(name) :])
    except KeyboardInterrupt as interrupt:
        print(f"\ntrain: interrupted{f'; {interrupt}' if interrupt.args else ''}", file=sys.stderr)
        return 130


def _call(name: str, arguments: list[str]) -> int:
    # Imported here, because it takes seconds in which Ctrl+C should be handled.
    from lenet.hub.errors import HubError
    from train.errors import CommandError

    module, function = COMMANDS[name].split(":")
    command = getattr(import_module(module), function)
    try:
        command(arguments)
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

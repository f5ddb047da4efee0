"""What a command was called with: its name as the user typed it, and its arguments."""

import sys
from pathlib import Path


def program(module: str) -> str:
    """The name for messages: `python -m MODULE`, or that of the script; the module in a notebook."""
    name = Path(sys.argv[0]).name
    if in_notebook():
        return module
    return f"python -m {module}" if name in ("", "-c", "__main__.py") else name


def given_arguments(arguments: list[str] | None) -> list[str]:
    """The arguments of a call of `main`, or else those of the command line, which in a notebook are its kernel's."""
    if arguments is not None:
        return arguments
    return [] if in_notebook() else sys.argv[1:]


def in_notebook() -> bool:
    return Path(sys.argv[0]).stem.endswith("kernel_launcher")

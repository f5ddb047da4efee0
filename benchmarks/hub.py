"""What each fault of the Hub costs the app, and what it says: `python -m benchmarks.hub [FAULT ...]`.

For each way of `tests/fake_hub/faults.py` the app is started three times: undisturbed, with the bundled weights, and
beside it as on a Space whose owner's repository has the fault; then with `--model` naming that repository. The times
run from the start of the process until the page answers, or the process ends. Prints a table in Markdown (docs/hub-
faults.md); ends where a row is not as it must be: later than 5 s, no notice, not one line, a traceback, another reason
on the page than on the command line, or anything left of the repository.
"""

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from lenet.weights.trouble import NO_FOLDER
from tests.fake_hub.app import start, start_beside
from tests.fake_hub.faults import FAULTS, REPOSITORY, arrange
from tests.fake_hub.server import Hub

SPACE = {"SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}
OURS = ("LENET_MODEL", "LENET_PATIENCE", *SPACE)
COLUMNS = "| fault | page up, s | later than undisturbed, s | `--model`: ends after, s | exit code | reason told |"
LATEST = 5.0  # seconds
BEFORE, AFTER = f"{REPOSITORY} cannot be had: ", ". The bundled weights answer."


def measure(name: str) -> str:
    """A row of the table."""
    with tempfile.TemporaryDirectory() as folder, Hub() as hub:
        arrange(hub, name)
        environment = {k: v for k, v in hub.environment(Path(folder) / "home").items() if k not in OURS}
        undisturbed, up = start_beside(environment, {**environment, **SPACE})
        named = start(environment, "--model", REPOSITORY)
        left = [path for path in Path(folder).rglob("*") if path.is_file() or path.name == "ran"]
    later = up.seconds - undisturbed.seconds
    reason = up.notice.removeprefix(BEFORE).removesuffix(AFTER)
    told = up.notice == BEFORE + reason + AFTER and named.said.replace(NO_FOLDER, "").startswith(
        f"app.py: {BEFORE}{reason}"
    )
    if later > LATEST or named.code != 2 or not told or len(named.said.splitlines()) != 1 or left:
        raise RuntimeError(f"{name}: {later:.1f} s, {up.notice!r}, exit code {named.code}, {named.said!r}, left {left}")
    words = reason.replace("|", "\\|")
    return f"| {name} | {up.seconds:.1f} | {later:+.1f} | {named.seconds:.1f} | {named.code} | {words} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hub", description=__doc__.split("\n\n")[0])
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of {', '.join(FAULTS)} (default: all)")
    options = parser.parse_args()
    if unknown := set(options.faults) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(unknown)}")
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "gradio", "huggingface_hub"))
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}\n\n{COLUMNS}")
    print("|" + "---|" * COLUMNS.count(" |"), flush=True)
    for name in options.faults or FAULTS:
        print(measure(name), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

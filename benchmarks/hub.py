"""How long each fault of the Hub delays the app, and the message: `python -m benchmarks.hub [FAULT ...]`.

For each fault in `harness/fake_hub/faults.py` the app is started three times: with the bundled weights and, at the same
time, like a Space whose owner's repository has the fault; then with that repository as `--model`. Times are measured
from the start of the process until the page is served or the process ends. Prints a table in Markdown
(docs/hub-faults.md). Stops with an error if the delay exceeds 5 s, if the notice on the page or the error message,
which must be one line, does not give the same reason, or if code from the repository was run.
"""

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from harness.fake_hub.app import start, start_together
from harness.fake_hub.faults import FAULTS, REPOSITORY, inject
from harness.fake_hub.server import Hub

SPACE = {"SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}
REMOVED = ("LENET_MODEL", "LENET_PATIENCE", *SPACE)
COLUMNS = "| fault | page after, s | delay, s | `--model`: ends after, s | exit code | reason in the message |"
MAX_DELAY = 5.0  # seconds
BEFORE, AFTER = f"cannot load {REPOSITORY} from the Hub: ", ". Using the bundled weights."


def measure(name: str) -> str:
    """A row of the table. Raises RuntimeError if the app does not behave as it must."""
    with tempfile.TemporaryDirectory() as folder, Hub() as hub:
        inject(hub, name)
        environment = {k: v for k, v in hub.environment(Path(folder) / "home").items() if k not in REMOVED}
        undisturbed, up = start_together(environment, {**environment, **SPACE})
        named = start(environment, "--model", REPOSITORY)
        ran = list(Path(folder).rglob("ran"))
    delay = up.seconds - undisturbed.seconds
    reason = up.notice.removeprefix(BEFORE).removesuffix(AFTER)
    messages = (up.notice, named.stderr.strip()) == (f"{BEFORE}{reason}{AFTER}", f"app.py: {BEFORE}{reason}")
    if delay > MAX_DELAY or named.exit_code != 2 or not messages or ran:
        raise RuntimeError(
            f"{name}: {delay:.1f} s, {up.notice!r}, exit code {named.exit_code}, {named.stderr!r}, ran: {ran}"
        )
    escaped = reason.replace("|", "\\|")
    return f"| {name} | {up.seconds:.1f} | {delay:+.1f} | {named.seconds:.1f} | {named.exit_code} | {escaped} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hub", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"one of: {', '.join(FAULTS)} (default: all)")
    options = parser.parse_args()
    if unknown := set(options.faults) - set(FAULTS):
        parser.error(f"unknown fault: {', '.join(unknown)}")
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "gradio", "huggingface_hub"))
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}\n\n{COLUMNS}")
    print("|" + "---|" * COLUMNS.count(" |"), flush=True)
    for name in options.faults or FAULTS:
        print(measure(name), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

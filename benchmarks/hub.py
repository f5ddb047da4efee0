"""What each fault of the Hub costs the app, and what it says: `python -m benchmarks.hub [FAULT ...]`.

For each way of `tests/hub_faults.py` the app is started three times: undisturbed, with the bundled weights; as on a
Space whose owner's repository has the fault; and with `--model` naming that repository. The times run from the start of
the process until the page answers, or the process ends. Prints a table in Markdown; ends where a row is not as it must
be: no notice, not one line, a traceback, or anything left of the repository.
"""

import argparse
import contextlib
import html
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path

from tests.browser import ROOT, free_port
from tests.hub_faults import FAULTS, REPOSITORY, arrange
from tests.hub_server import Hub

SPACE = {"SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}
OURS = ("LENET_MODEL", "LENET_PATIENCE", *SPACE)
COLUMNS = (
    "| fault | page up, s | later than undisturbed, s | notice on the page | `--model`: ends after, s | code | says |"
)


def start(environment: dict[str, str], *arguments: str) -> tuple[float, int | None, str, str]:
    """Seconds until the page answers or the app ends, its exit code, its stderr, and the notice on the page."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), *arguments]
    environment = {**environment, "PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=said) as app,
    ):
        try:
            page = None
            while app.poll() is None and page is None:
                with contextlib.suppress(OSError):
                    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=10).read().decode()
                time.sleep(0.02)
            seconds = time.monotonic() - began
        finally:
            app.terminate()
        code = None if page else app.wait()
        said.seek(0)
        notice = re.search(r'origin-notice\\" role=\\"status\\">(.*?)</p>', page or "")
        return seconds, code, said.read(), html.unescape(notice[1]) if notice else ""


def measure(name: str) -> str:
    """A row of the table."""
    with tempfile.TemporaryDirectory() as folder, Hub() as hub:
        arrange(hub, name)
        environment = {k: v for k, v in hub.environment(Path(folder) / "home").items() if k not in OURS}
        undisturbed, *_ = start(environment)
        up, _, _, notice = start({**environment, **SPACE})
        ended, code, said, _ = start(environment, "--model", REPOSITORY)
        left = [path for path in Path(folder).rglob("*") if path.is_file() or path.name == "ran"]
    if code != 2 or not notice or "Traceback" in said or len(said.splitlines()) != 1 or left:
        raise RuntimeError(f"{name}: left {left}, said\n{said}")
    words = [text.strip().replace("|", "\\|") for text in (notice, said)]
    return f"| {name} | {up:.1f} | {up - undisturbed:+.1f} | {words[0]} | {ended:.1f} | {code} | {words[1]} |"


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

"""The Space as the Hub builds and starts it: `python -m benchmarks.space`.

Stages the Space, installs its requirements into a new environment, starts it like a Space of the user `someone`, whose
repository `lenet-5` is on a fake Hub on the loopback interface, and draws the ten example digits in a real browser.
Prints the times and the number of digits read correctly. The exit code is 1 if a digit was misread or other weights
were in use. Downloads as much as the Space does: 0.8 GB, or 5 GB if PyTorch's own index is unreachable.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import Visitor, free_port, launch, running
from tests.conftest import EXAMPLES
from tests.fake_hub.faults import GOOD, REPOSITORY
from tests.fake_hub.server import Hub
from train.publish.space import stage_space


def install(space: Path, environment: Path) -> Path:
    """Create an environment with the Space's requirements, installed in the Hub's order. Returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet"]
    early = [*pip, "--retries", "0", "--timeout", "10", "-r", space / "pre-requirements.txt"]
    subprocess.run(early, check=False, stderr=subprocess.DEVNULL)  # from PyTorch's index, if it can be reached
    subprocess.run([*pip, "-r", space / "requirements.txt"], check=True, stderr=subprocess.DEVNULL)
    return python


def main() -> int:
    argparse.ArgumentParser(prog="python -m benchmarks.space", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder, Hub() as hub, sync_playwright() as playwright:
        sha = hub.put(REPOSITORY, GOOD)
        space = shutil.copytree(stage_space(REPOSITORY), Path(folder) / "space")
        began = time.monotonic()
        python = install(space, Path(folder) / "environment")
        packages = subprocess.run(
            [python, "-m", "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True
        ).stdout.split()
        print(f"installed {len(packages)} packages in {time.monotonic() - began:.0f} s")
        settings = {name: value for name, value in hub.environment(Path(folder) / "home").items() if name[:3] == "HF_"}
        port = free_port()
        author = {"SPACE_ID": "someone/draw", "SPACE_AUTHOR_NAME": "someone", "GRADIO_SERVER_PORT": str(port)}
        began = time.monotonic()
        environment = {"PATH": os.environ["PATH"], "HOME": folder, **settings, **author}
        with running([python, "app.py"], port, cwd=space, env=environment) as url:
            print(f"up after {time.monotonic() - began:.1f} s")
            visitor = Visitor(launch(playwright).new_page(), url)
            footer = visitor.page.locator("footer.weights").inner_text()
            print(footer)
            correct = 0
            for digit in range(10):
                visitor.draw(EXAMPLES[digit]["strokes"])
                correct += visitor.digit() == str(digit)
                visitor.click("clear")
            print(f"{correct} of 10 drawn digits read correctly")
    return 0 if correct == 10 and f"{REPOSITORY}@{sha[:7]}" in footer else 1


if __name__ == "__main__":
    sys.exit(main())

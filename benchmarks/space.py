"""The Space as the Hub builds and starts it: `python -m benchmarks.space`.

Stages the Space, installs what its own requirements name into a fresh environment, starts it as on a Space of
`someone`, whose `lenet-5` lies on a Hub on the loopback, and draws the ten example digits in a real browser. Prints
what it took and what was read; the exit code is 1 where a digit was misread or other weights answered. Downloads as
much as the Space does: 0.8 GB, or 5 GB where PyTorch's own index cannot be reached.
"""

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
    """A fresh environment with the Space's requirements, in the order that the Hub installs them; its Python."""
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet"]
    early = [*pip, "--retries", "0", "--timeout", "10", "-r", space / "pre-requirements.txt"]
    subprocess.run(early, check=False, stderr=subprocess.DEVNULL)  # PyTorch's index, where it can be reached
    subprocess.run([*pip, "-r", space / "requirements.txt"], check=True, stderr=subprocess.DEVNULL)
    return python


def main() -> int:
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
            foot = visitor.page.locator("footer.weights").inner_text()
            print(foot)
            right = 0
            for digit in range(10):
                visitor.draw(EXAMPLES[digit]["strokes"])
                right += visitor.digit() == str(digit)
                visitor.click("clear")
            print(f"{right} of 10 drawn digits read right")
    return 0 if right == 10 and f"{REPOSITORY}@{sha[:7]}" in foot else 1


if __name__ == "__main__":
    sys.exit(main())

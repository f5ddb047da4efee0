"""The Space as the Hub builds and starts it: `python -m benchmarks.space --python python3.12`.

Stages the Space, installs its requirements into a new environment, starts it like a Space of the user `someone`, whose
repository `lenet-5` is on a fake Hub on the loopback interface, and draws the ten example digits in a real browser:
first on CPU hardware, then as on ZeroGPU, where the API of the machines is a server on the loopback interface. Prints
the times, the size on disk, and the number of digits read correctly. The exit code is 1 if a digit was misread, if
other weights were in use, or if a GPU was requested. Downloads 3 GB, which take 6 GB on disk.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from harness.browser import Visitor, launch
from harness.device_api import device_api
from harness.drawings import EXAMPLES
from harness.fake_hub.faults import GOOD, REPOSITORY
from harness.fake_hub.server import Hub
from harness.servers import free_port, running
from train.publish.space import PYTHON, stage_space


def install(space: Path, environment: Path, interpreter: str) -> Path:
    """Create an environment with the Space's requirements, and print its size. Returns its Python."""
    began = time.monotonic()
    subprocess.run([interpreter, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    pip = [python, "-m", "pip"]
    subprocess.run(
        [*pip, "install", "--quiet", "-r", space / "requirements.txt"], check=True, stderr=subprocess.DEVNULL
    )
    packages = subprocess.run([*pip, "list", "--format=freeze"], check=True, capture_output=True, text=True).stdout
    seconds = time.monotonic() - began
    print(
        f"installed {len(packages.split())} packages in {seconds:.0f} s, {size(environment) / 1e9:.1f} GB", flush=True
    )
    code = "import sys, torch; print('Python', sys.version.split()[0], 'PyTorch', torch.__version__)"
    subprocess.run([python, "-c", code], check=True)
    return python


def size(folder: Path) -> int:
    """Bytes in all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def draw_digits(python: Path, space: Path, variables: dict[str, str], browser: Browser) -> tuple[int, str]:
    """Start the Space, and draw the ten examples: how many were read correctly, and the weights in the footer."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "GRADIO_SERVER_PORT": str(port), **variables}
    began = time.monotonic()
    with running([str(python), "app.py"], port, cwd=space, env=environment) as url:
        print(f"up after {time.monotonic() - began:.1f} s")
        visitor = Visitor(browser.new_page(), url)
        footer = visitor.page.locator("footer.weights").inner_text()
        print(footer)
        correct = 0
        for digit in range(10):
            visitor.draw(EXAMPLES[digit]["strokes"])
            correct += visitor.digit() == str(digit)
            visitor.click("clear")
        visitor.page.close()
    print(f"{correct} of 10 drawn digits read correctly", flush=True)
    return correct, footer


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.space", description=__doc__)
    parser.add_argument("--python", default=f"python{PYTHON}", help="interpreter (default: %(default)s, as on the Hub)")
    interpreter = parser.parse_args().python
    with tempfile.TemporaryDirectory() as folder, Hub() as hub, sync_playwright() as playwright:
        sha = hub.put(REPOSITORY, GOOD)
        space = shutil.copytree(stage_space(REPOSITORY), Path(folder) / "space")
        print(f"staged {size(space) / 1e6:.1f} MB")
        python = install(space, Path(folder) / "environment", interpreter)
        hub_settings = {key: text for key, text in hub.environment(Path(folder) / "home").items() if key[:3] == "HF_"}
        author = {"SPACE_ID": "someone/draw", "SPACE_AUTHOR_NAME": "someone", "HOME": folder, **hub_settings}
        browser = launch(playwright)
        print("CPU hardware:")
        results = [draw_digits(python, space, author, browser)]
        print("ZeroGPU:")
        with device_api() as (variables, requests):
            results.append(draw_digits(python, space, {**author, **variables}, browser))
        print("requests to ZeroGPU:", *(" ".join(request) for request in requests))
    good = all(correct == 10 and f"{REPOSITORY}@{sha[:7]}" in footer for correct, footer in results)
    return 0 if good and requests == [("POST", "/startup-report")] else 1


if __name__ == "__main__":
    sys.exit(main())

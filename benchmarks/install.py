"""The package as a newcomer installs it: `python -m benchmarks.install`.

Builds the wheel, installs it with its dependencies into a new environment, and reads an image there, from a folder
outside of the repository: by three lines of Python, by `python -m lenet` and by the command `lenet`. Prints the size of
the wheel and the times. Downloads PyTorch: 0.8 GB, or 5 GB if PyTorch's own index is unreachable.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import ROOT
from harness.drawings import EXAMPLES, draw

INDEX = "https://download.pytorch.org/whl/cpu"
CODE = """
from lenet import Recognizer
reading = Recognizer.from_pretrained().read("digit.png")
print(reading.digit, reading.top(3))
"""


def main() -> int:
    argparse.ArgumentParser(prog="python -m benchmarks.install", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
        subprocess.run([sys.executable, "-m", "venv", folder / "environment"], check=True)
        bin = folder / "environment" / "bin"
        pip = [bin / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, source], check=True)
        wheel = next(folder.glob("*.whl"))
        print(f"{wheel.name}: {wheel.stat().st_size:,} bytes")
        began = time.monotonic()
        cpu = [*pip, "install", "--retries", "0", "--timeout", "10", "--index-url", INDEX, "torch"]
        subprocess.run(cpu, check=False, stderr=subprocess.DEVNULL)  # without CUDA, if that index can be reached
        subprocess.run([*pip, "install", wheel], check=True)
        print(f"installed in {time.monotonic() - began:.0f} s")
        empty = folder / "empty"
        empty.mkdir()
        draw(EXAMPLES[7]["strokes"]).save(empty / "digit.png")
        for command in (["python", "-c", CODE], ["python", "-m", "lenet", "digit.png"], ["lenet", "digit.png"]):
            began = time.monotonic()
            done = subprocess.run(
                [bin / command[0], *command[1:]], cwd=empty, check=True, capture_output=True, text=True
            )
            print(f"{' '.join(command).strip()}\n  {done.stdout.strip()}  ({time.monotonic() - began:.1f} s)")
            if "7" not in done.stdout:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

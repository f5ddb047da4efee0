"""What an import of the package brings with it."""

import subprocess
import sys

from harness import ROOT


def test_importing_the_package_imports_nothing_slow():
    """A download can start before PyTorch is imported, and a script that reads digits needs no web server."""
    slow = ("torch", "numpy", "PIL", "gradio", "huggingface_hub", "torchvision", "matplotlib")
    for module in ("lenet", "lenet.weights.fetch", "lenet.page.__main__"):
        code = f"import sys, {module}; print([m for m in {slow} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", module

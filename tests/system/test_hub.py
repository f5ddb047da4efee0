"""Weights from the Hub, as far as the process is the point."""

import subprocess
import sys
import time

from harness import ROOT
from harness.fake_hub.faults import REPOSITORY, inject
from tests.fixtures.reading import files_below, hub, on_a_space  # noqa: F401

# ruff: noqa: F811


def test_the_process_exits_while_a_download_hangs(hub):
    """A download that never ends neither keeps the interpreter running nor prints anything."""
    inject(hub, "black hole")
    code = f"from lenet.weights.fetch import begin; begin({REPOSITORY!r}); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 30
        while not hub.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        assert hub.requests
        assert process.communicate("\n", timeout=5) == ("", "")
    assert process.returncode == 0

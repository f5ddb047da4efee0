"""The Space on ZeroGPU: the staged app with the real package `spaces`, and a loopback server as the machines' API."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file

from harness.device_api import device_api
from harness.drawings import EXAMPLES, draw, encoded
from harness.servers import free_port, started
from train.publish.space import stage_space

# A sitecustomize.py. `spaces` expects PyTorch's CUDA build, as on the Hub; tests run with the CPU-only build, too.
HOOK = '''
import atexit
import os
import sys

class Imports:
    """Prints which of the two packages is imported first, and completes a CPU-only build before `spaces` patches it."""

    def find_spec(self, name, path=None, target=None):
        if name == "spaces":
            print("import spaces, statistics", os.environ.get("GRADIO_ANALYTICS_ENABLED"), flush=True)
        if name == "torch":
            print("import torch", flush=True)
        if name == "spaces.zero.torch":
            import torch

            if torch.version.cuda is None:
                torch.version.cuda, torch._C._cuda_init = "13.0", None

def print_decorated():
    decorator = sys.modules.get("spaces.zero.decorator")
    if decorator:
        print("decorated", *{function.__name__ for function in decorator.decorated_cache}, flush=True)

atexit.register(print_decorated)
sys.meta_path.insert(0, Imports())
'''


@pytest.fixture
def staged(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook/sitecustomize.py").write_text(HOOK)
    return tmp_path / stage_space()


def environment(staged: Path, **variables: str) -> dict[str, str]:
    """That of a Space: its own home, where `spaces` may write."""
    paths = [str(staged.parents[1] / "hook"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "HOME": str(staged.parent), "PYTHONPATH": os.pathsep.join(filter(None, paths)), **variables}


def test_elsewhere_spaces_is_not_imported(staged):
    """Without the Hub's variable; the package need not be installed, either: see test_space.py."""
    command = [sys.executable, "-c", "import app"]
    done = subprocess.run(command, cwd=staged, env=environment(staged), capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_the_staged_app_reads_drawings_without_a_gpu(staged):
    """It reports its decorated function at the start; drawing and /predict request no GPU, whatever the settings.

    `spaces` is imported before PyTorch, and after the page's module has turned Gradio's usage statistics off.
    """
    port = free_port()
    with device_api() as (variables, requests):
        # On a Space, where Gradio asks `spaces` whether to decorate the page's functions; here the answer would be yes.
        space = {"SYSTEM": "spaces", "SPACE_ID": "someone/draw", "SPACES_GRADIO_AUTO_WRAP": "1"}
        settings = environment(staged, **variables, **space, GRADIO_SERVER_PORT=str(port))
        with started([sys.executable, "app.py"], port, cwd=staged, env=settings) as server:
            assert requests == [("POST", "/startup-report")]
            url = f"http://127.0.0.1:{port}"
            drawing = encoded(draw(EXAMPLES[3]["strokes"]))
            reading = httpx.post(f"{url}/read", content=drawing, headers={"Content-Type": "image/png"})
            assert reading.json()["digit"] == 3
            draw(EXAMPLES[7]["strokes"]).save(staged / "7.png")
            answer = Client(url, verbose=False).predict(handle_file(str(staged / "7.png")), api_name="/predict")
            assert answer["digit"] == 7
            server.terminate()
            printed, _ = server.communicate(timeout=30)
        assert requests == [("POST", "/startup-report")]
    lines = [line for line in printed.splitlines() if line.startswith(("import ", "decorated "))]
    assert lines == ["import spaces, statistics False", "import torch", "decorated unused"]

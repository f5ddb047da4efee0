"""The Space on ZeroGPU: the staged app with the real package `spaces`, and a loopback server as the machines' API."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gradio_client import Client, handle_file

from harness.browser import Visitor
from harness.device_api import device_api
from harness.drawings import EXAMPLES, draw
from harness.servers import free_port, running
from train.publish.space import stage_space

# A sitecustomize.py. `spaces` expects PyTorch's CUDA build, as on the Hub; tests run with the CPU-only build, too.
HOOK = '''
import sys

class Imports:
    """Prints which of the two packages is imported first, and completes a CPU-only build before `spaces` patches it."""

    def find_spec(self, name, path=None, target=None):
        if name in ("spaces", "torch"):
            print("import", name, flush=True)
        if name == "spaces.zero.torch":
            import torch

            if torch.version.cuda is None:
                torch.version.cuda, torch._C._cuda_init = "13.0", None

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


def printed(staged: Path, code: str, **variables: str) -> list[str]:
    """The lines that Python code prints in the Space's folder."""
    command = [sys.executable, "-c", code]
    options = {"cwd": staged, "env": environment(staged, **variables), "capture_output": True, "text": True}
    return subprocess.run(command, check=True, **options).stdout.splitlines()


def test_spaces_is_imported_first_and_one_function_is_decorated(staged):
    """Before PyTorch, and after the page's module has turned Gradio's usage statistics off."""
    code = (
        "import app, os\n"
        "from spaces.zero.decorator import decorated_cache\n"
        "print({function.__name__ for function in decorated_cache}, os.environ['GRADIO_ANALYTICS_ENABLED'])"
    )
    with device_api() as (variables, requests):
        assert printed(staged, code, **variables) == ["import spaces", "import torch", "{'unused'} False"]
        assert requests == []


def test_elsewhere_spaces_is_not_imported(staged):
    """Without the Hub's variable; the package need not be installed, either: see test_space.py."""
    assert printed(staged, "import app") == []


def test_the_staged_app_reads_drawings_without_a_gpu(staged, chromium):
    """It reports its decorated function at the start; drawing and /predict request no GPU, whatever the settings."""
    port = free_port()
    with device_api() as (variables, requests):
        # On a Space, where Gradio asks `spaces` whether to decorate the page's functions; here the answer would be yes.
        space = {"SYSTEM": "spaces", "SPACE_ID": "someone/draw", "SPACES_GRADIO_AUTO_WRAP": "1"}
        settings = environment(staged, **variables, **space, GRADIO_SERVER_PORT=str(port))
        with running([sys.executable, "app.py"], port, cwd=staged, env=settings) as url:
            assert requests == [("POST", "/startup-report")]
            visitor = Visitor(chromium.new_page(), url)
            visitor.draw([stroke[::5] for stroke in EXAMPLES[3]["strokes"]])
            assert visitor.digit() == "3"
            visitor.page.get_by_text("Checked with PyTorch on the server.").wait_for()
            visitor.page.close()
            draw(EXAMPLES[7]["strokes"]).save(staged / "7.png")
            answer = Client(url, verbose=False).predict(handle_file(str(staged / "7.png")), api_name="/predict")
            assert answer["digit"] == 7
        assert requests == [("POST", "/startup-report")]

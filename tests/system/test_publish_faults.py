"""A Hub that stops responding does not keep the process alive."""
# ruff: noqa: F811  (fixtures that are imported, and requested by their names)

import subprocess
import sys

import pytest

from harness import ROOT
from harness.fake_hub.server import Request
from tests.fixtures.publishing import DRAWN, FILES, REPO, failure, files_of, hub, publish, run, slow_drip  # noqa: F401

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def test_the_process_ends_if_the_hub_stops_responding_during_an_upload(hub, run, tmp_path, monkeypatch):
    """The message says that the new repository is still empty."""
    monkeypatch.setattr(Request, "put_object", slow_drip)
    arguments = ["publish", str(run), "--repo", REPO, "--no-onnx"]
    code = "import sys; from lenet.hub import upload; from train.__main__ import main; upload.UPLOAD_TIMEOUT = 2; "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(main({arguments}))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**hub.environment(tmp_path, hub.token), "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert files_of(hub) == {}
    assert done.returncode == 2
    assert done.stderr == (
        f"train: no response within 2 s: try again later; {hub.url}/{REPO} was created but is still empty: "
        "publish again\n"
    )

"""python app.py as a process: exit codes, output, signals, and how long a start takes."""

import re
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from huggingface_hub import constants

from harness import ROOT
from harness.fake_hub.faults import REPOSITORY, inject
from harness.servers import free_port
from lenet.page.__main__ import main
from lenet.page.assets import FILES, STATIC_URL
from tests.fixtures.reading import files_below, hub, on_a_space  # noqa: F401
from tests.matches import matched
from tests.processes import serve

# ruff: noqa: F811


def test_the_process_reports_an_error_and_ends():
    """app.py passes on the arguments and the exit code; the other tests of errors call `main` in this process."""
    command = [sys.executable, "app.py", "--model", "someone/lenet-5@"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("app.py: invalid revision in someone/lenet-5@: ")
    assert done.stderr.count("\n") == 1


def serve_from(endpoint: str, cache: str, port: int) -> int:
    """As python app.py. The Hub's client has been imported before the fork, and its settings were read then."""
    constants.ENDPOINT, constants.HF_HUB_CACHE = endpoint, cache
    constants.HUGGINGFACE_CO_URL_TEMPLATE = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    sys.argv = ["app.py", "--port", str(port)]
    return main()


def html_of(port: int) -> str:
    components = httpx.get(f"http://127.0.0.1:{port}/config").json()["components"]
    return "".join(component["props"].get("html_template") or "" for component in components)


def footer(html: str) -> str:
    return re.sub("<[^>]+>", "", matched('<footer class="weights">(.*)</footer>', html))


def test_a_hub_that_does_not_respond_delays_the_start_by_its_deadline_at_most(hub, fork):
    """On a Space the page starts about as soon as one that does not use the Hub, and says what happened.

    Both start at the same time, so that a busy machine delays them equally, and without the imports, during which the
    download would go on: the whole delay is seen.
    """
    inject(hub, "black hole")
    patience = 1.5  # seconds; there are more without the variable
    space = {"SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}
    ports = free_port(), free_port()
    given = hub.url, str(hub.home / "hub")
    undisturbed = fork(serve_from, *given, ports[0])
    up = fork(serve_from, *given, ports[1], **space, LENET_PATIENCE=str(patience))
    began = time.monotonic()
    seconds = []
    for process in (undisturbed, up):
        process.until("* Running on local URL:")
        seconds.append(time.monotonic() - began)
    assert seconds[1] < seconds[0] + patience + 2
    html = [html_of(port) for port in ports]
    assert '<p class="origin-notice"' not in html[0]
    notice = unescape(matched('<p class="origin-notice" role="status">(.*?)</p>', html[1]))
    assert notice == (
        f"cannot load {REPOSITORY} from the Hub: no complete response within {patience} s "
        "(set LENET_PATIENCE to wait longer). Using the bundled weights."
    )
    assert (undisturbed.errors, up.errors) == ("", f"app.py: {notice}\n")
    for each in html:
        assert footer(each).startswith("Weights: bundled; ")
    for process in (undisturbed, up):
        process.kill()


@pytest.fixture(scope="module")
def configured_app(fork):
    """An app with --share, without a network, and with Gradio's environment variables: its URL, and what it printed."""
    port = free_port()
    environment = {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_ROOT_PATH": "lenet/",
        "ALL_PROXY": f"socks5://127.0.0.1:{free_port()}",  # for which there is no package
        "HTTPS_PROXY": f"http://127.0.0.1:{free_port()}",  # no network: nothing listens there
    }
    process = fork(serve, ("--share",), **environment)
    process.until("* No public link:")
    printed = process.printed
    yield SimpleNamespace(url=f"http://127.0.0.1:{port}", printed=printed.splitlines())
    process.send_signal(signal.SIGTERM)
    process.wait()
    assert (process.printed, process.errors) == (printed, "")


def test_share_without_network_serves_locally(configured_app):
    """One line says that there is no public link, and why; the page is served, and nothing else is printed."""
    local, public = configured_app.printed
    assert local.startswith(f"* Running on local URL:  {configured_app.url}")
    assert public.startswith("* No public link: Could not get share link from Gradio API Server. ")
    assert httpx.get(configured_app.url).status_code == 200


def test_gradios_environment_variables_are_used(configured_app):
    """Server name and port apply if there is no flag; under a root path the page's modules are found."""
    with httpx.Client(base_url=configured_app.url) as client:
        assert "/lenet" in client.get("/").text
        for name in [*FILES][::10]:
            assert client.get(f"{STATIC_URL}/{name}").status_code == 200
        assert client.get(f"{STATIC_URL}/..%2Fblocks.py").status_code == 404
        assert client.get(f"{STATIC_URL}/blocks.py").status_code == 404


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("library", ["libtorch_cpu", "_pydantic_core"])
def test_ctrl_c_during_the_start_prints_nothing(hub, monkeypatch, library):
    """No traceback, while PyTorch is being imported or Gradio, and weights downloaded; no files are left."""
    monkeypatch.setenv("LENET_PATIENCE", "60")  # so that the start does not end by itself
    inject(hub, "black hole")
    command = [sys.executable, "app.py", "--model", REPOSITORY]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as starting:
        while library not in Path(f"/proc/{starting.pid}/maps").read_text():
            time.sleep(0.01)
        starting.send_signal(signal.SIGINT)
        printed, _ = starting.communicate(timeout=50)
    assert (starting.returncode, printed) == (130, "")
    assert files_below(hub.home) == {}

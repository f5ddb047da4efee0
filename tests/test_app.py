"""python app.py: its arguments, Gradio's environment variables, the API endpoint."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from lenet.page.routes import FILES, STATIC_URL
from lenet.page.serve import public_link
from tests.browser import ROOT, free_port, running
from tests.conftest import ERROR, EXAMPLES, draw
from tests.fake_hub.app import start, start_beside
from tests.fake_hub.faults import GOOD, OTHER, REPOSITORY, WEIGHTS, arrange
from tests.fake_hub.reading import files_below, hub, on_a_space  # noqa: F401

# ruff: noqa: F811


def app(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_help_names_the_arguments():
    """--help prints them without importing PyTorch or Gradio first."""
    done = app("--help")
    assert done.returncode == 0
    for flag in ("--share", "--host", "--port"):
        assert flag in done.stdout


def test_a_port_in_use_is_reported_in_one_line():
    """Exit code 2, the port named, no traceback."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = app("--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"app.py: cannot listen on port {port}: Address already in use\n"


def test_the_page_without_gradio_says_how_to_install_it():
    """The package can be installed without the extra `app`: one line, exit code 2."""
    code = "import sys; sys.modules['gradio'] = None; from lenet.page.__main__ import main; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == '-c: the page needs Gradio: install it with `pip install "lenet[app]"`\n'


def test_an_invalid_port_is_rejected():
    """The message says which flag or environment variable it comes from."""
    for done, name in (
        (app("--port", "70000"), "--port 70000"),
        (app("--port", "0"), "--port 0"),
        (app(GRADIO_SERVER_PORT="abc"), "GRADIO_SERVER_PORT abc"),
        (app(GRADIO_SERVER_PORT="0"), "GRADIO_SERVER_PORT 0"),
    ):
        assert done.returncode == 2
        assert f"{name}: expected a port from 1 to 65535" in done.stderr


def test_a_missing_model_folder_is_reported():
    """In a line, without a traceback."""
    done = app("--model", "nowhere")
    assert done.returncode == 2
    assert "folder not found: nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def footer(html: str) -> str:
    return re.sub("<[^>]+>", "", re.search('<footer class="weights">(.*)</footer>', html)[1])


@pytest.mark.usefixtures("on_a_space")
def test_a_space_uses_its_owners_weights(hub):
    """The footer names the commit, with links to it and to its model card; there is no notice."""
    sha = hub.put(REPOSITORY, GOOD)
    up = start(dict(os.environ))
    assert footer(up.html).startswith(
        f"Weights: {REPOSITORY}@{sha[:7]}; network: textbook, 61,706 parameters; MNIST test error: {ERROR}"
    )
    assert f'href="{hub.url}/{REPOSITORY}/tree/{sha}"' in up.html
    assert f'href="{hub.url}/{REPOSITORY}"' in up.html
    assert (up.notice, up.said) == ("", "")


def test_a_hub_that_does_not_respond_delays_the_start_by_less_than_five_seconds(hub):
    """On a Space the page starts about as soon as one that does not use the Hub, and says what happened."""
    arrange(hub, "black hole")
    space = {**os.environ, "SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}
    undisturbed, up = start_beside(dict(os.environ), space)
    assert up.seconds < undisturbed.seconds + 5
    assert (undisturbed.notice, undisturbed.said) == ("", "")
    assert up.notice == (
        f"cannot load {REPOSITORY} from the Hub: no response within 4 s (set LENET_PATIENCE to wait longer). "
        "Using the bundled weights."
    )
    assert up.said == f"app.py: {up.notice}\n"
    for html in (undisturbed.html, up.html):
        assert footer(html).startswith("Weights: bundled; ")


@pytest.mark.parametrize("fault", ["connection refused", "black hole", "1 GB file"])
def test_a_named_repository_that_cannot_be_loaded_is_reported(hub, fault):
    """One line, exit code 2; the app does not start with other weights than those requested."""
    arrange(hub, fault)
    done = app("--model", REPOSITORY)
    assert done.returncode == 2
    assert done.stderr.startswith(f"app.py: cannot load {REPOSITORY} from the Hub: ")
    assert done.stderr.count("\n") == 1


def test_a_bad_repository_in_lenet_model_is_reported(hub):
    """The environment variable names a source just as the flag does."""
    hub.put(REPOSITORY, {**GOOD, WEIGHTS: OTHER}, tag="v1")
    done = app(LENET_MODEL=f"{REPOSITORY}@v1")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"app.py: cannot load {REPOSITORY}@v1 from the Hub: its model.safetensors does not fit"
    )
    assert done.stderr.count("\n") == 1


def test_share_without_network_serves_locally(monkeypatch, tmp_path):
    """One line says that there is no public link, and why; the page is served."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")  # no network: nothing listens there
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    port = free_port()
    command = [sys.executable, "-u", "app.py", "--share", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            lines = [server.stdout.readline(), server.stdout.readline()]
            assert httpx.get(f"http://127.0.0.1:{port}").status_code == 200
        finally:
            server.terminate()
        rest = server.stdout.read()
    assert lines[0] == f"* Running on local URL:  http://127.0.0.1:{port}/\n"
    assert lines[1].startswith("* No public link: Could not get share link from Gradio API Server. ")
    assert rest.strip() == ""


def test_a_tunnel_that_does_not_respond_times_out(monkeypatch):
    """Gradio would wait for half a minute or more; the line is printed after our own timeout."""
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{hole.getsockname()[1]}")
        page = SimpleNamespace(server_name="127.0.0.1", server_port=free_port(), share_token="x", space_id=None)
        assert public_link(page, timeout=0.5).startswith("* No public link: no response within 0.5 s. ")


@pytest.mark.parametrize("host", ["999.1.1.1", "192.0.2.1", "no host", "x" * 70 + ".example"])
def test_a_host_that_cannot_be_listened_on_is_reported(host):
    """In one line, at once, and not as a port in use; whether it comes from the flag or the environment."""
    for done in (app("--host", host), app(GRADIO_SERVER_NAME=host)):
        assert done.returncode == 2
        assert done.stderr.startswith(f"app.py: cannot listen on host {host}: ")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("seconds", [0.5, 1.5])
def test_ctrl_c_during_the_start_prints_nothing(hub, seconds):
    """No traceback, whatever is being imported or downloaded, and no files are left."""
    arrange(hub, "black hole")
    command = [sys.executable, "app.py", "--model", REPOSITORY]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as starting:
        time.sleep(seconds)
        starting.send_signal(signal.SIGINT)
        said, _ = starting.communicate(timeout=60)
    assert (starting.returncode, said) == (130, "")
    assert files_below(hub.home) == {}


def test_gradios_environment_variables_are_used(monkeypatch):
    """Server name and port apply if there is no flag; under a root path the page's modules are found."""
    port = free_port()
    monkeypatch.setenv("GRADIO_SERVER_PORT", str(port))
    monkeypatch.setenv("GRADIO_SERVER_NAME", "127.0.0.1")
    monkeypatch.setenv("GRADIO_ROOT_PATH", "/lenet")
    with running([sys.executable, "app.py"], port) as url:
        page = httpx.get(url)
        assert "/lenet" in page.text
        for name in FILES:
            assert httpx.get(url + f"{STATIC_URL}/{name}").status_code == 200
        assert httpx.get(url + f"{STATIC_URL}/..%2Fblocks.py").status_code == 404
        assert httpx.get(url + f"{STATIC_URL}/blocks.py").status_code == 404


@pytest.fixture(scope="module")
def client(app_url):
    return Client(app_url, verbose=False)


@pytest.mark.parametrize("digit", [0, 7])
def test_predict_reads_an_image(client, reader, tmp_path, digit):
    """gradio_client gets the digit and the top 3 of the reader."""
    image = draw(EXAMPLES[digit]["strokes"])
    image.save(tmp_path / "digit.png")
    reading = client.predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")
    assert reading["digit"] == digit
    assert reading["reason"] is None
    expected = reader.read(image).top(3)
    assert [d for d, _ in reading["top"]] == [d for d, _ in expected]
    assert [p for _, p in reading["top"]] == pytest.approx([p for _, p in expected], abs=1e-6)


def test_predict_keeps_transparency(client, tmp_path):
    """White ink on a transparent background is ink, as for the reader."""
    ink = Image.eval(draw(EXAMPLES[5]["strokes"]), lambda v: 255 - v)
    transparent = Image.new("RGBA", ink.size, (255, 255, 255, 0))
    transparent.putalpha(ink)
    transparent.save(tmp_path / "transparent.png")
    assert client.predict(handle_file(str(tmp_path / "transparent.png")), api_name="/predict")["digit"] == 5


def test_predict_rejects_a_blank_image(client, tmp_path):
    """The digit is None, and the reason says why."""
    Image.new("L", (64, 64), 255).save(tmp_path / "blank.png")
    reading = client.predict(handle_file(str(tmp_path / "blank.png")), api_name="/predict")
    assert (reading["digit"], reading["reason"]) == (None, "blank")


def test_predict_rejects_a_large_image(client, tmp_path):
    """The client gets a line that says what was wrong with an image of more than 50 megapixels."""
    Image.new("1", (10_000, 5_001)).save(tmp_path / "large.png")
    with pytest.raises(AppError, match="image too large"):
        client.predict(handle_file(str(tmp_path / "large.png")), api_name="/predict")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a letter", "not an image file"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not an image file|damaged image")],
)
def test_predict_rejects_a_file_that_is_not_an_image(client, tmp_path, content, message):
    """In a line that does not contain paths of the server."""
    (tmp_path / "letter.png").write_bytes(content)
    with pytest.raises(AppError, match=message) as caught:
        client.predict(handle_file(str(tmp_path / "letter.png")), api_name="/predict")
    assert "/tmp" not in str(caught.value)


def test_predict_is_the_only_endpoint(client):
    """The function that the page calls is not a public endpoint."""
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/predict"]

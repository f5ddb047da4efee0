"""python app.py: its arguments, Gradio's environment variables, the API endpoint.

Most tests call the app's `main` in this process; a few start a process, where that is the point.
"""

import re
import socket
import sys

import gradio as gr
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from harness.drawings import EXAMPLES, draw
from harness.fake_hub.faults import GOOD, REPOSITORY, WEIGHTS, WRONG_SHAPES, inject
from harness.servers import free_port
from lenet.hub import fetch as hub_fetch
from lenet.page.__main__ import main
from lenet.page.document import document
from lenet.page.serve import public_link
from tests.asgi import run_apart
from tests.fixtures.reading import files_below, hub, on_a_space  # noqa: F401
from tests.matches import matched

# ruff: noqa: F811


@pytest.fixture
def failure(monkeypatch, capsys):
    """Call the app in this process, expect exit code 2 before it serves the page, and return its stderr."""

    def unexpected(*_):
        raise AssertionError("the page was served")

    monkeypatch.setattr(sys, "argv", ["app.py"])
    monkeypatch.setattr("lenet.page.serve.serve", unexpected)

    def call(*arguments: str) -> str:
        try:
            exit_code = main([*arguments])
        except SystemExit as stop:
            exit_code = stop.code
        printed = capsys.readouterr()
        assert (exit_code, printed.out) == (2, "")
        return printed.err

    return call


def test_help_is_printed_without_importing_pytorch_or_gradio(monkeypatch, capsys):
    """Those imports take seconds."""
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    for flag in ("--share", "--host", "--port", "--model"):
        assert flag in printed


def test_a_port_in_use_is_reported_in_one_line(failure):
    """The line names the port."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert failure("--port", str(port)) == f"app.py: cannot listen on port {port}: Address already in use\n"


def test_without_gradio_the_app_says_how_to_install_it(failure, monkeypatch):
    """The package can be installed without the extra `app`."""
    monkeypatch.setitem(sys.modules, "gradio", None)
    monkeypatch.delitem(sys.modules, "lenet.page.serve")
    assert failure() == 'app.py: the page needs Gradio: install it with `pip install "lenet[app]"`\n'


def test_an_invalid_port_is_rejected(failure, monkeypatch):
    """The message says which flag or environment variable it comes from."""
    for port in ("70000", "0"):
        assert f"--port {port}: expected a port from 1 to 65535" in failure("--port", port)
    for port in ("abc", "0"):
        monkeypatch.setenv("GRADIO_SERVER_PORT", port)
        assert f"GRADIO_SERVER_PORT {port}: expected a port from 1 to 65535" in failure()


def test_an_invalid_host_is_reported(failure, monkeypatch):
    """In one line that does not call the port busy, whether the host comes from the flag or the environment."""
    for host in ("999.1.1.1", "192.0.2.1", "no host", "x" * 70 + ".example"):
        monkeypatch.delenv("GRADIO_SERVER_NAME", raising=False)
        messages = [failure("--host", host)]
        monkeypatch.setenv("GRADIO_SERVER_NAME", host)
        messages.append(failure())
        for message in messages:
            assert message.startswith(f"app.py: cannot listen on host {host}: ")
            assert message.count("\n") == 1


def test_a_missing_model_folder_is_reported(failure):
    """In one line."""
    assert failure("--model", "nowhere") == "app.py: folder not found: nowhere\n"


@pytest.mark.parametrize("fault", ["connection refused", "black hole", "1 GB file"])
def test_a_named_repository_that_cannot_be_loaded_is_reported(hub, failure, monkeypatch, fault):
    """In one line; the app does not start with other weights than those requested."""
    if fault == "black hole":
        monkeypatch.setenv("LENET_PATIENCE", "0.2")
        monkeypatch.setattr(hub_fetch, "LONGEST", 0.5)
    inject(hub, fault)
    message = failure("--model", REPOSITORY)
    assert message.startswith(f"app.py: cannot load {REPOSITORY} from the Hub: ")
    assert message.count("\n") == 1


def test_a_bad_repository_in_lenet_model_is_reported(hub, failure, monkeypatch):
    """The environment variable names a source just as the flag does."""
    hub.put(REPOSITORY, {**GOOD, WEIGHTS: WRONG_SHAPES}, tag="v1")
    monkeypatch.setenv("LENET_MODEL", f"{REPOSITORY}@v1")
    message = failure()
    assert message.startswith(f"app.py: cannot load {REPOSITORY}@v1 from the Hub: its model.safetensors does not fit")
    assert message.count("\n") == 1


def footer(html: str) -> str:
    return re.sub("<[^>]+>", "", matched('<footer class="weights">(.*)</footer>', html))


@pytest.mark.usefixtures("on_a_space")
def test_a_space_uses_its_owners_weights(hub, monkeypatch, capsys, mnist_error):
    """The footer names the commit, with links to it and to its model card; there is no notice."""
    sha = hub.put(REPOSITORY, GOOD)
    served = []
    monkeypatch.setattr("lenet.page.serve.serve", lambda reader, *_: served.append(document(reader)))
    monkeypatch.setattr(hub_fetch, "PATIENCE", 60)  # on a busy machine, too, the downloaded weights are used
    assert main([]) == 0
    (html,) = served
    assert footer(html).startswith(
        f"Weights: {REPOSITORY}@{sha[:7]}; network: textbook, 61,706 parameters; MNIST test error: {mnist_error}"
    )
    assert f'href="{hub.url}/{REPOSITORY}/tree/{sha}"' in html
    assert f'href="{hub.url}/{REPOSITORY}"' in html
    assert "origin-notice" not in html
    assert capsys.readouterr() == ("", "")


def test_a_tunnel_that_does_not_respond_times_out(monkeypatch):
    """Gradio by itself would wait for half a minute or more."""

    async def blocks() -> gr.Blocks:  # in a loop, as Gradio would otherwise leave two of its own unclosed
        return gr.Blocks(analytics_enabled=False)

    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{hole.getsockname()[1]}")
        page = run_apart(blocks())
        page.server_name, page.server_port = "127.0.0.1", free_port()
        assert public_link(page, timeout=0.2).startswith("* No public link: no response within 0.2 s. ")


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


def test_predict_reads_a_number(client, tmp_path):
    """Two digits side by side: no digit, but their number; it is None for a single digit."""
    page = Image.new("L", (480, 280), 255)
    for i, digit in enumerate((3, 7)):
        page.paste(draw(EXAMPLES[digit]["strokes"], side=240), (240 * i, 20))
    page.save(tmp_path / "number.png")
    reading = client.predict(handle_file(str(tmp_path / "number.png")), api_name="/predict")
    assert (reading["digit"], reading["reason"], reading["number"]) == (None, "several digits", "37")
    draw(EXAMPLES[3]["strokes"]).save(tmp_path / "digit.png")
    assert client.predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")["number"] is None


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
    [(b"a letter", "not an image file"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not an image file|damaged")],
)
def test_predict_rejects_a_file_that_is_not_an_image(client, tmp_path, content, message):
    """In a line that does not contain paths of the server."""
    (tmp_path / "letter.png").write_bytes(content)
    with pytest.raises(AppError, match=message) as caught:
        client.predict(handle_file(str(tmp_path / "letter.png")), api_name="/predict")
    assert "/tmp" not in str(caught.value)


def test_predict_is_documented(client):
    """The generated documentation sends an image, and describes parameter and result."""
    endpoint = client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/predict"]
    [parameter], [result] = endpoint["parameters"], endpoint["returns"]
    assert parameter["example_input"]["path"] == "digit.png"
    assert parameter["python_type"]["description"] == "an image of one digit, in any common format"
    assert result["python_type"]["description"].startswith("digit: 0 to 9, or null if the image was rejected")


def test_predict_is_the_only_endpoint(client):
    """The function that the page calls is not a public endpoint."""
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/predict"]

"""Starts of the page in unusual surroundings: each serves it, or ends with one line that is true and exit code 2."""

import asyncio
import os
import pwd
import signal
import socket
import sys
import threading

import httpx
import pytest

from harness.servers import free_port
from lenet.page.__main__ import main
from tests.processes import serve

DEAD = "127.0.0.1:9"  # nothing listens there


def page_of(process) -> str:
    """The page's HTML, from the address that the process has printed."""
    process.until("* Running on local URL:")
    assert process.is_running(), process.errors
    url = process.printed.split()[-1]
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{url}healthz").json()["status"] == "ok"
        return client.get(url).text


@pytest.mark.parametrize(
    "variables",
    [
        {"HTTP_PROXY": f"http://{DEAD}", "http_proxy": f"http://{DEAD}"},
        {"ALL_PROXY": f"socks5://{DEAD}"},
        {"ALL_PROXY": f"socks5://{DEAD}", "NO_PROXY": "127.0.0.1"},
        {"HTTP_PROXY": "http://["},
    ],
    ids=lambda variables: ", ".join(variables.values()),
)
def test_a_proxy_does_not_keep_the_page_from_starting(fork, variables):
    """Gradio asks the page whether it is up, which no proxy knows."""
    process = fork(serve, ("--port", free_port()), **variables)
    assert "modulepreload" in page_of(process)
    assert process.errors == ""
    process.kill()


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
@pytest.mark.parametrize("host", ["::1", "[::1]", "::", "localhost"])
def test_hosts_with_addresses_of_version_6(fork, host):
    """The printed address is one that a browser understands."""
    port = free_port()
    process = fork(serve, ("--port", port), GRADIO_SERVER_NAME=host)
    page_of(process)
    named = process.printed.split()[-1]
    assert named in (f"http://[::1]:{port}/", f"http://127.0.0.1:{port}/")
    if host == "localhost":
        with httpx.Client(trust_env=False) as client:
            assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    process.kill()


def test_the_root_path_may_be_written_with_slashes(fork):
    """Behind a proxy that strips it or does not, the page is found; tests/unit/test_address.py has other spellings."""
    process = fork(serve, ("--port", free_port()), GRADIO_ROOT_PATH="//lenet//")
    page_of(process)
    url = process.printed.split()[-1]
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{url}config").json()["root"] == f"{url}lenet"
        assert client.get(f"{url}lenet/healthz").json()["status"] == "ok"
    process.kill()


def test_the_root_path_may_be_an_address(fork):
    """It is then the page's address, whatever the proxy says."""
    process = fork(serve, ("--port", free_port()), GRADIO_ROOT_PATH="https://example.com/lenet/")
    html = page_of(process)
    assert 'content="https://example.com/lenet/static-' in html
    process.kill()


def test_a_start_in_a_thread(fork):
    """As a notebook's extension may do; Ctrl+C and SIGTERM are then not the page's."""
    process = fork(serve_in_a_thread, free_port())
    page_of(process)
    process.kill()


def serve_in_a_thread(port: int) -> None:
    thread = threading.Thread(target=main, args=(["--port", str(port)],))
    thread.start()
    thread.join()


def test_a_start_in_a_notebook(fork):
    """Its process has a running loop, and arguments that are not meant for the page."""
    process = fork(serve_in_a_notebook, free_port())
    page_of(process)
    process.send_signal(signal.SIGINT)
    assert (process.wait(60), process.errors) == (0, "")


def serve_in_a_notebook(port: int) -> int:
    sys.argv = ["/somewhere/ipykernel_launcher.py", "-f", "kernel.json"]
    os.environ["GRADIO_SERVER_PORT"] = str(port)
    before = signal.getsignal(signal.SIGTERM)

    async def cell() -> int:
        return main()

    code = asyncio.get_event_loop_policy().new_event_loop().run_until_complete(cell())
    return code if signal.getsignal(signal.SIGTERM) == before else 1


def test_a_user_without_a_name_and_a_home(fork):
    """As in a container that runs with a number only."""
    process = fork(serve_without_a_home, free_port())
    page_of(process)
    assert process.errors == ""
    process.kill()


def serve_without_a_home(port: int) -> int:
    del os.environ["HOME"]
    pwd.getpwuid = {}.__getitem__
    return main(["--port", str(port)])


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("GRADIO_ROOT_PATH", "ftp://example.com", "expected a path such as /lenet, or an address with http or https"),
        ("GRADIO_ROOT_PATH", "/lenet?x=1", "expected a path such as /lenet, or an address with http or https"),
        ("GRADIO_SERVER_NAME", "fe80::1%lo", "cannot listen on host fe80::1%lo: addresses with a zone are not"),
        ("GRADIO_SERVER_NAME", "2001:db8::7", "cannot listen on host 2001:db8::7: Cannot assign requested address"),
    ],
)
def test_an_impossible_address_is_reported(monkeypatch, capsys, variable, value, line):
    """In one line, and before anything slow is imported."""
    monkeypatch.setenv(variable, value)
    assert main(["--port", str(free_port())]) == 2
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1

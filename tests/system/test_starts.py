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

DEAD = "127.0.0.1:9"  # nothing listens there


def page_of(process) -> str:
    """The page's HTML, from the address that the process has printed."""
    process.until("* Running on local URL:")
    assert process.is_running(), process.errors
    url = process.printed.split()[-1]
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{url}healthz").json()["status"] == "ok"
        return client.get(url).text


def start_in_a_thread(arguments: list[str]) -> int:
    """As a notebook's extension may do; Ctrl+C and SIGTERM are then not the page's."""
    thread = threading.Thread(target=main, args=(arguments,))
    thread.start()
    thread.join()
    return 0


def start_in_a_notebook(arguments: list[str]) -> int:
    """Its process has a running loop, and arguments that are not meant for the page."""
    sys.argv = ["/somewhere/ipykernel_launcher.py", "-f", "kernel.json"]
    os.environ["GRADIO_SERVER_PORT"] = arguments[1]
    before = signal.getsignal(signal.SIGTERM)

    async def cell() -> int:
        return main()

    code = asyncio.get_event_loop_policy().new_event_loop().run_until_complete(cell())
    return code if signal.getsignal(signal.SIGTERM) == before else 1


def start_without_a_home(arguments: list[str]) -> int:
    """As in a container whose user has a number only."""
    del os.environ["HOME"]
    pwd.getpwuid = {}.__getitem__
    return main(arguments)


# A proxy, which does not know the page, when Gradio asks the page whether it is up; a host with addresses of version 6;
# a root path, with the address that it makes of the printed one; who starts it.
SURROUNDINGS = [
    ({"HTTP_PROXY": f"http://{DEAD}", "http_proxy": f"http://{DEAD}"}, "::1", "//lenet//", "{}lenet", main),
    ({"ALL_PROXY": f"socks5://{DEAD}"}, "[::1]", "https://example.com/lenet/", None, start_in_a_thread),
    ({"ALL_PROXY": f"socks5://{DEAD}", "NO_PROXY": "127.0.0.1"}, "::", "", "{}", start_without_a_home),
    ({"HTTP_PROXY": "http://["}, "localhost", "", "{}", start_in_a_notebook),
]


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
@pytest.mark.parametrize(("proxy", "host", "path", "root", "start"), SURROUNDINGS)
def test_a_start_in_unusual_surroundings(fork, proxy, host, path, root, start):
    """Several of them at once, since none has to do with another: the page is served, at the printed address.

    A root path may be written with slashes, and the proxy strip it or not; tests/unit/test_address.py has other
    spellings. As an address it is the page's, whatever the proxy says.
    """
    port = free_port()
    process = fork(start, ["--port", str(port)], GRADIO_SERVER_NAME=host, GRADIO_ROOT_PATH=path, **proxy)
    html = page_of(process)
    assert "modulepreload" in html
    url = process.printed.split()[-1]
    assert url in (f"http://[::1]:{port}/", f"http://127.0.0.1:{port}/")  # which a browser understands
    with httpx.Client(trust_env=False) as client:
        if root:
            assert client.get(f"{url}config").json()["root"].rstrip("/") == root.format(url).rstrip("/")
            assert client.get(f"{root.format(url).rstrip('/')}/healthz").json()["status"] == "ok"
        else:
            assert f'content="{path}static-' in html
        if host == "localhost":
            assert client.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    if start is start_in_a_notebook:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert process.errors == ""
    process.kill()


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

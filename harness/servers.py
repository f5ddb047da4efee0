"""Servers in processes of their own, which are ready when they are used and end afterwards."""

import asyncio
import contextlib
import functools
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from harness import ROOT
from lenet.page.stubs import without_stubs
from lenet.recognizer import Recognizer


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def processes_of(pid: int) -> list[int]:
    """A process and all that it has started, and these in turn. Linux only."""
    found = [pid]
    for each in found:  # which grows meanwhile
        with contextlib.suppress(OSError):  # it has ended
            for thread in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def is_up(url: str, timeout: float, has_ended: Callable[[], object], poll: float = 0.1) -> bool:
    """Whether a server responds, with any status but 503, within `timeout` seconds, and before it has ended."""
    deadline = time.monotonic() + timeout
    while not has_ended() and time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=5, verify=False).status_code != 503:
                return True
        time.sleep(poll)
    return False


@contextlib.contextmanager
def started(
    command: list[str],
    port: int,
    timeout: float = 90,
    poll: float = 0.1,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen]:
    """A server that `command` starts on `port`, within `timeout` seconds; it is terminated on exit."""
    server = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        if not is_up(f"http://127.0.0.1:{port}", timeout, lambda: server.poll() is not None, poll):
            server.kill()
            raise RuntimeError(f"{command} did not start:\n{server.communicate()[0]}")
        yield server
    finally:
        server.terminate()
        server.communicate(timeout=30)


@contextlib.contextmanager
def running(command: list[str], port: int, **options) -> Iterator[str]:
    """The URL of a server: see `started`."""
    with started(command, port, **options):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def running_app(**variables: str) -> Iterator[str]:
    """The URL of a running `python app.py`, with more environment variables."""
    port = free_port()
    environment = {**os.environ, **variables}
    with running([sys.executable, "app.py", "--port", str(port)], port, env=environment) as url:
        yield url


def page_in_this_process(reader: Recognizer, **options) -> str:
    """The URL of the page, served by a thread of this process until it ends; options are those of `serve`."""
    with without_stubs():
        from lenet.page.serve import serve  # imported here because Gradio's import takes seconds

    port = free_port()
    failure: list[BaseException] = []

    async def run() -> None:  # in a loop, as Gradio would otherwise leave two of its own unclosed
        try:
            serve(reader, "127.0.0.1", port, **options)
        except BaseException as error:
            failure.append(error)

    threading.Thread(target=lambda: asyncio.run(run()), name=f"page on port {port}", daemon=True).start()
    url = f"http://127.0.0.1:{port}"
    if not is_up(f"{url}/healthz", 90, lambda: failure, poll=0.02):
        raise failure[0] if failure else TimeoutError(f"{url} did not start")
    return url


@contextlib.contextmanager
def files_of(folder: Path) -> Iterator[str]:
    """The URL of a server, in this process, of the files in a folder."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

"""The server as a process, under strangers' connections and when it is stopped."""

import contextlib
import resource
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from harness.drawings import EXAMPLES, draw
from harness.image_files import mutants
from harness.images import encoded
from harness.servers import free_port, processes_of
from harness.services import wait_for
from tests.processes import Forked, serve

STROKE = encoded(draw(EXAMPLES[7]["strokes"]))
MUTANTS = 40  # tests of the decoder have more
PNG = {"Content-Type": "image/png"}


@pytest.fixture
def server(tmp_path, fork):
    """A running app: its process, its port, and the folder that holds its uploads."""
    port = free_port()
    process = fork(serve, ("--port", port), GRADIO_TEMP_DIR=str(tmp_path))
    wait_for(f"http://127.0.0.1:{port}/healthz", process, 90)
    yield process, port, tmp_path
    process.kill()


def lines(process: Forked) -> int:
    """How many lines it has printed; one is usual, with the local URL."""
    return (process.printed + process.errors).count("\n")


def uploads(folder: Path) -> list[Path]:
    return list(folder.glob("lenet-uploads-*"))


def read(port: int) -> int:
    """The digit that the server reads in a stroke."""
    return httpx.post(f"http://127.0.0.1:{port}/read", content=STROKE, headers=PNG, timeout=5).json()["digit"]


def wait_until_closed(port: int) -> None:
    """Until the server no longer listens."""
    with contextlib.suppress(httpx.TransportError):
        while True:
            read(port)


def test_half_a_header_each_from_more_strangers_than_fit(server):
    """1,100 connections stay open, and a visitor is served all the same, at once; nothing is logged."""
    process, port, _ = server
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4_096) if hard > 0 else 4_096, hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1_100):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ")
        assert read(port) == 7
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    assert lines(process) == 1


def test_mutated_files_leave_the_server_as_it_was(server):
    """Each is read or refused, as an upload and as a drawing; nothing is logged, and no process is left."""
    process, port, _ = server
    url = f"http://127.0.0.1:{port}"
    api = f"{url}/gradio_api"
    expiry = httpx.Limits(keepalive_expiry=1)  # sooner than the server closes a connection that is not used
    with httpx.Client(timeout=30, limits=expiry) as client:

        def send(content: bytes) -> tuple[int, str]:
            drawn = client.post(f"{url}/read", content=content, headers=PNG)
            uploaded = client.post(f"{api}/upload", files={"files": ("a.png", content)})
            if uploaded.status_code != 200:  # of an empty file
                return drawn.status_code, uploaded.text
            image = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
            event = client.post(f"{api}/call/predict", json={"data": [image]}).json()["event_id"]
            return drawn.status_code, client.get(f"{api}/call/predict/{event}").text

        send(STROKE)
        before = len(processes_of(process.pid))
        with ThreadPoolExecutor(4) as pool:
            said = list(pool.map(send, (content for _, content in mutants(seed=2, count=MUTANTS))))
        assert {status for status, _ in said} <= {200, 400, 413}
        assert all(result.startswith(("event: complete", "event: error")) for _, result in said)
        assert sum(result.startswith("event: complete") for _, result in said) > MUTANTS / 5
        began = time.monotonic()
        assert read(port) == 7
        assert time.monotonic() - began < 2  # 10 ms are usual
    end = time.monotonic() + 10
    while len(processes_of(process.pid)) != before:
        assert time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    assert lines(process) == 1


def test_a_server_that_is_terminated_answers_what_is_under_way(server):
    """A drawing that is half sent and a call of /predict; then the uploads are gone, and the exit code is 0."""
    process, port, folder = server
    url = f"http://127.0.0.1:{port}/gradio_api/"
    path = httpx.post(f"{url}upload", files={"files": ("a.png", STROKE)}).json()[0]
    assert Path(path).is_relative_to(folder)
    image = {"path": path, "meta": {"_type": "gradio.FileData"}}
    event = httpx.post(f"{url}call/predict", json={"data": [image]}).json()["event_id"]
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
    call = httpx.stream("GET", f"{url}call/predict/{event}", timeout=30)
    with call as result, socket.create_connection(("127.0.0.1", port), 30) as drawing:
        drawing.sendall(head % len(STROKE) + STROKE[:99])
        assert read(port) == 7  # so the server has seen the other drawing, too
        process.send_signal(signal.SIGTERM)
        wait_until_closed(port)
        drawing.sendall(STROKE[99:])
        assert drawing.recv(1_000).startswith(b"HTTP/1.1 200 OK")
        assert result.read().startswith(b'event: complete\ndata: [{"digit": 7')
    assert process.wait() == 0
    assert process.printed.startswith("* Running on local URL:")
    assert lines(process) == 1
    assert uploads(folder) == []

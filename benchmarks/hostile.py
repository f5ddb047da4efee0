"""Hostile requests to a running app: `python -m benchmarks.hostile [--nginx]`.

For each kind of attack it prints what is sent and what the answers are, how long it takes, the memory of the server
before and after it and, with the processes that decode images, at its peak, how long a stroke takes right afterwards,
how long another visitor, who draws ten times a second, waits meanwhile and how often in vain, and what is left of it:
processes, bytes of uploads and tracebacks. `--nginx` puts two replicas behind nginx as in `deploy/`; memory is then
that of both. The server may use 8 GB of address space. Linux only.
"""

import argparse
import concurrent.futures
import contextlib
import itertools
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import torch
from safetensors.torch import load_file, save_file

from harness import ROOT
from harness.drawings import EXAMPLES, draw, encoded
from harness.image_files import valid
from harness.images import (
    chunk,
    exif_as_text,
    exif_of_shared_bytes,
    large_floats,
    large_png,
    large_tile,
    large_webp,
    many_tags,
    tag_twice,
    with_chunks,
    with_scans,
)
from harness.servers import processes_of
from harness.services import ROOT_PATH, Replica, nginx, replicas
from lenet.image.file import MAX_SECONDS
from lenet.page.connections import raise_descriptor_limit
from lenet.weights.model import bundled

MB = 1_000_000
ADDRESS_SPACE = 8_000_000_000  # bytes, of each process; a server at rest takes 4 to 5
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PNG = {"Content-Type": "image/png"}
FILE = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
STROKE = encoded(draw(EXAMPLES[7]["strokes"]))
CLIENTS = 20  # who send many images, each from an address of its own
HOLD = 5.0  # seconds for which requests are left unfinished
COLUMNS = (
    *("#", "what is sent", "answers", "seconds", "server before, MB", "peak of all, MB", "server after, MB"),
    *(
        "next stroke, ms",
        "another visitor's longest wait, ms",
        "in vain",
        "processes left",
        "uploads held, MB",
        "tracebacks",
    ),
)
TESTED = (
    ("12", "training data", "tests/unit/test_mnist.py, test_pen_digits.py, test_evaluate.py"),
    ("13", "publishing over another's work", "tests/unit/test_guard.py"),
    ("14", "packages, actions and images", "tests/unit/test_pins.py, tests/system/test_deploy.py"),
)


def endless(head: bytes, size: int, fill: bytes = b"0") -> Iterator[bytes]:
    """A body of `size` bytes, sent in pieces, without its length."""
    for _ in range(size // MB):
        yield head + fill * ((MB - len(head)) // len(fill))
        head = b""


class Attacker:
    """Requests to one server; each method returns a status, or what happened instead of one."""

    def __init__(self, url: str, address: str = "127.0.0.1"):
        self.url, self.parts = url, urlsplit(url)
        transport = httpx.HTTPTransport(local_address=address, limits=httpx.Limits(max_connections=None))
        self.client = httpx.Client(transport=transport, timeout=90)

    def post(self, path: str, content: bytes | Iterable[bytes], headers: dict[str, str]) -> str:
        try:
            return str(self.client.post(f"{self.url}/{path}", content=content, headers=headers).status_code)
        except httpx.HTTPError:
            return "closed"

    def read(self, content: bytes) -> str:
        return self.post("read", content, PNG)

    def call(self, **image: object) -> str:
        """Call /predict with an image, and wait for its result."""
        api = f"{self.url}/gradio_api/call/predict"
        try:
            event = self.client.post(api, json={"data": [{**image, "meta": {"_type": "gradio.FileData"}}]})
            if event.status_code != 200:
                return str(event.status_code)
            result = self.client.get(f"{api}/{event.json()['event_id']}").text
        except httpx.HTTPError:
            return "closed"
        return "busy" if "busy" in result else "refused" if "event: error" in result else "read"

    def predict(self, content: bytes) -> str:
        """Upload an image and have it read."""
        try:
            uploaded = self.client.post(f"{self.url}/gradio_api/upload", files={"files": ("a.png", content)})
        except httpx.HTTPError:
            return "closed"
        return self.call(path=uploaded.json()[0]) if uploaded.status_code == 200 else str(uploaded.status_code)

    def join(self, session: str) -> str:
        """A call whose result is never collected."""
        body = b'{"data": [null], "fn_index": 0, "session_hash": "%s"}' % session.encode()
        return self.post("gradio_api/queue/join", body, JSON)

    def begin(self, sent: bytes) -> socket.socket:
        """A connection with an unfinished request, of which as much is sent as is taken within two seconds."""
        connection = socket.create_connection((self.parts.hostname, self.parts.port), 10)
        connection.settimeout(2)
        with contextlib.suppress(OSError):
            connection.sendall(sent)
        return connection

    def head(self, path: str, kind: str, length: int) -> bytes:
        lines = (f"POST {self.parts.path}/{path} HTTP/1.1", f"Host: {self.parts.netloc}", f"Content-Type: {kind}")
        return "\r\n".join((*lines, f"Content-Length: {length}\r\n\r\n")).encode()

    def unfinished(self, sent: bytes, count: int) -> list[str]:
        """The answers to requests that are never finished, after HOLD seconds."""
        connections = [self.begin(sent) for _ in range(count)]
        time.sleep(HOLD)
        return [answer(connection) for connection in connections]


def answer(connection: socket.socket, seconds: float = 0.001) -> str:
    """What arrives on a connection in time: a status, "none", or that it is closed; closes it."""
    with connection:
        try:
            connection.settimeout(seconds)
            return connection.recv(1_000).split()[1].decode()
        except TimeoutError:
            return "none"
        except (OSError, IndexError):
            return "closed"


def times(request: Callable[[], str], count: int, at_once: int) -> list[str]:
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda _: request(), range(count)))


def broken_forms(attacker: Attacker) -> list[str]:
    """Requests that end in a traceback of Gradio's, if it sees them."""
    odd = b'--b\r\nContent-Disposition: form-data; name="files"; filename*=\r\n\r\na\r\n--b--\r\n'
    long = {"Content-Type": "multipart/form-data; boundary=" + "x" * 50_000}
    answers = times(lambda: attacker.post("gradio_api/upload", odd, FORM), 25, 4)
    answers += times(lambda: attacker.post("gradio_api/upload", b"--x--", long), 25, 4)
    answers += times(lambda: attacker.call(path="digit.png"), 25, 4)
    for _ in range(25):
        attacker.begin(attacker.head("read", "image/png", len(STROKE)) + STROKE[:99]).close()
    return [*answers, *["left by the client"] * 25]


def bad_weights() -> list[str]:
    """Exit codes and lines of starts with numbers that are none."""
    answers = []
    with tempfile.TemporaryDirectory() as name:
        for part, value in (("metrics", f"1{'0' * 400}"), ("metrics", f"1{'0' * 4_001}"), ("weights", "3e38")):
            folder = shutil.copytree(bundled(), Path(name) / f"{part}-{len(value)}")
            if part == "metrics":
                (folder / "metrics.json").write_text(f'{{"test": {{"errors": {value}}}}}')
            else:
                path = folder / "model.safetensors"
                save_file({key: torch.full_like(old, float(value)) for key, old in load_file(path).items()}, path)
            command = [sys.executable, "app.py", "--model", str(folder)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)
            answers.append(f"exit code {done.returncode}, {done.stderr.count(chr(10))} line")
    return answers


Attack = tuple[str, str, Callable[[], list[str]]]


def images_sent(attacker: Attacker) -> Iterator[Attack]:
    """The number in the list of what was found, what is sent, and the function that sends it."""

    def row(number: str, sent: str, send: Callable[[bytes], str], content: bytes, count: int = 4) -> Attack:
        return number, f"{sent}, {len(content):,} bytes", lambda: times(lambda: send(content), count, count)

    predict, read = attacker.predict, attacker.read
    yield row("1", "a TIFF with a tag twice", predict, tag_twice())
    entries = with_chunks(chunk(b"eXIf", exif_of_shared_bytes(1_400, 200)))
    yield row("2", "EXIF entries with the same bytes, to /read", read, entries)
    yield row("2", "the same to /predict", predict, entries)
    yield row("2", "the same as text", predict, with_chunks(exif_as_text(exif_of_shared_bytes(2_000, 500_000))))
    yield row("3", "EXIF read in quadratic time", predict, with_chunks(chunk(b"eXIf", b"Exif\0\0" * 500_000)))
    yield row("4", "a PNG of 7,000 x 7,000 to /read", read, large_png(), 12)
    yield row("4", "the same to /predict", predict, large_png(), 12)
    yield row("5", "a TIFF with a tile of 40,000 x 40,000", predict, large_tile())
    yield row("5", "a TIFF with 120 tags of 16 MB", predict, many_tags())
    yield row("5", "a JPEG with 99 scans", predict, with_scans(94))
    yield row("", "a TIFF of 49 million floats", predict, large_floats())
    both = itertools.cycle([large_webp(7_071), large_webp(3_999)])
    yield "", "WebP, 50 and 16 million pixels at once", lambda: times(lambda: predict(next(both)), 12, 12)


def requests_sent(attacker: Attacker) -> Iterator[Attack]:
    """The same for everything else."""

    def row(number: str, sent: str, request: Callable[[], str], count: int = 4, at_once: int = 4) -> Attack:
        return number, sent, lambda: times(request, count, at_once)

    def post(path: str, content: Callable[[], bytes | Iterator[bytes]], headers: dict) -> Callable[[], str]:
        return lambda: attacker.post(f"gradio_api/{path}", content(), headers)

    page, names = "https://example.com/a.png", itertools.count()
    yield row("6", "an address to fetch, as path", lambda: attacker.call(path=page))
    yield row("6", "an address to fetch, as url", lambda: attacker.call(path="a.png", url=page))
    half = f"GET {attacker.parts.path}/ HTTP/1.1\r\nHost: {attacker.parts.netloc}\r\nX-A: ".encode()
    yield "7", "1,100 connections with half a header", lambda: attacker.unfinished(half, 1_100)
    upload = attacker.head("gradio_api/upload", FORM["Content-Type"], 21 * MB) + FILE + bytes(20 * MB)
    yield "8", "30 uploads of 20 MB that are never finished", lambda: attacker.unfinished(upload, 30)
    drawing = attacker.head("read", "image/png", 100_000) + bytes(99_000)
    yield "8", "200 drawings that are never finished", lambda: attacker.unfinished(drawing, 200)
    yield "10", "forms, paths and drawings that gave tracebacks", lambda: broken_forms(attacker)
    yield "11", "weights and metrics with huge numbers", bad_weights
    yield row("", "an upload of 200 MB", post("upload", lambda: endless(FILE, 200 * MB), FORM))
    whole = FILE + os.urandom(1_000) * 19_000 + b"\r\n--b--\r\n"
    yield row("", "40 uploads of 20 MB, none of them read", post("upload", lambda: whole, FORM), 40, 2)
    yield row("", "200 MB in a field of text", post("upload", lambda: endless(FIELD, 200 * MB), FORM), 2)
    yield row("", "50 MB of `[[],[],...`", post("queue/join", lambda: endless(b"[", 50 * MB, b"[],"), JSON), 2)
    yield row("", "50 sessions with names of 1 MB", lambda: attacker.join("a" * MB), 50)
    yield row("", "500 calls that are never collected", lambda: attacker.join(f"session{next(names)}"), 500, 8)
    yield row("", "around the queue: run/predict", post("run/predict", lambda: b'{"data": [null]}', JSON))


def many_images(url: str, count: int) -> Attack:
    files = itertools.cycle([content for _, content in valid()])
    clients = itertools.cycle([Attacker(url, f"127.0.1.{number}") for number in range(1, CLIENTS + 1)])
    sent = f"{count:,} images of all formats, by {CLIENTS} clients at once"
    return "", sent, lambda: times(lambda: next(clients).predict(next(files)), count, CLIENTS)


class Site:
    """The replicas, what is in front of them, and what can be seen of them from outside."""

    def __init__(self, url: str, folder: Path, running: list[Replica]):
        self.url, self.folder, self.replicas = url, folder, running

    def processes(self) -> list[int]:
        """Of the replicas and all that they have started."""
        return [pid for replica in self.replicas for pid in processes_of(replica.process.pid)]

    def memory(self, pids: Iterable[int]) -> float:
        """Of processes in MB; what several of them share is divided among them."""
        total = 0
        for pid in pids:
            with contextlib.suppress(OSError, IndexError):
                total += int(Path(f"/proc/{pid}/smaps_rollup").read_text().split("Pss:")[1].split()[0])
        return total / 1_000

    def servers(self) -> float:
        return self.memory(replica.process.pid for replica in self.replicas)

    def uploads(self) -> float:
        """In MB."""
        sizes = 0
        for path in self.folder.rglob("uploads/**/*"):
            with contextlib.suppress(OSError):
                sizes += path.stat().st_size if path.is_file() else 0
        return sizes / MB

    def tracebacks(self) -> int:
        return sum(replica.log.read_text().count("Traceback") for replica in self.replicas)


class Visitor:
    """Someone else who draws: within the block ten strokes a second, one after the other; also watches the memory."""

    def __init__(self, site: Site):
        self.site, self.longest, self.failures, self.peak = site, 0.0, Counter(), 0.0
        # nginx has limits for each address.
        transport = httpx.HTTPTransport(local_address="127.0.0.9", retries=1)
        self.client = httpx.Client(transport=transport, timeout=60)
        self.left = threading.Event()
        self.threads = [threading.Thread(target=each) for each in (self._draw, self._watch)]

    def draw(self) -> str:
        """What happens to a stroke: "7" if it is read."""
        try:
            response = self.client.post(f"{self.site.url}/read", content=STROKE, headers=PNG)
            return str(response.json()["digit"]) if response.status_code == 200 else str(response.status_code)
        except httpx.HTTPError as error:
            return type(error).__name__

    def _draw(self) -> None:
        while not self.left.is_set():
            began = time.perf_counter()
            if (said := self.draw()) != "7":
                self.failures[said] += 1
            took = time.perf_counter() - began
            self.longest = max(self.longest, took)
            self.left.wait(max(0, 0.1 - took))

    def _watch(self) -> None:
        while not self.left.is_set():
            self.peak = max(self.peak, self.site.memory(self.site.processes()))
            self.left.wait(0.05)

    def __enter__(self) -> "Visitor":
        self.draw()  # opens the connection
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.left.set()
        for thread in self.threads:
            thread.join()

    def waited(self) -> str:
        """The columns on the visitor."""
        return f"{1_000 * self.longest:.0f} | {counted(self.failures) or 0}"


def counted(answers: Iterable[str]) -> str:
    return ", ".join(f"{answer} ({count}x)" for answer, count in Counter(answers).most_common())


def measure(site: Site, attack: Attack) -> None:
    """Print the row of an attack."""
    number, sent, send = attack
    before, processes, tracebacks, began = site.servers(), site.processes(), site.tracebacks(), time.perf_counter()
    with Visitor(site) as visitor:
        answers = send()
    seconds, began = time.perf_counter() - began, time.perf_counter()
    if (said := visitor.draw()) != "7":
        raise RuntimeError(f"a stroke was not answered: {said}")
    stroke = time.perf_counter() - began
    end = time.monotonic() + 5  # processes that were ended are started again
    while len(site.processes()) != len(processes) and time.monotonic() < end:
        time.sleep(0.1)
    left = f"{len(site.processes()) - len(processes)} | {site.uploads():.0f} | {site.tracebacks() - tracebacks}"
    print(f"| {number} | {sent} | {counted(answers)} | {seconds:.1f} | {before:.0f} | {visitor.peak:.0f} |", end=" ")
    print(f"{site.servers():.0f} | {1_000 * stroke:.0f} | {visitor.waited()} | {left} |", flush=True)


def end_replica(site: Site, how: signal.Signals) -> None:
    """Print the row of a replica that is ended while it has a drawing, half of it, and a call of /predict."""
    replica = site.replicas[0]
    attacker, began = Attacker(f"http://127.0.0.1:{replica.port}"), time.perf_counter()
    before, slow = site.servers(), with_scans(30)
    with Visitor(site) as visitor, concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(attacker.predict, slow)
        drawing = attacker.begin(attacker.head("read", "image/png", len(STROKE)) + STROKE[:99])
        time.sleep(1)
        pids = site.processes()
        replica.process.send_signal(how)
        time.sleep(0.3)
        with contextlib.suppress(OSError):
            drawing.sendall(STROKE[99:])
        answers = [f"the drawing: {answer(drawing, 10)}", f"the call: {call.result()}"]
        answers.append(f"exit code {replica.process.wait(30)}")
    seconds, left = time.perf_counter() - began, len(pids)
    end = time.monotonic() + MAX_SECONDS + 2  # for which an image is still decoded
    while left and time.monotonic() < end:
        left = len({pid for pid in pids if Path(f"/proc/{pid}").exists()} - {*site.processes()})
        time.sleep(0.1)
    sent = f"{how.name} during a drawing and a call"
    print(f"| 9 | {sent} | {', '.join(answers)} | {seconds:.1f} | {before:.0f} | {visitor.peak:.0f} | | |", end=" ")
    print(f"{visitor.waited()} | {left} | {site.uploads():.0f} | {site.tracebacks()} |", flush=True)
    replica.start()
    replica.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--nginx", action="store_true", help="two replicas behind nginx, as in deploy/")
    parser.add_argument("--images", type=int, default=1_000, help="images in the last row (default: 1000)")
    options = parser.parse_args()
    raise_descriptor_limit()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))  # of the replicas, too
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = stack.enter_context(replicas(folder, count=2 if options.nginx else 1))
        port = running[0].port
        if options.nginx:
            port = stack.enter_context(nginx(folder / "nginx", tuple(replica.port for replica in running)))
        site = Site(f"http://127.0.0.1:{port}{ROOT_PATH if options.nginx else ''}", folder, running)
        attacker = Attacker(site.url)
        for _ in range(10):  # to warm up
            attacker.read(STROKE)
            attacker.predict(STROKE)
        print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
        for attack in (*images_sent(attacker), *requests_sent(attacker), many_images(site.url, options.images)):
            measure(site, attack)
        for how in (signal.SIGTERM, signal.SIGKILL):
            end_replica(site, how)
    for number, what, files in TESTED:
        print(f"| {number} | {what}: not about the server, see {files} |{' |' * (len(COLUMNS) - 2)}")
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""nginx in front of replicas of the page, with the files in `deploy/`, for tests and benchmarks."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import httpx

from harness import ROOT
from harness.programs import find
from harness.servers import free_port, is_up

DEPLOY = ROOT / "deploy"
ROOT_PATH = "/lenet"  # of the page, as in deploy/nginx.conf
START = 180  # seconds; two replicas may start at once on a busy machine


def configure(folder: Path, port: int, replicas: str, changes: dict[str, str] | None = None) -> Path:
    """The shipped nginx.conf in a folder, listening on a port of 127.0.0.1, and with temporary files in the folder.

    `replicas` is the text of replicas.conf; `changes` are more replacements in nginx.conf. Raises ValueError if one of
    them has nothing to replace.
    """
    text = (DEPLOY / "nginx.conf").read_text()
    own = {
        "user www-data;": "user root;" if os.geteuid() == 0 else "",
        "worker_processes auto;": "worker_processes 2;",
        "pid /run/nginx.pid;": f"pid {folder}/nginx.pid;",
        "http {\n": "http {\n" + _temporary(folder),
        "listen 80;": f"listen 127.0.0.1:{port};",
        "listen [::]:80;": "",
    }
    for old, new in {**own, **(changes or {})}.items():
        if old not in text:
            raise ValueError(f"nginx.conf has no {old!r}")
        text = text.replace(old, new)
    (folder / "replicas.conf").write_text(replicas)
    path = folder / "nginx.conf"
    path.write_text(text)
    return path


def addresses(ports: tuple[int, ...]) -> str:
    """The text of the shipped replicas.conf with other ports."""
    text = (DEPLOY / "replicas.conf").read_text()
    for shipped, port in zip(re.findall(r"127\.0\.0\.1:(\d+)", text), ports, strict=True):
        text = text.replace(f":{shipped} ", f":{port} ")
    return text


def check(path: Path) -> subprocess.CompletedProcess:
    """What `nginx -t` says of a configuration."""
    return subprocess.run([find("nginx") or "nginx", "-t", "-c", path], capture_output=True, text=True)


@contextlib.contextmanager
def nginx(folder: Path, ports: tuple[int, ...], changes: dict[str, str] | None = None) -> Iterator[int]:
    """The port of an nginx in front of replicas on these ports: see `configure`. Raises RuntimeError if it fails."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    path = configure(folder, port, addresses(ports), changes)
    with _nginx(path, f"http://127.0.0.1:{port}"):
        yield port


@contextlib.contextmanager
def plain_nginx(folder: Path, block: str, tls: bool = False) -> Iterator[str]:
    """The URL of an nginx whose `server` has this block and else only what it needs to listen; TLS is self-signed."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    listen = f"listen 127.0.0.1:{port};"
    if tls:
        files = ("-keyout", folder / "key.pem", "-out", folder / "page.pem")
        request = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost")
        subprocess.run([*request, *files], check=True, capture_output=True)
        listen = (
            f"listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/page.pem; ssl_certificate_key {folder}/key.pem;"
        )
    path = folder / "nginx.conf"
    path.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} pid {folder}/nginx.pid; error_log stderr warn; events {{ }}\n"
        f"http {{ access_log off; {_temporary(folder)} server {{ {listen}\n{block}\n}} }}\n"
    )
    with _nginx(path, url := f"http{'s' * tls}://127.0.0.1:{port}"):
        yield url


def _temporary(folder: Path) -> str:
    """The directives for nginx's temporary files."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in kinds)


@contextlib.contextmanager
def _nginx(path: Path, url: str) -> Iterator[None]:
    log = path.with_name("nginx.log")
    with log.open("w") as file:
        command = [find("nginx") or "nginx", "-c", path, "-g", "daemon off;"]
        server = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        wait_for(url, server, 30, log)
        yield
    finally:
        server.terminate()
        server.wait(30)


class Process(Protocol):
    """What a replica needs of its process."""

    @property
    def pid(self) -> int: ...
    def send_signal(self, sig: signal.Signals, /) -> None: ...
    def kill(self) -> object: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float, /) -> int: ...


class Replica:
    """A replica of the page on a port, with the variables of deploy/, which can be killed and started again."""

    def __init__(self, port: int, folder: Path):
        self.port, self.log = port, folder / f"{port}.log"
        self.environment = {**os.environ, "GRADIO_ROOT_PATH": ROOT_PATH, "GRADIO_TEMP_DIR": str(folder / "uploads")}
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        if self._process is None:
            raise RuntimeError("the replica has not been started")
        return self._process

    def start(self, *options: str) -> None:
        """Start it without waiting until it is ready."""
        command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(self.port), *options]
        with self.log.open("w") as file:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=file, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        """Wait until it is ready. Raises RuntimeError if it ends before that."""
        wait_for(f"http://127.0.0.1:{self.port}/healthz", self.process, START, self.log)

    def network(self) -> str:
        """The path of the files of the network that it uses."""
        return httpx.get(f"http://127.0.0.1:{self.port}/healthz").json()["network"]

    def stop(self) -> int:
        """End it as systemd and Docker do, by the signal of Ctrl+C, and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill(self) -> None:
        """End it as the kernel does when memory is short: by SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait(30)


@contextlib.contextmanager
def replicas(
    folder: Path, *options: str, count: int = 2, kind: Callable[[int, Path], Replica] = Replica
) -> Iterator[list[Replica]]:
    """Replicas that are ready."""
    found = [kind(free_port(), folder) for _ in range(count)]
    try:
        for replica in found:
            replica.start(*options)
        for replica in found:
            replica.wait()
        yield found
    finally:
        for replica in found:
            replica.kill()


def wait_for(url: str, server: Process, seconds: float, log: Path | None = None) -> None:
    """Wait until a server is up. Raises RuntimeError, with its log, if it ends before that, or takes too long."""
    if not is_up(url, seconds, lambda: server.poll() is not None):
        raise RuntimeError(f"{url} did not start:\n{log.read_text() if log else ''}")

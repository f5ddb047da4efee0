"""A fake Hub on this machine for the real huggingface_hub client: repositories, commits, LFS, tags, downloads.

    with Hub() as hub:
        hub.put("someone/lenet-5", {"config.json": b"{}"})
        subprocess.run([...], env=hub.environment(tmp_path, hub.token))

The responses follow the source of the client (huggingface_hub 2.4). `hub.fault` makes downloads fail, in one of the
ways listed in `harness/fake_hub/faults.py`. An error in the fake Hub itself is raised at the end of the `with` block.
"""

import contextlib
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Self

from harness.fake_hub.protocol import Request
from harness.fake_hub.repository import Repository


class Hub:
    """The server and its contents. Its only user is `hub.user`, whose tokens are `token` and `read_only_token`.

    fault: called with every request that reads, and its name in ROUTES; returns True if it has responded itself.
    """

    user = "someone"
    token = "hf_test_that_may_write"
    read_only_token = "hf_test_that_may_read"

    def __init__(self):
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.objects: dict[str, bytes] = {}  # uploads to LFS, by SHA-256
        self.requests: list[tuple[str, str]] = []
        self.fault: Callable[[Request, str], bool] | None = None
        self.closing = threading.Event()
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.closing.set()
        self.stop_listening()
        if self.errors and error is None:
            raise RuntimeError("the fake Hub failed:\n" + "\n".join(self.errors))

    def stop_listening(self) -> None:
        """Reject connections from now on, and close open ones."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        for connection in self.server.connections:  # those that a client in this process keeps alive
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def environment(self, home: Path, token: str | None = None) -> dict[str, str]:
        """The environment of a process that uses this Hub, with its cache in `home`, and with this token or none."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
        return {
            **inherited,
            **({"HF_TOKEN": token} if token else {}),
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }

    def put(
        self, repo_id: str, files: dict[str, bytes], kind: str = "model", tag: str | None = None, private: bool = False
    ) -> str:
        """Commit files without a request, create the repository if it does not exist, and return the commit's hash."""
        repository = self.repositories.setdefault((kind, repo_id), Repository(kind, repo_id, private))
        sha = repository.commit(files, [], "put")
        if tag:
            repository.tags[tag] = sha
        return sha


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that was killed may leave a thread behind that waits for it
    request_queue_size = 64

    def __init__(self, hub: Hub):
        super().__init__(("127.0.0.1", 0), type("Request", (Request,), {"hub": hub}))
        self.hub = hub
        self.connections: list[socket.socket] = []

    def process_request(self, request, client_address):
        if isinstance(request, socket.socket):
            self.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):  # not an error: the client was killed
            self.hub.errors.append(traceback.format_exc())

"""A Hub on this machine that the real huggingface_hub client talks to: repositories, commits, LFS, tags, downloads.

    with Hub() as hub:
        hub.put("someone/lenet-5", {"config.json": b"{}"})
        subprocess.run([...], env=hub.environment(tmp_path, hub.token))

What it answers follows the client's own source (huggingface_hub 2.4). `hub.fault` makes its downloads misbehave, in one
of the ways of `tests/fake_hub/faults.py`. A mistake of the server itself is raised when the `with` block ends.
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

from tests.fake_hub.protocol import Request
from tests.fake_hub.repository import Repository


class Hub:
    """The server and what it holds. Its user is `hub.user`, who owns `hub.token` and `hub.read_only_token`."""

    user = "someone"
    token = "hf_test_that_may_write"
    read_only_token = "hf_test_that_may_read"

    def __init__(self):
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.objects: dict[str, bytes] = {}  # what was uploaded by LFS, by its sha256
        self.requests: list[tuple[str, str]] = []
        self.fault: str | Callable[[Request, str], bool] | None = None
        self.closing = threading.Event()
        self.mistakes: list[str] = []

    def __enter__(self) -> "Hub":
        self.server = _Server(("127.0.0.1", 0), Request)
        self.server.hub = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.closing.set()
        self.stop_listening()
        if self.mistakes and error is None:
            raise RuntimeError("the test's Hub broke:\n" + "\n".join(self.mistakes))

    def stop_listening(self) -> None:
        """From now on a connection is refused."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        for connection in self.server.connections:  # kept alive by a client in this process
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def environment(self, home: Path, token: str | None = None) -> dict[str, str]:
        """The environment of a process whose Hub this is, whose cache lies in `home`, with this token or with none."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
        return {
            **mine,
            **({"HF_TOKEN": token} if token else {}),
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }

    def put(
        self, repo_id: str, files: dict[str, bytes], kind: str = "model", tag: str | None = None, private: bool = False
    ) -> str:
        """Commit files past the protocol, in a repository that is made where it is missing; the commit's sha."""
        repository = self.repositories.setdefault((kind, repo_id), Repository(kind, repo_id, private))
        sha = repository.commit(files, [], "put")
        if tag:
            repository.tags[tag] = sha
        return sha


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that was killed may leave a thread behind that waits for it
    request_queue_size = 64

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.connections: list[socket.socket] = []

    def process_request(self, request, client_address):
        self.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):  # a client that was killed is no mistake
            self.hub.mistakes.append(traceback.format_exc())

"""A loopback web server that delivers files, correctly or not, and records the requests."""

import http.server
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Reply:
    """The response to a request for a path."""

    content: bytes = b""
    status: int = 200
    length: bool = True  # whether Content-Length is sent
    cut: int | None = None  # after how many bytes of the body the connection is closed
    stalls: bool = False  # whether it stays open instead
    headers: dict[str, str] = field(default_factory=dict)


class FileServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.replies: dict[str, Reply | Callable] = {}  # by path, without the leading slash
        self.requests: list[str] = []
        self.closing = threading.Event()

    def handle_error(self, request, client_address):
        """Ignore connections that the client closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path, server = self.path[1:], self.server
        assert isinstance(server, FileServer)
        server.requests.append(path)
        reply = server.replies.get(path, Reply(status=404))
        if callable(reply):
            reply(self)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.length:
            self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content[: reply.cut])
        if reply.stalls:
            self.wfile.flush()
            server.closing.wait(5)

    def log_message(self, format, *args):
        pass


@contextmanager
def file_server() -> Iterator[FileServer]:
    with FileServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()

"""A loopback web server that delivers files, correctly or not, and records the requests."""

import http.server
import re
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
    etag: str | None = '"1"'
    ranges: bool = True  # whether Range and If-Range are supported
    length: bool = True  # whether Content-Length is sent
    cut: int | None = None  # after how many bytes of the body the connection is closed
    stalls: bool = False  # whether it stays open instead
    pause: float = 0  # seconds between pieces of 200 bytes
    headers: dict[str, str] = field(default_factory=dict)


class FileServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.replies: dict[str, Reply | Callable] = {}  # by path, without the leading slash
        self.requests: list[tuple[str, dict]] = []
        self.closing = threading.Event()

    def handle_error(self, *request):
        """Ignore connections that the client closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*request)

    def ranges(self) -> list[str | None]:
        """The Range header of each request, None if there was none."""
        return [headers.get("Range") for _path, headers in self.requests]


class Handler(http.server.BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self):
        path = self.path[1:]
        self.server.requests.append((path, dict(self.headers)))
        reply = self.server.replies.get(path, Reply(status=404))
        if callable(reply):
            reply(self)
            return
        content, status = reply.content, reply.status
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and reply.ranges and self.headers.get("If-Range", reply.etag) == reply.etag:
            start = int(asked[1])
            status = 206 if start < len(content) else 416
            reply.headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            content = content[start:]
        self.send_response(status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.etag:
            self.send_header("ETag", reply.etag)
        if reply.length:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        content = content[: reply.cut]
        piece = 200 if reply.pause else max(1, len(content))
        for start in range(0, len(content), piece):
            self.wfile.write(content[start : start + piece])
            self.server.closing.wait(reply.pause)
        if reply.stalls:
            self.wfile.flush()
            self.server.closing.wait(5)

    def log_message(self, *_):
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

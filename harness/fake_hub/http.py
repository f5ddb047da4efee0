"""HTTP for the fake Hub: reads a request's body; sends JSON, bytes, and errors in the form that the Hub uses."""

import json
from http.server import BaseHTTPRequestHandler

from harness.fake_hub.repository import HttpError


class BaseRequest(BaseHTTPRequestHandler):
    """One request; a subclass implements `respond`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.body = self.read_body()
        self.respond()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def respond(self) -> None:
        raise NotImplementedError

    def log_message(self, format, *args):
        pass

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, content: bytes, status: int = 200, **headers) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": len(content), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def send_json(self, value, status: int = 200, **headers) -> None:
        self.send(json.dumps(value).encode(), status, Content_Type="application/json", **headers)

    def send_http_error(self, error: HttpError) -> None:
        headers = {"X_Error_Message": error.message}
        if error.code:
            headers["X_Error_Code"] = error.code
        self.send_json({"error": error.message, **error.details}, error.status, **headers)

"""A minimal HTTP/1.1 client for load: one kept connection, requests that are bytes, responses with a length.

An HTTP library would take more processor time than the server that is measured on the same cores.
"""

import asyncio


def request(port: int, path: str, content_type: str, body: bytes) -> bytes:
    """A POST request with the headers of a browser that affect the server's work."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\r\n"
    ).encode() + body


class Connection:
    """A connection to a port of 127.0.0.1, opened by the first request, and by the next one after it was closed."""

    def __init__(self, port: int):
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the response. Raises OSError or EOFError if the connection is closed."""
        self.streams = self.streams or await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return int(head.split(b" ", 2)[1]), await reader.readexactly(length)

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()
            self.streams = None

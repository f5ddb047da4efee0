"""Responses with a file: its type, how long it may be cached, and text compressed where the browser accepts it."""

import functools
import gzip
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    ".js": "text/javascript",
    ".json": "application/json",
    ".css": "text/css",
    ".html": "text/html",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".gz": "application/gzip",
    ".safetensors": "application/octet-stream",
}
TEXT = {".js", ".json", ".css", ".html"}


def file_response(request: Request, name: str, content: bytes, seconds: int, immutable: bool = False) -> Response:
    """The content of a file, which may be cached for so many seconds; an immutable one is not even asked for again."""
    suffix = Path(name).suffix
    cache = f"max-age={seconds}" + (", immutable" if immutable else "")
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if suffix in TEXT and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = _compressed(content)
    return Response(content, media_type=TYPES[suffix], headers=headers)


@functools.lru_cache(64)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content)

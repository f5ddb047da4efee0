"""What the page is served besides Gradio's own: its files, the network for the browser, and readings by PyTorch.

Requests for readings do not go through Gradio, whose route for server functions takes twice as long.
"""

import json
import os

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lenet.page.assets import FILES, STATIC_URL, address
from lenet.page.browser import description
from lenet.page.monitoring import Monitoring
from lenet.page.on_demand import OnDemand
from lenet.page.payload import MAX_BYTES, decode, pack
from lenet.page.responses import file_response
from lenet.recognizer import Recognizer
from lenet.weights.model import safetensors

YEAR = 31_536_000  # seconds
# Requests for readings that may be under way at once. With more, each would wait long for all the others.
MAX_READS = 64


class Routes:
    """The routes for one reader, and their URL paths."""

    def __init__(self, reader: Recognizer):
        self.reader = reader
        self.network = {"model.safetensors": safetensors(reader.weights.model)}
        self.description = description(reader.weights)
        self.network_url = address("network", {**self.network, "": json.dumps(self.description).encode()})
        self.on_demand = OnDemand(reader.weights, self.network_url)
        self.read_url = "/read"
        self.limiter: anyio.CapacityLimiter | None = None
        self.reads = 0
        self.monitoring = Monitoring()

    def all(self) -> list[Route]:
        return [
            Route(STATIC_URL + "/{name:path}", _files(FILES)),
            *self.on_demand.all(),  # before the next, which would answer 404
            Route(self.network_url + "/{name:path}", _files(self.network)),
            Route(self.read_url, self.read, methods=["POST"]),
            Route("/healthz", self.health),
        ]

    async def read(self, request: Request) -> Response:
        """The reading of the PNG in the body; `?ink` adds the preprocessed image. An error is {"error": message}.

        Beyond MAX_READS the response is 503 at once, and the page asks again by itself.
        """
        try:
            data = await _body(request)
            if self.reads >= MAX_READS:
                self.monitoring.count("refused")
                raise HTTPException(503, "the server is busy", {"Retry-After": "1"})
            self.reads += 1
            try:
                # As many threads as cores: more of them would only wait for each other.
                self.limiter = self.limiter or anyio.CapacityLimiter(os.cpu_count() or 1)
                result = await anyio.to_thread.run_sync(
                    self._read, data, "ink" in request.query_params, limiter=self.limiter
                )
            finally:
                self.reads -= 1
        except HTTPException as error:
            return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
        return JSONResponse(result)

    async def health(self, _request: Request) -> Response:
        """That the page is up, for a load balancer: the weights are loaded before the server listens."""
        state = {"status": "ok", "network": self.network_url, "weights": self.reader.weights.origin}
        return JSONResponse(state, headers={"Cache-Control": "no-store"})

    def _read(self, data: bytes, with_ink: bool) -> dict:
        try:
            reading = self.monitoring.timed(lambda: self.reader.read(decode(data)))
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        return {**pack(reading, with_ink), "network": self.network_url}


def _files(files: dict[str, bytes]):
    """An endpoint for these files. Starlette's StaticFiles would not find them behind a proxy with a root path."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404)
        return file_response(request, name, files[name], YEAR, immutable=True)

    return serve


async def _body(request: Request) -> bytes:
    """The body of a request, which must be a PNG. Raises HTTPException, if possible before reading it."""
    if request.headers.get("Content-Type") != "image/png":
        raise HTTPException(415, "expected a PNG image, with Content-Type: image/png")
    declared = request.headers.get("Content-Length", "0")
    if not declared.isdecimal():
        raise HTTPException(400, "invalid Content-Length")
    data = bytearray()
    # Without closing the connection, the server would go on reading the rest.
    close = {"Connection": "close"}
    too_large = HTTPException(413, f"image too large: the limit is {MAX_BYTES:,} bytes", close)
    if int(declared) > MAX_BYTES:
        raise too_large
    async for part in request.stream():
        data += part
        if len(data) > MAX_BYTES:
            raise too_large
    return bytes(data)

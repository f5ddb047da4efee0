"""What the page is served besides Gradio's own: its files, the network for the browser, and readings by PyTorch.

Requests for readings do not go through Gradio, whose route for server functions takes twice as long.
"""

import json
import os

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lenet.networks import NETWORKS
from lenet.page.assets import FILES, STATIC_URL, address
from lenet.page.browser import description
from lenet.page.in_flight import FullError, InFlight
from lenet.page.monitoring import Monitoring
from lenet.page.on_demand import OnDemand
from lenet.page.payload import MAX_BYTES, decode, pack, strokes_on_nothing
from lenet.page.responses import file_response
from lenet.recognizer import Reading, Recognizer
from lenet.weights.model import safetensors

YEAR = 31_536_000  # seconds
# Requests for readings that may be under way at once. With more, each would wait long for all the others.
MAX_READS = 64
MAX_BODIES = 10_000_000  # bytes of drawings that have not been received yet, without the first SMALL_BODY of each
SMALL_BODY = 20_000  # bytes; a drawing takes about 4,000


class Routes:
    """The routes for one reader, and their URL paths."""

    def __init__(self, reader: Recognizer):
        self.reader = reader
        self.network = {"model.safetensors": safetensors(reader.weights.model)}
        self.description = description(reader.weights)
        self.network_url = address("network", {**self.network, "": json.dumps(self.description).encode()})
        self.read_url = "/read"
        self.on_demand = OnDemand(reader.weights, self.network_url, self.read_url)
        self.limiter: anyio.CapacityLimiter | None = None
        self.reads = 0
        self.bodies = InFlight(MAX_BODIES, SMALL_BODY)
        self.monitoring = Monitoring()
        self.is_up = False

    def all(self) -> list[Route]:
        return [
            Route(STATIC_URL + "/{name:path}", _files(FILES)),
            *self.on_demand.all(),  # before the next, which would answer 404
            Route(self.network_url + "/{name:path}", _files(self.network)),
            Route(self.read_url, self.read, methods=["POST"]),
            Route("/healthz", self.health),
        ]

    async def read(self, request: Request) -> Response:
        """The reading of the PNG in the body, as `lenet.page.payload` expects it. An error is {"error": message}.

        `?opacity` says that its values are the opacity of strokes, as the page sends them; `?variant=NAME` asks a
        bundled network instead of the page's own.

        Beyond MAX_READS the response is 503 at once, and the page asks again by itself.
        """
        try:
            reader, identity = await self._asked(request.query_params.get("variant"))
            data = await self._body(request)
            if self.reads >= MAX_READS:
                self.monitoring.count("refused")
                raise HTTPException(503, "the server is busy", {"Retry-After": "1"})
            self.reads += 1
            try:
                # As many threads as cores: more of them would only wait for each other.
                self.limiter = self.limiter or anyio.CapacityLimiter(os.cpu_count() or 1)
                opacity = "opacity" in request.query_params
                result = await anyio.to_thread.run_sync(self._read, reader, data, opacity, limiter=self.limiter)
            finally:
                self.reads -= 1
        except FullError:
            return JSONResponse(
                {"error": "the server is busy"}, 503, headers={"Retry-After": "1", "Connection": "close"}
            )
        except HTTPException as error:
            return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody receives
        return JSONResponse({**result, "network": identity})

    async def _asked(self, variant: str | None) -> tuple[Recognizer, str]:
        """The reader that is asked, and what identifies its network. Raises HTTPException."""
        if variant is None:
            return self.reader, self.network_url
        if variant not in NETWORKS:
            raise HTTPException(400, f"unknown variant, expected one of {', '.join(NETWORKS)}")
        try:
            network = await self.on_demand.network(variant)
        except (ValueError, OSError) as error:
            raise HTTPException(500, f"the bundled network {variant} is damaged") from error
        return network.reader, network.identity

    async def _body(self, request: Request) -> bytes:
        """The body of a request, which must be a PNG. Raises HTTPException or FullError, if possible before reading."""
        if request.headers.get("Content-Type") != "image/png":
            raise HTTPException(415, "expected a PNG image, with Content-Type: image/png")
        declared = request.headers.get("Content-Length", "0")
        if not declared.isdecimal():
            raise HTTPException(400, "invalid Content-Length")
        # Without closing the connection, the server would go on reading the rest.
        close = {"Connection": "close"}
        too_large = HTTPException(413, f"image too large: the limit is {MAX_BYTES:,} bytes", close)
        if int(declared) > MAX_BYTES:
            raise too_large
        data = bytearray()
        with self.bodies.counting(int(declared)) as add:
            async for part in request.stream():
                data += part
                if len(data) > MAX_BYTES:
                    raise too_large
                add(len(part))
        return bytes(data)

    async def health(self, _request: Request) -> Response:
        """Whether the page is up, for a load balancer: status 503 until it is, though the server listens already."""
        status = "ok" if self.is_up else "starting"
        state = {"status": status, "network": self.network_url, "weights": self.reader.weights.origin}
        return JSONResponse(state, 200 if self.is_up else 503, headers={"Cache-Control": "no-store"})

    def _read(self, reader: Recognizer, data: bytes, opacity: bool) -> dict:
        def read() -> Reading:
            image = decode(data)
            return reader.read(strokes_on_nothing(image) if opacity else image)

        try:
            reading = self.monitoring.timed(read)
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        return pack(reading)


def _files(files: dict[str, bytes]):
    """An endpoint for these files. Starlette's StaticFiles would not find them behind a proxy with a root path."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            raise HTTPException(404)
        return file_response(request, name, files[name], YEAR, immutable=True)

    return serve

"""What the page is served only if it asks for it: extra files of its network, and the bundled networks to compare.

Nothing here is read when the app starts.
"""

import asyncio
import functools
import json

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lenet.extras.files import EXTRAS
from lenet.extras.load import Extras, NoSuchFileError
from lenet.files import one_line
from lenet.hub.errors import HubError
from lenet.hub.fetch import patience
from lenet.networks import NETWORKS
from lenet.page.article.sections import article
from lenet.page.assets import address
from lenet.page.browser import DESCRIPTION, TENSORS, description, network_files
from lenet.page.document import document
from lenet.page.responses import file_response
from lenet.page.settings import page_settings, space_address
from lenet.recognizer import Recognizer
from lenet.weights.model import Weights, bundled, load_weights

PAGE = "page.json"  # the HTML and the settings
ARTICLE = "article.json"

# Not for longer: the same weights may get other extra files, and a new version of the package other weights.
HOUR = 3_600  # seconds


class Bundled:
    """A bundled network: what the browser builds it from, its extra files, and the reader that checks the browser.

    `identity` changes with the weights, as the address of the page's own network does.
    """

    def __init__(self, variant: str):
        self.reader = Recognizer(load_weights(bundled(variant), "bundled"))
        self.files = network_files(self.reader.weights)
        self.identity = address(f"networks/{variant}", self.files)
        self.extras = Extras(self.reader.weights)

    @functools.cached_property
    def article(self) -> bytes:
        return article_file(self.reader.weights)


@functools.cache
def _load(variant: str) -> Bundled:
    return Bundled(variant)


class OnDemand:
    """The routes for the weights whose network is at `network_url`. Errors are {"error": a sentence}."""

    def __init__(self, weights: Weights, network_url: str, read_url: str):
        self.extras, self.network_url, self.read_url = Extras(weights), network_url, read_url
        self.limiter: anyio.CapacityLimiter | None = None

    def all(self) -> list[Route]:
        return [
            *(Route(f"{self.network_url}/{name}", self.extra) for name in EXTRAS),
            Route(f"{self.network_url}/{ARTICLE}", self.own_article),
            Route("/networks/{variant}/{name}", self.bundled),
        ]

    async def extra(self, request: Request) -> Response:
        """An extra file, checked; 404 if these weights have none, 502 or 503 if the Hub does not send it, in time."""
        return await self._extra(request, self.extras, request.url.path.rsplit("/", 1)[-1], self.deadline())

    async def _extra(self, request: Request, extras: Extras, name: str, deadline: float | None) -> Response:
        loading = asyncio.wrap_future(extras.begin(name))
        try:
            # Shielded: a download that misses the deadline goes on, and the next request finds it.
            content = await asyncio.wait_for(asyncio.shield(loading), deadline)
        except NoSuchFileError as error:
            return _error(404, str(error))
        except HubError as error:
            return _error(503 if error.unavailable else 502, f"{one_line(error).rstrip('.')}.")
        except TimeoutError:
            return _error(503, f"The Hub did not send {name} within {patience():g} s; try again a little later.")
        except ValueError as error:
            return _error(500, f"{one_line(error).rstrip('.')}.")
        return file_response(request, name, content, HOUR)

    async def own_article(self, request: Request) -> Response:
        """The article with the numbers of these weights."""
        content = await anyio.to_thread.run_sync(lambda: self.article)
        return file_response(request, ARTICLE, content, HOUR)

    @functools.cached_property
    def article(self) -> bytes:
        return article_file(self.extras.weights)

    def deadline(self) -> float | None:
        """Seconds that a request may wait: for the Hub only, since reading a file takes no time."""
        return patience() if self.extras.weights.repository else None

    async def bundled(self, request: Request) -> Response:
        """The description, the weights or an extra file of a bundled network."""
        variant, name = request.path_params["variant"], request.path_params["name"]
        files = (PAGE, ARTICLE, DESCRIPTION, TENSORS, *EXTRAS)
        if variant not in NETWORKS or name not in files:
            return _error(404, f"Of the networks {', '.join(NETWORKS)} there are {', '.join(files)}.")
        try:
            network = await self.network(variant)
        except (ValueError, OSError) as error:
            return _error(500, f"The bundled network {variant} is damaged: {type(error).__name__}.")
        if name in EXTRAS:
            return await self._extra(request, network.extras, name, None)
        if name == PAGE:
            content = await anyio.to_thread.run_sync(self._page, variant, network)
            return file_response(request, name, content, HOUR)
        if name == ARTICLE:
            content = await anyio.to_thread.run_sync(lambda: network.article)
            return file_response(request, name, content, HOUR)
        return file_response(request, name, network.files[name], HOUR)

    def _page(self, variant: str, network: Bundled) -> bytes:
        """The page of a network that a visitor chooses in place of the page's own."""
        home, read = self.extras.weights.model.variant, f"{self.read_url}?variant={variant}"
        return network_page(network.reader, read, space_address(), home, network.identity)

    async def network(self, variant: str) -> Bundled:
        """A bundled network, loaded once. Raises ValueError or OSError if it is damaged."""
        self.limiter = self.limiter or anyio.CapacityLimiter(1)  # one thread, so that none is loaded twice
        return await anyio.to_thread.run_sync(_load, variant, limiter=self.limiter)


def network_page(
    reader: Recognizer, read: str | None, space: str | None, home: str, identity: str | None = None
) -> bytes:
    """The HTML and the settings of a bundled network's page: see `page_settings`."""
    path = f"/networks/{reader.weights.model.variant}"
    settings = page_settings(reader, description(reader.weights), path, read, space, identity, home)
    return json.dumps({"html": document(reader, server=read is not None), "settings": settings}).encode()


def article_file(weights: Weights) -> bytes:
    """The article with the numbers of these weights."""
    return json.dumps(article(weights)).encode()


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, headers={"Cache-Control": "no-store"})

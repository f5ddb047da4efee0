"""The head of the page: stylesheet, module and weights to preload, and what other sites show of a link to it."""

from html import escape

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenet.page.assets import STATIC_URL
from lenet.page.gradio_internals import DOCUMENTS_ROOT, LOADING_FRAMES, PREVIEW, ROOT
from lenet.page.routes import Routes
from lenet.page.words import SUMMARY, TITLE


class Head:
    """ASGI middleware that completes the head of the page's HTML, where Gradio inserts one only when its scripts run.

    The browser requests the module and the weights at once, not when Gradio's scripts have run. The stylesheet is
    linked, not given to Gradio, which would drop its container queries.
    """

    def __init__(self, app: ASGIApp, routes: Routes):
        self.app, self.routes = app, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            html = bytes(body)
            if b"text/html" in dict(start["headers"]).get(b"content-type", b""):
                ours = (preview(_base(scope)) + self.links() + LOADING_FRAMES).encode()
                html = ROOT.sub(lambda _: DOCUMENTS_ROOT, PREVIEW.sub(b"", html), count=1)
                html = html.replace(b"</head>", ours + b"</head>", 1)
            headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            headers.append((b"content-length", str(len(html)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": html})

        await self.app(scope, receive, collect)

    def links(self) -> str:
        """The link elements. Their addresses are relative to the page's, which only the browser knows for certain."""
        data = [f"{self.routes.network_url}/model.safetensors", f"{STATIC_URL}/examples.json"]
        return "".join(
            [
                f'<link rel="icon" type="image/svg+xml" href=".{STATIC_URL}/favicon.svg">\n',
                f'<link rel="stylesheet" href=".{STATIC_URL}/page.css">\n',
                f'<link rel="modulepreload" href=".{STATIC_URL}/page.js">\n',
                *(f'<link rel="preload" as="fetch" crossorigin="anonymous" href=".{path}">\n' for path in data),
            ]
        )


def preview(base: str) -> str:
    """The meta elements; `base` is the page's address, since that of the picture must be absolute."""
    values = {"title": TITLE, "description": SUMMARY, "type": "website", "image": f"{base}{STATIC_URL}/preview.jpg"}
    tags = "".join(f'<meta property="og:{name}" content="{escape(value)}">\n' for name, value in values.items())
    return (
        f'<meta name="description" content="{escape(SUMMARY)}">\n{tags}'
        '<meta name="twitter:card" content="summary_large_image">\n'
    )


def _base(scope: Scope) -> str:
    """The page's address as the visitor's browser has it, as far as the server can tell: proxies may not say."""
    root = scope.get("root_path", "").rstrip("/")
    if "://" in root:
        return root
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", scope["scheme"]).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()
    return f"{scheme}://{host}{root}"

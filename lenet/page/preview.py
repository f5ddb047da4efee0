"""What other sites show of a link to the page: title, description and picture."""

import re
from html import escape

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SUMMARY = "Draw a digit, and see what every layer of LeNet-5, the 1998 convolutional network, computes."
THEIRS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')


class LinkPreview:
    """ASGI middleware that replaces Gradio's preview in the page's HTML: of two, most sites would show the first."""

    def __init__(self, app: ASGIApp, title: str, image: str):
        self.app, self.title, self.image = app, title, image

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            html = bytes(body)
            if b"text/html" in dict(start["headers"]).get(b"content-type", b""):
                ours = self.tags(_base(scope)).encode()
                html = THEIRS.sub(b"", html).replace(b"</head>", ours + b"</head>", 1)
            headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            headers.append((b"content-length", str(len(html)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": html})

        await self.app(scope, receive, keep)

    def tags(self, base: str) -> str:
        """The meta elements; the address of the picture must be absolute."""
        values = {"title": self.title, "description": SUMMARY, "type": "website", "image": base + self.image}
        tags = "".join(f'<meta property="og:{name}" content="{escape(value)}">\n' for name, value in values.items())
        return (
            f'<meta name="description" content="{escape(SUMMARY)}">\n{tags}'
            '<meta name="twitter:card" content="summary_large_image">\n'
        )


def _base(scope: Scope) -> str:
    """Scheme, host and root path as the visitor's browser has them, also behind a proxy."""
    headers = Headers(scope=scope)
    scheme = headers.get("x-forwarded-proto", scope["scheme"]).split(",")[0].strip()
    host = headers.get("x-forwarded-host", headers.get("host", "")).split(",")[0].strip()
    return f"{scheme}://{host}{scope.get('root_path', '').rstrip('/')}"

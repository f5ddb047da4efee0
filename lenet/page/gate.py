"""What a stranger may ask of the server: only what the page and its API need, and bodies of limited size.

Gradio has about eighty routes, reads bodies of any length, and lets other sites send credentials.
"""

import re

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lenet.page.calls import why_refused
from lenet.page.gradio_internals import (
    forget_documentation,
    forget_oldest_sessions,
    is_queue_full,
    is_session_gone,
)
from lenet.page.headers import security_headers
from lenet.page.in_flight import FullError
from lenet.page.monitoring import RequestLog
from lenet.page.uploads import Uploads

MEGABYTE = 1_000_000
UPLOAD_LIMIT = 21 * MEGABYTE  # of a request with one image of at most 20 MB
JSON_LIMIT = 100_000  # bytes; a call of /predict has about 500
NAME_LIMIT = 200  # characters of a URL's path and query
CLOSE = {"Connection": "close"}  # otherwise the server would go on reading the rest of the body
MAX_SESSIONS = 500  # whose results are kept until they are collected

# Below the root. The page's own routes check their requests themselves. Gradio's heartbeat and upload_progress are not
# there: neither page nor client needs them, and their responses never end, however many there are.
_API = "gradio_api/"
_GET = re.compile(
    r"|healthz|static-\w+/.+|network-\w+/.+|networks/\w+/.+|config/?|theme\.css|assets/.+|static/.+|svelte/.+|favicon\.ico|robots\.txt|"
    r"manifest\.json|pwa_icon(/\d+)?|"
    rf"{_API}(info/?|openapi\.json|app_id/?|startup-events|theme\.css|queue/data|"
    r"call/(v2/)?predict/[\w-]+)"
)
_RESULTS = re.compile(rf"{_API}(queue/data|call/.+)")
_POST = re.compile(rf"{_API}((?P<call>queue/join|call/(v2/)?predict/?)|(?P<upload>upload/?)|cancel|reset/?)")
_OWN = re.compile(r"read")


class Gate:
    """ASGI middleware: refuses requests, and adds security headers to responses.

    It has to be the outermost (`lenet.page.gradio_internals.outermost`), so that no response is without them.
    """

    def __init__(self, app: ASGIApp, uploads: Uploads, log: bool = False):
        self.app, self.uploads, self.log = app, uploads, log
        self.headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})  # the page uses none
            return
        headers = Headers(scope=scope)
        note = RequestLog(scope) if self.log else lambda _message: None

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            note(message)
            await send(message)

        if refusal := _refusal(scope, headers):
            await refusal(scope, receive, guarded)
            return
        path = _path(scope)
        post = scope["method"] == "POST" and _POST.fullmatch(path)
        if post and (post["call"] or post["upload"]) and "app" in scope and is_queue_full(scope["app"]):
            # Before the body is read, and not after an upload that would be in vain.
            await _busy()(scope, receive, guarded)
        elif post and post["upload"]:
            await anyio.to_thread.run_sync(self.uploads.sweep_before_upload)
            await self._with_counted_body(scope, receive, guarded)
        elif post:
            await self._with_whole_body(scope, receive, guarded)
        elif _RESULTS.fullmatch(path):
            await self._without_failing_at_the_end(scope, receive, guarded)
        else:
            if path.startswith((_API + "info", _API + "openapi.json")) and "app" in scope:
                forget_documentation(scope["app"])
            await self.app(scope, receive, guarded)

    async def _with_whole_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, which is short, before Gradio sees any of it."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > JSON_LIMIT:
                await _too_large(JSON_LIMIT)(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        if refused := why_refused(bytes(body), self.uploads.folder, Headers(scope=scope).get("host")):
            await _error(400, refused)(scope, receive, send)
            return
        if "app" in scope:
            forget_oldest_sessions(scope["app"], MAX_SESSIONS)
        read = False

        async def replay() -> Message:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": bytes(body)}

        noted = _Noted(send)
        try:
            await self.app(scope, replay, noted)
        except Exception:
            if noted.started:
                raise
            # Gradio expects calls to be as its own clients make them, and fails otherwise, with 500 and a traceback.
            await _error(400, "not a call of /predict")(scope, receive, send)

    async def _without_failing_at_the_end(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Gradio send results as they come.

        Of a session that is unknown or forgotten, it tells the client, and then fails all the same.
        """
        noted = _Noted(send)
        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            if not (noted.started and is_session_gone(error)):
                raise
            await send({"type": "http.response.body"})

    async def _with_counted_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Gradio read the body as it comes, up to the limit of one and of all uploads."""
        count, refusal = 0, None
        declared = int(Headers(scope=scope).get("content-length", "0"))

        async def counted() -> Message:
            nonlocal count, refusal
            message = await receive()
            size = len(message.get("body", b""))
            count += size
            if refusal is None:
                try:
                    add(size)
                    refusal = _too_large(UPLOAD_LIMIT) if count > UPLOAD_LIMIT else None
                except FullError:
                    refusal = _busy()
            return message if refusal is None else {"type": "http.disconnect"}

        started = False

        async def unless_refused(message: Message) -> None:
            nonlocal started
            if refusal is None:
                started = True
                await send(message)

        try:
            with self.uploads.under_way.counting(declared) as add:
                await self.app(scope, counted, unless_refused)
        except FullError:
            refusal = _busy()
        except Exception:
            # Gradio expects forms to be as its own clients make them, and fails otherwise, with 500 and a traceback.
            refusal = refusal or _error(400, "not a form with one file, as multipart/form-data", CLOSE)
        if refusal is not None and not started:
            await refusal(scope, receive, send)


class _Noted:
    """`send` that notes whether the response has started, after which no other one can be sent."""

    def __init__(self, send: Send):
        self.send, self.started = send, False

    async def __call__(self, message: Message) -> None:
        self.started = True
        await self.send(message)


def _path(scope: Scope) -> str:
    """The path below the root, without the slash before it."""
    return scope["path"].removeprefix(scope.get("root_path", "").rstrip("/")).lstrip("/")


def _refusal(scope: Scope, headers: Headers) -> JSONResponse | None:
    """The response to a request that is refused before its body is read; None if it is not."""
    path, method = _path(scope), scope["method"]
    if len(scope["path"]) + len(scope["query_string"]) > NAME_LIMIT + len(scope.get("root_path", "")):
        return _error(414, "the address is too long")
    if method == "OPTIONS" or _OWN.fullmatch(path):
        return None
    if method in ("GET", "HEAD"):
        return None if _GET.fullmatch(path) else _error(404, "not found")
    post = method == "POST" and _POST.fullmatch(path)
    if not post:
        return _error(404, "not found")
    content, limit = ("multipart/form-data", UPLOAD_LIMIT) if post["upload"] else ("application/json", JSON_LIMIT)
    # A form or text can be posted by any site without asking, JSON cannot.
    given = headers.get("content-type", "")
    if given.split(";")[0].strip().lower() != content or len(given) > NAME_LIMIT:
        return _error(415, f"expected Content-Type: {content}")
    declared = headers.get("content-length", "0")
    return _too_large(limit) if not declared.isdecimal() or int(declared) > limit else None


def _busy() -> JSONResponse:
    return _error(503, "the server is busy: try again later", {"Retry-After": "1", **CLOSE})


def _too_large(limit: int) -> JSONResponse:
    return _error(413, f"request too large: the limit is {limit:,} bytes", CLOSE)


def _error(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers=headers)

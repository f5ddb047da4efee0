"""All that depends on how Gradio works inside, and not on what it documents. Written for Gradio 6.31.

A new version of Gradio may change any of this without notice: tests/unit/test_gradio_internals.py says what.
"""

import asyncio
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import gradio as gr
import uvicorn
from fastapi import HTTPException
from gradio import http_server
from gradio.networking import setup_tunnel
from gradio.route_utils import CustomCORSMiddleware
from gradio.routes import App
from starlette.middleware import Middleware

# In the HTML of the page. Of two previews, most sites would show the first, which is Gradio's.
PREVIEW = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')

# Where the HTML says what the server believes its address to be. Gradio's scripts take theirs from there if the host is
# another one than the document's, and the path in any case; behind a proxy that says nothing to the server, both are
# wrong.
ROOT = re.compile(rb"\bconst root = .*;")
DOCUMENTS_ROOT = b'const root = window.gradio_config.root = new URL(".", document.baseURI).href.replace(/[/]$/, "");'

# Gradio's loading message counts the seconds in a loop of frames, which goes on for ever once the message is gone: it
# asks for them with the function that was the window's when its module was loaded. That is this one, until the page is
# ready; then it does nothing, and the window has its own again.
LOADING_FRAMES = """<script>
{
  const frames = window.requestAnimationFrame;
  let ready = false;
  window.requestAnimationFrame = (callback) => {
    if (ready) return 0;
    ready = Boolean(document.querySelector(".lenet[data-ready]"));
    if (ready) window.requestAnimationFrame = frames;
    return frames.call(window, callback);
  };
}
</script>
"""

POLL = 0.02  # seconds between two looks into the queue
IDLE = 0.5  # seconds without a call after which results have been collected


class WithoutCredentials(CustomCORSMiddleware):
    """Gradio's answer to other sites, which may call the API, but without telling them that cookies are welcome."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.simple_headers = {}
        self.preflight_headers.pop("Access-Control-Allow-Credentials")


def outermost(gate: Middleware) -> Callable[[App], AbstractAsyncContextManager[None]]:
    """A lifespan for the app that `launch` makes: all requests go through the gate first, and CORS has no credentials.

    `launch` puts its own middleware around that of `app_kwargs`, so some responses would not come from the gate.
    """

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        app.user_middleware = [gate, *map(_without_credentials, app.user_middleware)]
        app.middleware_stack = app.build_middleware_stack()
        yield

    return lifespan


def _without_credentials(middleware: Middleware) -> Middleware:
    is_cors = middleware.cls is CustomCORSMiddleware
    return Middleware(WithoutCredentials, *middleware.args, **middleware.kwargs) if is_cors else middleware


def poll_less_often(page: gr.Blocks) -> None:
    """Have the queue look for calls 50 times a second, where Gradio's 1000 keep a core busy by 8 % without any visitor.

    Progress, which no call of the page reports, is looked for as often.
    """
    page._queue.sleep_when_free = page._queue.progress_update_sleep_when_free = POLL


def is_queue_full(app: App) -> bool:
    """Whether as many calls wait as may wait."""
    queue = app.get_blocks()._queue
    return queue.max_size is not None and len(queue) >= queue.max_size


def forget_oldest_sessions(app: App, most: int) -> None:
    """Drop the results of the sessions that have waited longest to be collected, beyond `most` sessions."""
    queue = app.get_blocks()._queue
    sessions = queue.pending_messages_per_session
    while len(sessions) > most:
        oldest = next(iter(sessions))
        del sessions[oldest]
        for event in queue.pending_event_ids_session.pop(oldest, ()):
            queue.event_ids_to_events.pop(event, None)


def is_session_gone(error: BaseException | None) -> bool:
    """Whether sending results failed because the session has none, or has none any more.

    Gradio raises 404 within its response, which nobody can send then; or, when the client leaves, KeyError.
    """
    while error is not None:
        if isinstance(error, KeyError) or (isinstance(error, HTTPException) and error.status_code == 404):
            return True
        error = error.__cause__ or error.__context__
    return False


def forget_documentation(app: App) -> None:
    """Have the documentation of the API made again, with the address that the next request claims the server to have.

    Gradio would keep it with the address of the first one.
    """
    app.api_info = None


def document_api(image: gr.File, reading: gr.JSON, result: dict) -> None:
    """Have the documentation of the API send an image and describe the `result`, a JSON schema.

    By itself it would send a PDF, and describe Gradio's classes.
    """
    schema = {**image.api_info_as_input(), "additional_description": "an image of one digit, in any common format"}
    image.api_info_as_input = lambda: schema
    image.example_payload = lambda: {"path": "digit.png", "meta": {"_type": "gradio.FileData"}}
    reading.api_info_as_output = lambda: result


@contextmanager
def served_on(sockets: list[socket.socket], url: str, protocol: type[asyncio.Protocol]) -> Iterator[None]:
    """Within the block, `launch` serves on sockets that listen already, with the local `url` and a protocol class.

    `launch` has no option for any of these, and has to be called: the package `spaces` and the public link depend on
    it. By itself it looks for a free port at an IPv4 address, whatever the host, and calls every failure a busy port.
    """

    def start_server(app: App, **_) -> tuple[str, int, str, http_server.Server]:
        server = http_server.Server(uvicorn.Config(app, http=protocol, log_level="warning"))
        server.thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
        server.thread.start()
        while not server.started:
            if not server.thread.is_alive():
                raise RuntimeError("the server has ended while it started")
            time.sleep(0.001)
        host, port = sockets[0].getsockname()[:2]
        return host, port, url, server

    before = http_server.start_server
    http_server.start_server = start_server
    try:
        yield
    finally:
        http_server.start_server = before


def shut_down(page: gr.Blocks, seconds: float) -> None:
    """Stop a page that `launch` has started: requests under way are answered, for at most so many seconds.

    Gradio's own `close` waits five seconds, and interrupts calls that are in its queue.
    """
    page.is_running = False  # no further call is accepted
    page.app.stop_event.set()  # ends the streams by which Gradio notices that a visitor has left
    server, queue = page.server, page._queue
    server.should_exit = True
    end, busy_until = time.monotonic() + seconds, time.monotonic()
    while server.thread.is_alive() and time.monotonic() < end:
        if len(queue) or any(queue.active_jobs):
            busy_until = time.monotonic()
        elif time.monotonic() > busy_until + IDLE:
            queue.close()  # ends the streams that wait for results of calls, of which there are none
        server.thread.join(0.05)
    queue.close()
    server.force_exit = True
    server.thread.join(5)


def open_tunnel(page: gr.Blocks) -> str:
    """The public address of a running page. Raises whatever Gradio, its client or the tunnel's program raises."""
    return setup_tunnel(page.server_name, page.server_port, page.share_token, None, None)

"""Launch the page, with a public link on request."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from starlette.middleware import Middleware

from lenet.background import in_background
from lenet.image.decoder import Decoder
from lenet.page.address import listen, local_url, root_path
from lenet.page.blocks import build_page
from lenet.page.connections import BoundedProtocol, Limits, limit_log, raise_descriptor_limit
from lenet.page.direct import without_proxies
from lenet.page.gate import MAX_SESSIONS, Gate
from lenet.page.gradio_internals import open_tunnel, outermost, poll_less_often, served_on, shut_down
from lenet.page.head import Head
from lenet.page.routes import Routes
from lenet.page.uploads import Uploads
from lenet.recognizer import Recognizer

QUEUE = 20  # calls of /predict that wait; with more, the answer is that the queue is full
GRACE = 12.0  # seconds for requests under way when the server stops; the slowest image takes ten
SHARE_TIMEOUT = 20.0  # seconds; Gradio by itself waits three times thirty, and then prints paragraphs


@contextmanager
def stop_on_sigterm() -> Iterator[None]:
    """Treat SIGTERM, which service managers and container engines send, as Ctrl+C; only the main thread can do so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@stop_on_sigterm()
def serve(
    reader: Recognizer,
    host: str | None = None,
    port: int | None = None,
    share: bool = False,
    metrics: tuple[str, int] | None = None,
    log: bool = False,
) -> None:
    """Serve the page until Ctrl+C or SIGTERM, and answer what is under way then.

    Raises OSError, one line, if it cannot listen on the host and port.

    `metrics` is the host and port that serve metrics for Prometheus; `log` prints a line of JSON for each request on
    standard error. Prints the local URL, then the public link or one line that says why there is none.
    """
    sockets = listen(host or os.environ.get("GRADIO_SERVER_NAME"), port or _port())
    BoundedProtocol.limits = Limits(connections=raise_descriptor_limit())
    limit_log()
    routes = Routes(reader)
    uploads = Uploads()
    uploads.start()
    decoder = Decoder()
    if metrics:
        try:
            routes.monitoring.start(*metrics, reader, uploads)
        except OSError as error:
            for listener in sockets:
                listener.close()
            decoder.close()
            uploads.close()
            raise OSError(f"cannot listen on {metrics[0]}, port {metrics[1]}: {error.strerror or error}") from error
    page = build_page(reader, routes, uploads, decoder).queue(api_open=False, max_size=QUEUE)
    poll_less_often(page)
    # Without proxies: Gradio sends requests to the page to see that it is up.
    with served_on(sockets, local_url(sockets[0]), BoundedProtocol), without_proxies():
        page.launch(
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            root_path=root_path(os.environ.get("GRADIO_ROOT_PATH")),
            app_kwargs={
                "routes": routes.all(),
                "middleware": [Middleware(Head, routes=routes)],
                "lifespan": outermost(Middleware(Gate, uploads=uploads, log=log)),
            },
            footer_links=["api"],
            run_history=False,
            enable_monitoring=False,
            state_session_capacity=MAX_SESSIONS,
            max_file_size="20mb",
            show_error=True,
            ssr_mode=False,
        )
    routes.is_up = True
    print(f"* Running on local URL:  {page.local_url}", flush=True)
    if share or os.environ.get("GRADIO_SHARE", "").lower() == "true":
        print(public_link(page), flush=True)
    try:
        while page.is_running:
            time.sleep(0.1)  # not an event: waiting for one cannot be interrupted on Windows
    except KeyboardInterrupt:
        shut_down(page, GRACE)
    finally:
        decoder.close()
        uploads.close()


def _port() -> int | None:
    return int(os.environ.get("GRADIO_SERVER_PORT") or 0) or None


def public_link(page: gr.Blocks, timeout: float = SHARE_TIMEOUT) -> str:
    """A line with the public link to the running page, or with the reason why there is none."""
    if page.space_id:
        return "* No public link: a Space has its own address."
    link = in_background(lambda: open_tunnel(page))
    try:
        return f"* Running on public URL: {link.result(timeout)}"
    except TimeoutError:
        reason = f"no response within {timeout:g} s"
    except Exception as error:  # Gradio's own, httpx's, the tunnel program's
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return f"* No public link: {reason}. Check that api.gradio.app can be reached. The page is served locally."

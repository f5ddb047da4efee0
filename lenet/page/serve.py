"""Launch the page, and its public link where one is wanted and can be had."""

import os
import socket
import threading

import gradio as gr
from gradio.networking import setup_tunnel

from lenet.page.blocks import LAUNCH

PATIENCE = 20.0  # seconds for the link; Gradio itself waits three times thirty, and then prints paragraphs


def serve(page: gr.Blocks, host: str | None = None, port: int | None = None, share: bool = False) -> None:
    """Serve until Ctrl+C. Raises OSError, one line, where host and port cannot be had.

    The public link comes after the local one, or one line that says why there is none.
    """
    _check_host(host or os.environ.get("GRADIO_SERVER_NAME"))
    try:
        page.launch(server_name=host, server_port=port, share=False, quiet=True, prevent_thread_lock=True, **LAUNCH)
    except OSError as error:
        port = port or os.environ.get("GRADIO_SERVER_PORT")
        raise OSError(
            f"cannot listen on {f'port {port}' if port else 'any port'}: it is taken, or may not be had"
        ) from error
    print(f"* Running on local URL:  {page.local_url}", flush=True)
    if share or os.environ.get("GRADIO_SHARE", "").lower() == "true":
        print(public_link(page), flush=True)
    page.block_thread()


def _check_host(host: str | None) -> None:
    """Raises OSError where nobody can listen: Gradio takes a bad host for busy ports, and tries a hundred of them."""
    if not host:
        return
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no name of a host"
        raise OSError(f"cannot listen on host {host}: {reason}") from error


def public_link(page: gr.Blocks, patience: float = PATIENCE) -> str:
    """A line with the link to the running page, or with the reason why it has none."""
    link, trouble = [], []

    def ask() -> None:
        try:
            link.append(setup_tunnel(page.server_name, page.server_port, page.share_token, None, None))
        except Exception as error:  # Gradio's own, httpx's, the tunnel program's
            trouble.append((str(error).strip() or type(error).__name__).splitlines()[0].rstrip("."))

    if page.space_id:
        return "* No public link: a Space has its own address."
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience)
    if link:
        return f"* Running on public URL: {link[0]}"
    why = trouble[0] if trouble else f"no answer within {patience:g} s"
    return f"* No public link: {why}. Is api.gradio.app within reach? The page is served locally all the same."

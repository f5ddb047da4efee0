"""Where the page is served: the sockets that it listens on, and the path that a proxy adds to its address."""

import errno
import os
import re
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

PORTS = range(7860, 7960)  # Gradio's, of which the first free one is used if none is named
NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # of one of the two kinds of addresses that `localhost` has
ADDRESS = re.compile(r"https?://[^\s?#]+|[^\s?#:]*")


def listen(host: str | None, port: int | None) -> list[socket.socket]:
    """Sockets that listen on the host, one for each of its addresses; None stands for 127.0.0.1 and a port of PORTS.

    Raises OSError, one line, if that is not possible. Gradio by itself would mistake an invalid host for busy ports,
    and look for them at another address.
    """
    host = (host or "127.0.0.1").strip("[]")
    try:
        if "%" in host:
            raise OSError("addresses with a zone are not supported; `--host ::` listens on all")
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or (error if isinstance(error, OSError) else "invalid host name")
        raise OSError(f"cannot listen on host {host}: {reason}") from error
    addresses = list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))
    for each in [port] if port else PORTS:
        try:
            return _listen(addresses, each)
        except OSError as error:
            reason = os.strerror(error.errno or errno.EINVAL)
            if error.errno in NOT_HERE:
                raise OSError(f"cannot listen on host {host}: {reason}") from error
            if error.errno != errno.EADDRINUSE or each == PORTS[-1] or port:
                where = f"port {each}" if port else f"any port from {PORTS[0]} to {PORTS[-1]}"
                raise OSError(f"cannot listen on {where}: {reason}") from error
    raise AssertionError  # the last port returns or raises


def _listen(addresses: Sequence[tuple[int, str]], port: int) -> list[socket.socket]:
    """A socket for each address that this machine has, at least one."""
    sockets: list[socket.socket] = []
    failure = None
    for family, address in addresses:
        try:
            sockets.append(socket.create_server((address, port), family=family, backlog=100))
        except OSError as error:
            failure = error
            if error.errno not in NOT_HERE:
                break
    if failure and (failure.errno not in NOT_HERE or not sockets):
        for each in sockets:
            each.close()
        raise failure
    return sockets


def local_url(listener: socket.socket) -> str:
    """The address by which a browser on this machine reaches a socket."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "localhost", "::": "::1"}.get(host) or host
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def root_path(given: str | None) -> str:
    """The path that a proxy adds, "/path" or "", or the page's address behind it, from any spelling of either.

    Raises ValueError if it is neither.
    """
    text = (given or "").strip()
    if not ADDRESS.fullmatch(text) or "\\" in text:
        raise ValueError(f"GRADIO_ROOT_PATH {text}: expected a path such as /lenet, or an address with http or https")
    if urlsplit(text).scheme:
        return text.rstrip("/")
    path = "/".join(filter(None, text.split("/")))
    return f"/{path}" if path else ""

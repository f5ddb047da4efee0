"""Check the address to listen on before anything slow is imported."""

import os
import socket


def check_address(host: str | None, port: int | None) -> None:
    """Raise OSError, one line, if no server can listen on the host and port; None stands for Gradio's default.

    Gradio by itself would mistake an invalid host for busy ports, and try a hundred of them.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo((host or "127.0.0.1").strip("[]"), 0, type=socket.SOCK_STREAM)[0]
        _bind(family, address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "invalid host name"
        raise OSError(f"cannot listen on host {host}: {reason}") from error
    try:
        _bind(family, (address[0], port or 0, *address[2:]))
    except OSError as error:
        raise OSError(f"cannot listen on port {port}: {error.strerror}") from error


def _bind(family: int, address: tuple) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # as servers do; elsewhere it would allow a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)

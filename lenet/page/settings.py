"""What the page's modules are told when they start, as JSON."""

from lenet.page.tour import steps
from lenet.recognizer import Recognizer


def page_settings(reader: Recognizer, description: dict, network: str, read: str | None, space: str | None) -> dict:
    """`description` is of the network, whose files are below the path `network`.

    `read` is the path that PyTorch's readings come from, None without a server; `space` the address of the Space that
    the page is shown on, if it is.
    """
    return {
        "description": description,
        "network": network,
        "read": read,
        "weights": reader.weights.origin,
        "tour": steps(reader.weights.model),
        "space": space,
    }

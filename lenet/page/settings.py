"""What the page's modules are told when they start, as JSON."""

import os

from lenet.networks import NETWORKS
from lenet.page.tour import steps
from lenet.recognizer import Recognizer


def space_address() -> str | None:
    """The address of the Space that this process serves, if it does."""
    return f"https://huggingface.co/spaces/{name}" if (name := os.environ.get("SPACE_ID")) else None


def page_settings(
    reader: Recognizer,
    description: dict,
    network: str,
    read: str | None,
    space: str | None,
    identity: str | None = None,
    home: str | None = None,
) -> dict:
    """`description` is of the network, whose files are below the path `network`.

    `read` is the path that PyTorch's readings come from, None without a server, and `identity` what they say of the
    network that made them, by default `network`; `space` is the address of the Space that the page is shown on, if it
    is; `home` the variant that the page opens with, if this is another one that a visitor has chosen.
    """
    variant = reader.weights.model.variant
    return {
        "description": description,
        "network": network,
        "identity": identity or network,
        "home": home or variant,
        "others": [other for other in NETWORKS if other != (home or variant)],
        "read": read,
        "weights": reader.weights.origin,
        "tour": steps(reader.weights.model),
        "space": space,
    }

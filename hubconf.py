"""What `torch.hub.load` finds in this repository: `torch.hub.load("USER/lenet", "lenet5")`."""

dependencies = ["torch", "numpy", "PIL", "safetensors", "huggingface_hub", "tqdm"]


def lenet5(variant: str = "textbook"):
    """One of the three networks with its bundled weights, a torch.nn.Module: "textbook", "tutorial" or "original".

    It maps ink in [0, 1], shape (N, 1, 32, 32), to ten scores, shape (N, 10).
    """
    from lenet.networks import NETWORKS
    from lenet.weights.model import bundled, load_weights

    if variant not in NETWORKS:
        raise ValueError(f"unknown variant {variant!r}, expected one of {', '.join(NETWORKS)}")
    return load_weights(bundled(variant)).model


def recognizer(source: str | None = None, device: str | None = None):
    """The reader of images, as `lenet.Recognizer.from_pretrained` returns it."""
    from lenet import Recognizer

    return Recognizer.from_pretrained(source, device=device)

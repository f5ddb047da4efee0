"""Digits for the page: those that the network misreads, and training digits to find a drawing's neighbors among."""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from lenet.extras.files import ATTRIBUTION
from lenet.networks.base import Network
from train.data.digits import Digits, as_float
from train.data.mnist import load_mnist, split

MOST = 150  # misread digits; as JSON, they take about 180 kB
EACH = 30  # training digits of a class
ROUNDS = 20  # of k-means, after which the centers hardly move


def misread(digits: Digits, probabilities: np.ndarray) -> bytes:
    """The JSON of misread.json: those of MNIST's test digits whose most probable digit, shape (N, 10), is wrong.

    The most confident errors come first; `errors` counts all of them, even if there are more than MOST.
    """
    labels, predicted = digits.labels.numpy(), probabilities.argmax(1)
    errors = np.flatnonzero(predicted != labels)
    errors = errors[np.argsort(-probabilities[errors].max(1), kind="stable")]
    images = unpadded(digits.images).numpy()
    rows = [
        {
            "index": int(i),
            "label": int(labels[i]),
            "image": base64.b64encode(images[i].tobytes()).decode("ascii"),
            "probabilities": [round(float(p), 4) for p in probabilities[i]],
        }
        for i in errors[:MOST]
    ]
    content = {"attribution": ATTRIBUTION, "images": len(labels), "errors": len(errors), "digits": rows}
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()


def training_digits(data_dir: Path, metrics: dict) -> Digits:
    """MNIST's training images, without those that the run held out, if its metrics say which. Raises DataError."""
    digits = load_mnist(data_dir, train=True)
    match metrics.get("recipe"):
        case {"validation_size": int() as validation, "seed": int() as seed} if 0 <= validation < len(digits):
            return split(digits, validation, seed)[0]
    return digits


def neighbors(model: Network, digits: Digits) -> bytes:
    """The content of neighbors.safetensors: about EACH digits of every class, and what F6 outputs for them.

    They are those nearest to the centers that k-means finds among the outputs of F6: all ways of writing a digit that
    are common, rather than the oddest ones.
    """
    vectors = f6(model, digits)
    chosen = []
    for label in range(10):
        of_class = (digits.labels == label).nonzero().flatten()
        chosen.append(of_class[central(vectors[of_class], EACH)])
    index = torch.cat(chosen)
    tensors = {
        "images": unpadded(digits.images)[index].contiguous(),
        "labels": digits.labels[index].to(torch.uint8),
        "f6": vectors[index].half(),
    }
    return save(tensors, {"attribution": ATTRIBUTION})


def central(points: Tensor, count: int, seed: int = 0) -> Tensor:
    """The ascending indices of the points nearest to the centers of `count` clusters; all if there are fewer points.

    There can be fewer than `count`, since two centers may share their nearest point.
    """
    if len(points) <= count:
        return torch.arange(len(points))
    start = torch.randperm(len(points), generator=torch.Generator().manual_seed(seed))[:count]
    centers = points[start]
    for _ in range(ROUNDS):
        nearest = torch.cdist(points, centers).argmin(1)
        sums = torch.zeros_like(centers).index_add_(0, nearest, points)
        sizes = torch.bincount(nearest, minlength=count)[:, None]
        centers = torch.where(sizes > 0, sums / sizes.clamp(min=1), centers)
    return torch.cdist(centers, points).argmin(1).unique()


@torch.inference_mode()
def f6(model: Network, digits: Digits, batch_size: int = 1_000) -> Tensor:
    """The output of F6 for each digit, shape (N, 84)."""
    model.eval()
    return torch.cat([model.features(as_float(images))["f6"] for images in digits.images.split(batch_size)])


def unpadded(images: Tensor) -> Tensor:
    """MNIST's images as they were before `load_mnist` padded them, shape (N, 28, 28)."""
    return images[:, 0, 2:-2, 2:-2]

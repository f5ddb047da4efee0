"""The numbers of the page's words: placeholders by name, computed from the networks, their weights and their metrics.

Of the page's own network there are {parameters}, {connections}, {activation}, and of each layer {c1.size},
{c1.parameters} and so on; {test.error} is of its metrics. {original.c1.connections} is of the network `original`, as it
is bundled.
"""

import json
import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from lenet.image.preprocess import DIGIT_SIDE
from lenet.networks import NETWORKS
from lenet.networks.activation import Tanh
from lenet.networks.base import Network
from lenet.networks.original import BITMAPS
from lenet.networks.summary import Layer, layers
from lenet.weights.files import METRICS
from lenet.weights.model import Weights, bundled, load_weights

MNIST_TRAINING = 60_000  # images
SIMILAR = 0.8  # correlation with a straight line or edge from which a kernel is said to resemble one


def numbers(weights: Weights) -> dict[str, str | None]:
    """All placeholders and their values; None is a number that nobody has measured for these weights."""
    values: dict[str, str | None] = {
        **of_networks(weights.model),
        **of_metrics(weights.metrics),
        **of_training(weights.metrics),
        "mnist.training": f"{MNIST_TRAINING:,}",
        "temperature": f"{weights.calibration.temperature:.2f}",
        "c1.strokes": _list(strokes(weights.model.get_parameter("c1.weight").detach().cpu().numpy()[:, 0])),
    }
    for variant in NETWORKS:
        values |= {f"{variant}.{name}": value for name, value in of_metrics(_bundled_metrics(variant)).items()}
        values[f"{variant}.temperature"] = _temperature(variant)
    return values


def of_networks(model: Network) -> dict[str, str]:
    """What does not depend on the weights, of the page's own network and of each of the three."""
    found = of_network(model)
    for variant in NETWORKS:
        found |= {f"{variant}.{name}": value for name, value in _of_bundled(variant).items()}
    return found


@cache
def _of_bundled(variant: str) -> dict[str, str]:
    return of_network(NETWORKS[variant]())


def of_network(model: Network) -> dict[str, str]:
    """What the architecture and the preprocessing determine."""
    rows = layers(model)
    found = {
        "digit.side": str(DIGIT_SIDE),
        "bitmap.size": f"{len(BITMAPS.split()[0])}x{len(BITMAPS.strip().splitlines())}",
        "parameters": f"{sum(row.parameters for row in rows):,}",
        "connections": f"{sum(row.connections for row in rows):,}",
        "paper": _signed(-model.mean / model.std),
        "ink": _signed((1 - model.mean) / model.std),
        "activation": str(model.activation),
        "activation.words": model.activation.in_words,
        **{f"{row.name}.{name}": value for row in rows for name, value in _of_layer(row).items()},
    }
    if isinstance(model.activation, Tanh):
        found["amplitude"] = f"{model.activation.amplitude:g}"
    used = rows[0].shape[1] - 2 * model.border
    found["input.used"] = f"{used}x{used}"
    found["input.uses"] = f" (it uses the middle {used**2})" if model.border else ""
    side, field, step = used, 1, 1  # of the maps of a layer; what one of its units sees; from one unit to the next
    for row in rows[1:]:
        if (size := row.about.data.get("size")) is None:
            continue
        field += (size - 1) * step
        if row.about.kind.endswith("convolution"):
            found[f"{row.name}.fit"] = f"{side} \N{MINUS SIGN} {size} + 1 = {side - size + 1}"
            side += 1 - size
        else:
            side //= size
            step *= size
        found |= {f"{row.name}.field": str(field), f"{row.name}.step": str(step)}
    return found


def _of_layer(layer: Layer) -> dict[str, str]:
    maps, *sides = layer.shape
    found = {
        "maps": f"{maps}",
        "units": f"{math.prod(layer.shape):,}",
        "parameters": f"{layer.parameters:,}",
        "connections": f"{layer.connections:,}",
        "count": layer.about.count,
        "does": layer.about.does,
    }
    if sides:
        found |= {"side": str(sides[0]), "size": f"{sides[0]}x{sides[1]}"}
    if size := layer.about.data.get("size"):
        found["kernel"] = f"{size}x{size}"
    if table := layer.about.data.get("table"):
        found["crosses"] = str(sum(map(len, table)))
    return found


def of_metrics(metrics: dict | None) -> dict[str, str | None]:
    """What has been measured on MNIST's test set; metrics.json may come from a stranger, with anything in it.

    The uncertainty is the standard error of a binomial proportion.
    """
    match (metrics or {}).get("test"):
        case {"errors": int() as errors, "images": int() as images} if images > 0:
            return {
                "test.error": f"{100 * errors / images:.2f} %",
                "test.uncertainty": f"{100 * math.sqrt(errors * max(0, images - errors) / images) / images:.2f} %",
                "test.errors": f"{errors:,}",
                "test.images": f"{images:,}",
            }
    return dict.fromkeys(f"test.{name}" for name in ("error", "uncertainty", "errors", "images"))


def of_training(metrics: dict | None) -> dict[str, str | None]:
    """What the weights have learned from: images, renderings of a pen digit, epochs, and rotation at most in degrees.

    As with the test, metrics.json may have anything in it.
    """
    images, recipe = ((metrics or {}).get(name) for name in ("images", "recipe"))
    copies = recipe.get("copies") if isinstance(recipe, dict) else None
    counts = {"epochs": (metrics or {}).get("epochs"), "copies": copies}
    for name in ("mnist", "strokes", "styles", "outliers"):
        counts[name] = images.get(name) if isinstance(images, dict) else None
    found: dict[str, str | None] = {
        f"training.{name}": f"{count:,}" if isinstance(count, int) and count > 0 else None
        for name, count in counts.items()
    }
    found |= _sums(counts)
    found["training.rotation"] = None
    match recipe:
        case {"augment": "distort", "distortion": {"rotation": float() | int() as degrees}} if degrees > 0:
            found["training.rotation"] = f"{degrees:g}\N{DEGREE SIGN}"
    return found


def _sums(counts: Mapping[str, object]) -> dict[str, str | None]:
    """Pen digits, before each was drawn several times, and all digits; None if one of their numbers is not known."""
    match [counts[name] for name in ("mnist", "strokes", "styles", "copies")]:
        case [int() as mnist, int() as strokes, int() as styles, int() as copies] if copies > 0 == strokes % copies:
            return {"training.pen": f"{strokes // copies:,}", "training.digits": f"{mnist + strokes + styles:,}"}
    return {"training.pen": None, "training.digits": None}


def confusion(metrics: dict | None) -> list[list[int]] | None:
    """Numbers of test digits: a row for each true digit, a column for what it is taken for. None if it is not known."""
    match (metrics or {}).get("test"):
        case {"confusion": [*rows]} if len(rows) == 10 and all(map(_is_row, rows)):
            return rows
    return None


def _is_row(row: object) -> bool:
    return isinstance(row, list) and len(row) == 10 and all(isinstance(count, int) and count >= 0 for count in row)


@cache
def _bundled_metrics(variant: str) -> dict:
    return json.loads((bundled(variant) / METRICS).read_text())


@cache
def _temperature(variant: str) -> str:
    return f"{load_weights(bundled(variant), variant).calibration.temperature:.4f}"  # as many places as a card shows


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def strokes(kernels: np.ndarray) -> list[int]:
    """Which kernels, shape (N, 5, 5), resemble a straight line or edge: their correlation with one is `SIMILAR`.

    Lines and edges have a Gaussian profile of three widths, at five offsets and every 15 degrees.
    """
    side = kernels.shape[-1]
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    patterns = []
    for angle in np.radians(np.arange(0, 180, 15)):
        across = x * np.cos(angle) + y * np.sin(angle)
        for offset in (-1, -0.5, 0, 0.5, 1):
            for width in (0.7, 1, 1.4):
                line = np.exp(-(((across - offset) / width) ** 2) / 2)
                patterns += [line, (offset - across) * line]
    correlations = np.abs(_standardized(kernels) @ _standardized(np.array(patterns)).T).max(1)
    return np.flatnonzero(correlations >= SIMILAR).tolist()


def _standardized(patterns: np.ndarray) -> np.ndarray:
    """Rows of mean 0 and length 1; of a constant pattern, zeros."""
    rows = patterns.reshape(len(patterns), -1)
    rows = rows - rows.mean(1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _list(found: list[int]) -> str:
    """ "maps 1, 3 and 5"."""
    if not found:
        return "none"
    *most, last = map(str, found)
    return f"map {last}" if not most else f"maps {', '.join(most)} and {last}"

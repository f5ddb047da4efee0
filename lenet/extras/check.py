"""Check the extra files as strictly as weights: they may come from a stranger's repository.

Besides names, shapes, types and finiteness, this network has to compute what the files say of it. Only the snapshots
are taken at their word, since there is nothing to compare them with.
"""

import base64
import json
from collections.abc import Callable

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor
from torch.nn.functional import pad

from lenet.extras.files import EXTRAS, MISREAD_DIGITS, NEIGHBORS, SNAPSHOTS
from lenet.files import one_line, parse_json, parse_object
from lenet.weights.model import Weights

TOLERANCE = 0.01  # of what was rounded to half precision or four decimals, perhaps on a machine with other rounding


def check(name: str, content: bytes, weights: Weights) -> None:
    """Raise ValueError, one line that begins with the file's name, if the content is not what these weights need."""
    try:
        if len(content) > EXTRAS[name]:
            raise ValueError(f"larger than {EXTRAS[name]:,} bytes")
        CHECKS[name](content, weights)
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:  # with RecursionError
        missing = f"{error} is missing" if isinstance(error, KeyError) else error
        raise ValueError(f"{name} is damaged or of another network: {one_line(missing)}") from error


def read_metadata(content: bytes) -> dict[str, str]:
    """The metadata of a safetensors file that `load` accepts, which does not return them."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]).get("__metadata__", {})


def _check_snapshots(content: bytes, weights: Weights) -> None:
    tensors = load(content)
    metadata = read_metadata(content)
    _expect_keys(metadata, {"steps", "validation_errors"})
    steps, errors = (parse_json(metadata[name]) for name in ("steps", "validation_errors"))
    if type(steps) is not list or not steps or not all(_is_count(step) for step in steps):
        raise ValueError("steps is not a list of counts")
    if steps != sorted(set(steps)):
        raise ValueError("steps is not in ascending order")
    if type(errors) is not list or len(errors) != len(steps) or not all(_is_fraction(error) for error in errors):
        raise ValueError("validation_errors is not a list of one fraction for each step")
    shapes = {name: tuple(tensor.shape) for name, tensor in weights.model.state_dict().items()}
    expected = {f"{step}.{name}": shape for step in steps for name, shape in shapes.items()}
    _expect_keys(tensors, expected.keys())
    for name, shape in expected.items():
        _expect(name, tensors[name], torch.float16, shape)


def _check_neighbors(content: bytes, weights: Weights) -> None:
    tensors = load(content)
    metadata = read_metadata(content)
    _expect_keys(metadata, {"attribution"})
    _expect_line("attribution", metadata["attribution"])
    _expect_keys(tensors, {"images", "labels", "f6"})
    count = len(tensors["labels"]) if tensors["labels"].ndim else 0
    if not count:
        raise ValueError("there are no digits")
    _expect("labels", tensors["labels"], torch.uint8, (count,))
    _expect("images", tensors["images"], torch.uint8, (count, 28, 28))
    _expect("f6", tensors["f6"], torch.float16, (count, 84))
    if int(tensors["labels"].max()) > 9:
        raise ValueError("labels are not all 0 to 9")
    computed = _features(tensors["images"], weights)["f6"]
    if not torch.allclose(tensors["f6"].float(), computed, rtol=TOLERANCE, atol=TOLERANCE):
        raise ValueError("f6 is not what this network computes for the images")


def _check_misread(content: bytes, weights: Weights) -> None:
    misread = parse_object(content)
    _expect_keys(misread, {"attribution", "images", "errors", "digits"})
    _expect_line("attribution", misread["attribution"])
    images, errors, digits = misread["images"], misread["errors"], misread["digits"]
    if type(digits) is not list or not (_is_count(images) and _is_count(errors) and len(digits) <= errors <= images):
        raise ValueError("images, errors and digits do not match")
    for digit in digits:
        _check_misread_digit(digit, images)
    if len({digit["index"] for digit in digits}) < len(digits):
        raise ValueError("a digit is there twice")
    if digits:
        pixels = torch.tensor([list(base64.b64decode(digit["image"])) for digit in digits], dtype=torch.uint8)
        scores = _features(pixels.view(-1, 28, 28), weights)["output"].numpy()
        computed = torch.from_numpy(weights.calibration.probabilities(scores)).double()
        stated = torch.tensor([digit["probabilities"] for digit in digits], dtype=torch.float64)
        if not torch.allclose(stated, computed, rtol=0, atol=TOLERANCE):
            raise ValueError("the probabilities are not those of this network")


def _check_misread_digit(digit: dict, images: int) -> None:
    if type(digit) is not dict:
        raise ValueError("a digit is not an object")
    _expect_keys(digit, {"index", "label", "image", "probabilities"})
    label, probabilities = digit["label"], digit["probabilities"]
    if not (_is_count(digit["index"]) and digit["index"] < images and _is_count(label) and label <= 9):
        raise ValueError("a digit has an invalid index or label")
    if type(digit["image"]) is not str or len(base64.b64decode(digit["image"], validate=True)) != 784:
        raise ValueError("an image is not base64 of 784 bytes")
    if type(probabilities) is not list or len(probabilities) != 10 or not all(map(_is_fraction, probabilities)):
        raise ValueError("probabilities is not a list of ten fractions")
    if probabilities[label] > max(p for d, p in enumerate(probabilities) if d != label):
        raise ValueError("a digit is not misread")


@torch.inference_mode()
def _features(images: Tensor, weights: Weights) -> dict[str, Tensor]:
    """The output of every layer for images of 28x28 pixels, uint8, as in MNIST."""
    return weights.model.features(pad(images[:, None].float() / 255, (2, 2, 2, 2)))


def _expect(name: str, tensor: Tensor, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    if tensor.dtype != dtype:
        raise ValueError(f"{name} has dtype {tensor.dtype}, expected {dtype}")
    if tuple(tensor.shape) != shape:
        raise ValueError(f"{name} has shape {tuple(tensor.shape)}, expected {shape}")
    if not torch.isfinite(tensor).all():
        raise ValueError(f"{name} contains NaN or infinity")


def _expect_keys(found: dict, expected) -> None:
    if missing := sorted(expected - found.keys()):
        raise ValueError(f"{missing[0]} is missing")
    if unknown := sorted(found.keys() - expected):
        raise ValueError(f"{unknown[0][:100]} is unexpected")


def _expect_line(name: str, value: object) -> None:
    if type(value) is not str or not value or one_line(value) != value:
        raise ValueError(f"{name} is not one line of text")


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1  # NaN is not


CHECKS: dict[str, Callable[[bytes, Weights], None]] = {
    SNAPSHOTS: _check_snapshots,
    MISREAD_DIGITS: _check_misread,
    NEIGHBORS: _check_neighbors,
}

"""A network on disk: a folder with `model.safetensors` and the `config.json` that the weights need.

Only safetensors, so loading never runs code. Loading is strict: a missing, unexpected or misshapen tensor is an error.
"""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from lenet.files import one_line, parse_object, read_limited, write_whole
from lenet.networks import NETWORKS, LeNet5
from lenet.networks.base import INPUT_SHAPE, Network
from lenet.rejection import UNCALIBRATED, Calibration
from lenet.weights.files import CONFIG, LIMITS, METRICS, WEIGHTS
from lenet.weights.source import PRETRAINED

ARCHITECTURE = "LeNet5"
NUMBERS = ("mean", "std", "temperature", "max_energy")
LARGEST_WEIGHT = 1_000  # of trained networks, the largest is about 2
CONFIG_KEY = "config"  # of a file's metadata, with what a folder has in config.json
KEYS = ("architecture", "variant", *NUMBERS)


@dataclass(frozen=True)
class Weights:
    """A loaded network with its calibration, and where it came from.

    metrics: what training measured, the content of metrics.json, if known.
    origin: "bundled", "folder PATH" or "USER/NAME@COMMIT" with a seven-digit commit hash, if known.
    url: the page of that commit, for weights from the Hub.
    notice: one line that says why these weights are used instead of those that were requested.
    folder: where the files are, if the weights were loaded; `lenet.extras` finds more there.
    repository: USER/NAME of weights from the Hub, whose folder in the cache has the name of the commit.
    """

    model: Network
    calibration: Calibration = UNCALIBRATED
    metrics: dict | None = None
    origin: str | None = None
    url: str | None = None
    notice: str | None = None
    folder: Path | None = None
    repository: str | None = None


def bundled(variant: str = LeNet5.variant) -> Path:
    """The folder of the weights that are part of the package, for one of the three networks."""
    return PRETRAINED / variant


def save_model(model: Network, folder: Path, calibration: Calibration = UNCALIBRATED) -> None:
    """Write `model.safetensors` and `config.json` to `folder`, each atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architecture": ARCHITECTURE,
        "variant": model.variant,
        "mean": model.mean,
        "std": model.std,
        **dataclasses.asdict(calibration),
    }
    write_whole(folder / CONFIG, (json.dumps(config, indent=2) + "\n").encode())
    write_whole(folder / WEIGHTS, safetensors(model))


def safetensors(model: Network) -> bytes:
    """The tensors of the network, as the content of a model.safetensors."""
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()})


def load_weights(path: Path, origin: str | None = None, url: str | None = None) -> Weights:
    """Load a folder that `save_model` wrote, in evaluation mode, with metrics.json if there is one.

    Or a file that the page has saved: a model.safetensors whose metadata has the configuration. Raises ValueError,
    naming the file and what is wrong with it, if `path` does not hold such a network.
    """
    path = Path(path)
    if path.is_file():
        with _problems_of(path):
            content = read_limited(path, LIMITS[WEIGHTS])
            model, calibration = _build(_config_in(content))
            _load_state(model, content)
        return Weights(model.eval(), calibration, origin=f"file {path}")
    if not path.is_dir():
        raise ValueError(f"folder not found: {path}")
    for name in (CONFIG, WEIGHTS):
        if not (path / name).is_file():
            raise ValueError(f"{path} has no {name}: a model folder needs {CONFIG} and {WEIGHTS}")
    config = _read_json(path / CONFIG)
    try:
        model, calibration = _build(config)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path / CONFIG} is not a valid LeNet-5 configuration: {one_line(error)}") from error
    with _problems_of(path / WEIGHTS):
        _load_state(model, read_limited(path / WEIGHTS, LIMITS[WEIGHTS]))
    return Weights(model.eval(), calibration, load_metrics(path), origin or f"folder {path}", url, folder=path)


@contextlib.contextmanager
def _problems_of(path: Path) -> Iterator[None]:
    """Raises ValueError, naming the file of weights, for what can be wrong with it."""
    try:
        yield
    except SafetensorError as error:
        pointer = read_limited(path, LIMITS[WEIGHTS]).startswith(b"version https://git-lfs")
        what = (
            "is a pointer of Git LFS: run `git lfs pull`" if pointer else f"is damaged or incomplete: {one_line(error)}"
        )
        raise ValueError(f"{path} {what}") from error
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not fit this network: {one_line(error)}") from error


def _config_in(content: bytes) -> dict:
    """The configuration in the metadata of a file. Raises SafetensorError or ValueError."""
    load(content)  # which checks it as a whole
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    if CONFIG_KEY not in metadata:
        raise ValueError(f"a file needs its configuration in its metadata, else a folder with {CONFIG} and {WEIGHTS}")
    return parse_object(metadata[CONFIG_KEY].encode())


def load_metrics(folder: Path) -> dict | None:
    """The content of metrics.json in `folder`, or None if there is none. Raises ValueError if it is not valid JSON."""
    path = Path(folder) / METRICS
    return _read_json(path) if path.is_file() else None


def _build(config: dict) -> tuple[Network, Calibration]:
    """The network with its initial weights. Raises ValueError, KeyError or TypeError."""
    if unknown := sorted(set(config) - set(KEYS)):
        raise ValueError(f"unknown keys: {', '.join(unknown)[:100]}")
    if config["architecture"] != ARCHITECTURE:
        raise ValueError(f"architecture {str(config['architecture'])[:100]!r} is not {ARCHITECTURE}")
    if config["variant"] not in NETWORKS:
        raise ValueError(f"unknown variant {str(config['variant'])[:100]!r}, expected one of {', '.join(NETWORKS)}")
    for key in NUMBERS:
        value = config[key]
        if value is None and key == "max_energy":
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
            raise ValueError(f"{key} is not a number between -1e6 and 1e6")
    for key in ("std", "temperature"):
        if config[key] < 1e-3:  # a divisor
            raise ValueError(f"{key} must be at least 0.001")
    with torch.device("cpu"):  # whatever the default device and dtype of this process are
        model = NETWORKS[config["variant"]](mean=config["mean"], std=config["std"]).float()
    return model, Calibration(config["temperature"], config["max_energy"])


def _load_state(model: Network, content: bytes) -> None:
    """Raises SafetensorError, RuntimeError or ValueError if the tensors are not exactly those of the network."""
    with torch.device("cpu"):
        tensors = load(content)
    expected = model.state_dict()
    for name in sorted(tensors.keys() & expected.keys()):
        found, wanted = tensors[name], expected[name]
        if found.dtype != wanted.dtype:
            raise ValueError(f"{name} has dtype {found.dtype}, expected {wanted.dtype}")
        if found.shape != wanted.shape:
            raise ValueError(f"{name} has shape {tuple(found.shape)}, expected {tuple(wanted.shape)}")
        if not (found.abs() <= LARGEST_WEIGHT).all():  # nor NaN
            raise ValueError(f"{name} contains numbers that are not between -{LARGEST_WEIGHT} and {LARGEST_WEIGHT}")
    model.load_state_dict(tensors, strict=True)
    _check_scores(model)


def _check_scores(model: Network) -> None:
    """Raise ValueError if the network computes no numbers: weights may be finite, and their sums not."""
    generator = torch.Generator("cpu").manual_seed(0)
    ink = torch.rand(8, *INPUT_SHAPE, generator=generator, dtype=torch.float32, device="cpu")
    ink[0], ink[1] = 0, 1
    if not np.isfinite(model.eval().compute(ink.numpy())["output"]).all():
        raise ValueError("its scores are NaN or infinite")


def _read_json(path: Path) -> dict:
    """The JSON object in a file. Raises ValueError for anything else, for NaN and for deep nesting."""
    try:
        return parse_object(read_limited(path, LIMITS[path.name]))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON: {one_line(error)}") from error

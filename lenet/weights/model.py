"""A network on disk: a folder with `model.safetensors` and the `config.json` that the weights need.

Safetensors only: loading a file never runs code. Loading is strict: a missing, extra or misshapen tensor is an error.
"""

import dataclasses
import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from lenet.networks import NETWORKS, LeNet5
from lenet.networks.base import Network
from lenet.rejection import UNCALIBRATED, Calibration
from lenet.weights.files import CONFIG, LIMITS, METRICS, WEIGHTS, one_line, write_whole

ARCHITECTURE = "LeNet5"
NUMBERS = ("mean", "std", "temperature", "max_energy")
KEYS = ("architecture", "variant", *NUMBERS)


def bundled(variant: str = LeNet5.variant) -> Path:
    """The folder of the weights that come with the package, of one of the three networks."""
    return Path(__file__).parents[1] / "pretrained" / variant


def save_model(model: Network, folder: Path, calibration: Calibration = UNCALIBRATED) -> None:
    """Write `model.safetensors` and `config.json` to `folder`, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architecture": ARCHITECTURE,
        "variant": model.variant,
        "mean": model.mean,
        "std": model.std,
        **dataclasses.asdict(calibration),
    }
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    write_whole(folder / CONFIG, (json.dumps(config, indent=2) + "\n").encode())
    write_whole(folder / WEIGHTS, save(tensors))


def load_model(folder: Path) -> tuple[Network, Calibration]:
    """What `save_model` wrote to `folder`: the network, ready to read (evaluation mode), and its calibration.

    Raises ValueError, naming the file and what is wrong with it, where the folder holds no such network.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise ValueError(f"{folder} holds no {name}: a model folder has {CONFIG} and {WEIGHTS}")
    try:
        model, calibration = _built(_read_json(folder / CONFIG))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder / CONFIG} is not a configuration of LeNet-5: {one_line(error)}") from error
    try:
        _fill(model, _read(folder / WEIGHTS))
    except (SafetensorError, RuntimeError, ValueError, KeyError) as error:
        raise ValueError(f"{folder / WEIGHTS} does not hold this network's weights: {one_line(error)}") from error
    return model.eval(), calibration


def load_metrics(folder: Path) -> dict | None:
    """What training measured of the weights in `folder`, or None where that was not kept.

    Raises ValueError where the file is there and is not JSON.
    """
    path = Path(folder) / METRICS
    if not path.is_file():
        return None
    try:
        return _read_json(path)
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {one_line(error)}") from error


def _built(config: dict) -> tuple[Network, Calibration]:
    """The network, its weights still those of chance. Raises ValueError, KeyError or TypeError."""
    if unknown := sorted(set(config) - set(KEYS)):
        raise ValueError(f"unknown: {', '.join(unknown)[:100]}")
    if config["architecture"] != ARCHITECTURE:
        raise ValueError(f"architecture {str(config['architecture'])[:100]!r} is not {ARCHITECTURE}")
    if config["variant"] not in NETWORKS:
        raise ValueError(f"variant {str(config['variant'])[:100]!r} is unknown, there are {', '.join(NETWORKS)}")
    for key in NUMBERS:
        value = config[key]
        if not (value is None and key == "max_energy") and (type(value) not in (int, float) or abs(value) > 1e6):
            raise ValueError(f"{key} is not a number that can be")
    for key in ("std", "temperature"):
        if config[key] < 1e-3:  # it is divided by
            raise ValueError(f"{key} must be at least 0.001")
    model = NETWORKS[config["variant"]](mean=config["mean"], std=config["std"])
    return model, Calibration(config["temperature"], config["max_energy"])


def _fill(model: Network, content: bytes) -> None:
    """Give the network the weights. Raises SafetensorError, RuntimeError or ValueError where they are not its own."""
    tensors = load(content)
    mine = model.state_dict()
    for name in sorted(tensors.keys() & mine.keys()):
        theirs, ours = tensors[name], mine[name]
        if theirs.dtype != ours.dtype:
            raise ValueError(f"{name} is of dtype {theirs.dtype}, not {ours.dtype}")
        if theirs.shape != ours.shape:
            raise ValueError(f"{name} is of shape {tuple(theirs.shape)}, not {tuple(ours.shape)}")
        if not torch.isfinite(theirs).all():
            raise ValueError(f"{name} holds NaN or infinity")
    model.load_state_dict(tensors, strict=True)


def _read(path: Path) -> bytes:
    """A file that is no larger than it may be: a stranger may have made it. Raises ValueError."""
    with open(path, "rb") as file:
        content = file.read(LIMITS[path.name] + 1)
    if len(content) > LIMITS[path.name]:
        raise ValueError(f"it is larger than {LIMITS[path.name]:,} bytes")
    return content


def _read_json(path: Path) -> dict:
    """Raises ValueError for what is no JSON object: NaN is no JSON, either, and nesting has an end."""

    def refuse(word: str):
        raise ValueError(f"{word} is no number")

    try:
        value = json.loads(_read(path), parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError(f"a {type(value).__name__}, not an object")
    return value

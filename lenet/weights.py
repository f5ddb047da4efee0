"""A network on disk: a folder with `model.safetensors` and the `config.json` that the weights need.

Safetensors only: loading a file never runs code. Loading is strict: a missing, extra or misshapen tensor is an error.
"""

import dataclasses
import json
import os
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save

from lenet.abstain import UNCALIBRATED, Calibration
from lenet.networks import NETWORKS, LeNet5
from lenet.networks.network import Network

WEIGHTS, CONFIG, METRICS = "model.safetensors", "config.json", "metrics.json"


def bundled(variant: str = LeNet5.variant) -> Path:
    """The folder of the weights that come with the package, of one of the three networks."""
    return Path(__file__).parent / "pretrained" / variant


def save_model(model: Network, folder: Path, calibration: Calibration = UNCALIBRATED) -> None:
    """Write `model.safetensors` and `config.json` to `folder`, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architecture": "LeNet5",
        "variant": model.variant,
        "mean": model.mean,
        "std": model.std,
        **dataclasses.asdict(calibration),
    }
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    write_whole(folder / CONFIG, (json.dumps(config, indent=2) + "\n").encode())
    write_whole(folder / WEIGHTS, save(tensors))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at any moment, a power cut included, `path` holds the old content or the new.

    Raises OSError where it cannot be written; then the old content stays, and nothing else is left.
    """
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:  # Ctrl+C, too
        part.unlink(missing_ok=True)
        raise


def load_model(folder: Path) -> tuple[Network, Calibration]:
    """What `save_model` wrote to `folder`: the network, ready to read (evaluation mode), and its calibration.

    Raises ValueError, naming the file and what is wrong with it, where the folder holds no such network.
    """
    folder = Path(folder)
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise ValueError(f"{folder} holds no {name}: a model folder has {CONFIG} and {WEIGHTS}")
    try:
        config = json.loads((folder / CONFIG).read_text())
        if config["variant"] not in NETWORKS:
            raise ValueError(f"variant {config['variant']!r} is unknown, there are {', '.join(NETWORKS)}")
        model = NETWORKS[config["variant"]](mean=config["mean"], std=config["std"])
        calibration = Calibration(config["temperature"], config["max_energy"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder / CONFIG} is not a configuration of LeNet-5: {error}") from error
    try:
        model.load_state_dict(load_file(folder / WEIGHTS), strict=True)
    except (SafetensorError, RuntimeError) as error:
        raise ValueError(f"{folder / WEIGHTS} does not hold this network's weights: {error}") from error
    return model.eval(), calibration


def load_metrics(folder: Path) -> dict | None:
    """What training measured of the weights in `folder`, or None where that was not kept.

    Raises ValueError where the file is there and is not JSON.
    """
    path = Path(folder) / METRICS
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error

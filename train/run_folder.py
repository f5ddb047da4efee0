"""A run on disk: weights and configuration, metrics with all that determined them, and the learning curves."""

import json
import os
import platform
from pathlib import Path

import numpy as np
import torch
import torchvision

from lenet.files import write_whole
from lenet.networks.base import Network
from lenet.rejection import Calibration
from lenet.weights.files import METRICS, WEIGHTS
from lenet.weights.model import save_model
from train import plots
from train.data.evaluation_set import PLAIN
from train.engine.checkpoint import CHECKPOINT

SUMMARY = "summary.json"


def write_run(folder: Path, model: Network, calibration: Calibration, metrics: dict) -> None:
    """Write metrics.json, curves.png, config.json and model.safetensors; the weights last: they mark a complete run."""
    write_whole(folder / METRICS, (json.dumps(metrics, indent=2) + "\n").encode())
    plots.draw_curves(folder / plots.CURVES, metrics["history"])
    save_model(model, folder, calibration)


def write_summary(folder: Path, runs: list[Path]) -> None:
    """Write mean and standard deviation over runs with several seeds to summary.json, and print the test error's."""
    metrics = [json.loads((run / METRICS).read_text()) for run in runs]
    lists = {
        "test_error": [m["test"]["error"] for m in metrics],
        "test_answered_correctly": [m["test"]["answered_correctly"] for m in metrics],
        "validation_error": [m["validation"]["error"] for m in metrics],
        "seconds": [m["seconds"] for m in metrics],
    }
    if all("sketches" in m for m in metrics):
        lists["sketches_accuracy"] = [m["sketches"]["accuracy"] for m in metrics]
        lists["sketches_answered_correctly"] = [m["sketches"]["answered_correctly"] for m in metrics]
    if all(PLAIN in m.get("nondigits", {}) for m in metrics):
        lists["plain_outlier_rejection_rate"] = [m["nondigits"][PLAIN]["outlier_rejection_rate"] for m in metrics]
    summary = {name: _mean_and_spread(values) for name, values in lists.items()}
    content = {"seeds": [m["seed"] for m in metrics], **summary}
    write_whole(folder / SUMMARY, (json.dumps(content, indent=2) + "\n").encode())
    error = summary["test_error"]
    print(
        f"{len(runs)} seeds: MNIST test error {error['mean']:.3%} +- {error['standard_deviation']:.3%} "
        f"({', '.join(f'{value:.2%}' for value in error['values'])}); written to {folder / SUMMARY}"
    )


def _mean_and_spread(values: list[float]) -> dict:
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0  # of the sample: divided by n - 1
    return {"mean": float(np.mean(values)), "standard_deviation": spread, "values": values}


def versions() -> dict[str, str]:
    """Those of Python and of the libraries that the result depends on."""
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "numpy": np.__version__,
    }


def hardware(device: torch.device) -> dict:
    """The machine that the training ran on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    return {
        "system": platform.system(),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
    }


def is_complete(folder: Path) -> bool:
    """Whether the folder contains a run that was not interrupted."""
    return (folder / WEIGHTS).exists() and not (folder / CHECKPOINT).exists()


def difference_of(saved: dict, now: dict) -> str:
    """The values of `now` that differ from those in `saved`, as text; empty if none does."""
    return ", ".join(f"{name} was {saved.get(name)}, is {now[name]}" for name in now if saved.get(name) != now[name])

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
from train.data.evaluation_set import PLAIN
from train.engine.checkpoint import CHECKPOINT
from train.plots import CURVES, draw_curves
from train.recipe import Recipe

SUMMARY = "summary.json"


def write_run(
    folder: Path,
    model: Network,
    calibration: Calibration,
    recipe: Recipe,
    history: list[dict],
    parts: dict,
    seconds: float,
    device: torch.device,
) -> None:
    """Write metrics.json, curves.png, config.json and model.safetensors; the weights last: they mark a complete run.

    `parts` are the metrics of the validation sets and what else metrics.json is to hold; `seconds` of training.
    """
    metrics = {
        **parts,
        "epochs": recipe.epochs,
        "seconds": round(seconds, 1),
        "seed": recipe.seed,
        "recipe": recipe.as_dict(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
            "numpy": np.__version__,
        },
        "hardware": hardware(device),
        "history": history,
    }
    write_whole(folder / METRICS, (json.dumps(metrics, indent=2) + "\n").encode())
    draw_curves(folder / CURVES, history)
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
    summary = {"seeds": [m["seed"] for m in metrics]}
    for name, values in lists.items():
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0  # of the sample: divided by n - 1
        summary[name] = {"mean": float(np.mean(values)), "standard_deviation": spread, "values": values}
    write_whole(folder / SUMMARY, (json.dumps(summary, indent=2) + "\n").encode())
    error = summary["test_error"]
    print(
        f"{len(runs)} seeds: MNIST test error {error['mean']:.3%} +- {error['standard_deviation']:.3%} "
        f"({', '.join(f'{value:.2%}' for value in error['values'])}); written to {folder / SUMMARY}"
    )


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
    """The values in which two recipes differ, as text; empty if they are equal."""
    return ", ".join(f"{name} was {saved.get(name)}, is {now[name]}" for name in now if saved.get(name) != now[name])

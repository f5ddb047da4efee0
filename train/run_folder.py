"""A run on disk: weights and configuration, what was measured and how, and the curves as a picture."""

import json
import os
import platform
from pathlib import Path

import numpy as np
import torch
import torchvision

from lenet.networks.base import Network
from lenet.rejection import Calibration
from lenet.weights.model import METRICS, save_model, write_whole
from train.plots import CURVES, draw_curves
from train.recipe import Recipe

SUMMARY = "summary.json"


def write_run(
    folder: Path,
    model: Network,
    calibration: Calibration,
    recipe: Recipe,
    history: list[dict],
    figures: dict,
    seconds: float,
    device: torch.device,
) -> None:
    """Write model.safetensors, config.json, metrics.json and curves.png; the weights last, to mark a whole run."""
    metrics = {
        **figures,
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
    """Mean and spread of what runs with several seeds came to, as summary.json and on screen."""
    metrics = [json.loads((run / METRICS).read_text()) for run in runs]
    lists = {
        "test_error": [m["test"]["error"] for m in metrics],
        "validation_error": [m["validation"]["error"] for m in metrics],
        "seconds": [m["seconds"] for m in metrics],
    }
    if all("sketches" in m for m in metrics):
        lists["sketches_accuracy"] = [m["sketches"]["accuracy"] for m in metrics]
        lists["plain_nondigits_refused"] = [m["nondigits"]["plain"]["refused"] for m in metrics]
    summary = {"seeds": [m["seed"] for m in metrics]}
    for name, values in lists.items():
        # The spread of the seeds, estimated from these few: with n - 1.
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        summary[name] = {"mean": float(np.mean(values)), "standard_deviation": spread, "values": values}
    write_whole(folder / SUMMARY, (json.dumps(summary, indent=2) + "\n").encode())
    error = summary["test_error"]
    print(
        f"{len(runs)} seeds: MNIST test error {error['mean']:.3%} +- {error['standard_deviation']:.3%} "
        f"({', '.join(f'{value:.2%}' for value in error['values'])}); in {folder / SUMMARY}"
    )


def hardware(device: torch.device) -> dict:
    """The machine that trained."""
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

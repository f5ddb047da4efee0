"""A run on disk: weights and configuration, what was measured and how, and the curves as a picture."""

import json
import os
import platform
from pathlib import Path

import matplotlib
import numpy as np
import torch
import torchvision

from lenet.networks.network import Network
from lenet.weights import METRICS, save_model
from train.loop import Recipe, Score

matplotlib.use("Agg")  # needs no screen
from matplotlib import pyplot as plt

CURVES = "curves.png"


def write_run(
    folder: Path,
    model: Network,
    recipe: Recipe,
    history: list[dict],
    scores: dict[str, Score],
    seconds: float,
    device: torch.device,
    dry_run: bool,
) -> None:
    """Write model.safetensors, config.json, metrics.json and curves.png; the weights last, to mark a whole run."""
    metrics = {
        **{part: result.as_dict() for part, result in scores.items()},
        "dry_run": dry_run,
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
    part = folder / (METRICS + ".part")
    part.write_text(json.dumps(metrics, indent=2) + "\n")
    part.replace(folder / METRICS)
    draw_curves(folder / CURVES, history, scores["test"])
    save_model(model, folder)


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


def draw_curves(path: Path, history: list[dict], test: Score) -> None:
    """Error and loss by epoch. Training is scored on distorted digits, so its curve lies above validation's."""
    epochs = [row["epoch"] for row in history]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(epochs, [100 * (1 - row["training_accuracy"]) for row in history], "o-", ms=3, label="training")
    left.plot(epochs, [100 * row["validation_error"] for row in history], "o-", ms=3, label="validation")
    left.axhline(100 * test.error, color="black", ls=":", label=f"test at the end: {test.error:.2%}")
    left.set(xlabel="epoch", ylabel="error, %", yscale="log")
    right.plot(epochs, [row["training_loss"] for row in history], "o-", ms=3, label="training")
    right.plot(epochs, [row["validation_loss"] for row in history], "o-", ms=3, label="validation")
    right.set(xlabel="epoch", ylabel="cross-entropy", yscale="log")
    for axes in (left, right):
        axes.legend()
        axes.grid(alpha=0.3)
    part = path.with_suffix(".part.png")
    figure.savefig(part, dpi=120)
    plt.close(figure)
    part.replace(path)

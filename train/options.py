"""The arguments of the training command, and what they select: a recipe, a device and folders."""

import argparse
import time
from pathlib import Path

import torch

from lenet.weights.model import load_metrics
from train.engine.checkpoint import CHECKPOINT
from train.engine.parallel import is_first_process
from train.publish.model import add_options, repository
from train.recipe import OPTIONS, RECIPES, Recipe
from train.run_folder import difference_of, is_complete

DRY_RUN_IMAGES = 512  # at most, in each part of the data
DEFAULT_OUTPUT = "runs/DATE-TIME"


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments; each field of the recipe is an option."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        usage="%(prog)s [--help] [OPTION VALUE] ...",  # a list of all thirty options would hide the error message
        description="Train LeNet-5 on MNIST, pen digits and synthetic outliers. Missing data is downloaded.",
        epilog="See also `python -m train evaluate --help` and `python -m train publish --help`.",
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the data sets (default: data)")
    parser.add_argument("--output", type=Path, help=f"run folder to write (default: {DEFAULT_OUTPUT})")
    parser.add_argument("--device", default="auto", help="auto (CUDA, else MPS, else CPU), cuda, mps or cpu")
    parser.add_argument("--dry-run", action="store_true", help=f"train for one epoch on {DRY_RUN_IMAGES} images")
    parser.add_argument("--resume", action="store_true", help="continue the interrupted run in --output")
    parser.add_argument("--seeds", type=int, default=1, help="number of runs, with consecutive seeds from --seed")
    parser.add_argument(
        "--push-to-hub", type=repository, metavar="USER/NAME", help="publish the run after the training"
    )
    add_options(parser)
    parser.add_argument("--recipe", default="full", help=f"default values of the options below: {', '.join(RECIPES)}")
    parser.add_argument("--no-strokes", action="store_true", help="train without pen digits: --copies 0")
    for field in OPTIONS:
        flag = "--" + field.name.replace("_", "-")
        default = "" if field.default is None else f" (default: {field.default})"
        parser.add_argument(flag, type=field.metadata["type"], help=field.metadata["help"] + default)
    return parser


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe that the options select. Raises ValueError."""
    if options.recipe not in RECIPES:
        raise ValueError(f"--recipe must be one of {', '.join(RECIPES)}, not {options.recipe}")
    if options.no_strokes and options.copies:
        raise ValueError("--no-strokes and --copies cannot be combined")
    given = {field.name: getattr(options, field.name) for field in OPTIONS if getattr(options, field.name) is not None}
    if options.no_strokes:
        given["copies"] = 0
    if options.dry_run:
        given["epochs"] = 1
    return Recipe(**{**RECIPES[options.recipe], **given})


def device_of(name: str) -> torch.device:
    """The device of that name. Raises ValueError if there is none."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name not in ("cuda", "mps", "cpu"):
        raise ValueError(f"--device must be one of auto, cuda, mps, cpu, not {name}")
    if name != "cpu" and not getattr(torch, name).is_available():
        raise ValueError(f"--device {name} is not available on this machine")
    return torch.device(name)


def folders_of(options: argparse.Namespace, recipes: list[Recipe]) -> tuple[Path, list[Path]]:
    """The output folder and that of each run. Creates the former, so that an error occurs before the training.

    Raises ValueError if a folder cannot be used.
    """
    if options.seeds < 1:
        raise ValueError(f"--seeds must be at least 1, not {options.seeds}")
    if options.resume and options.output is None:
        raise ValueError("--resume requires --output, the folder of the interrupted run")
    folder = options.output or Path(DEFAULT_OUTPUT.replace("DATE-TIME", time.strftime("%Y%m%d-%H%M%S")))
    folders = [folder] if options.seeds == 1 else [folder / f"seed-{recipe.seed}" for recipe in recipes]
    for path in {folder: None, **dict.fromkeys(folders)}:
        if not options.resume and (path / CHECKPOINT).exists():
            raise ValueError(f"--output {path} contains an interrupted run; continue it with --resume")
        if is_complete(path) and (path == folder or not options.resume):
            raise ValueError(f"--output {path} already contains a run; choose another folder")
    for path, recipe in zip(folders, recipes, strict=True):
        saved = (load_metrics(path) or {}).get("recipe") if is_complete(path) else None
        if saved and (difference := difference_of(saved, recipe.as_dict())):
            raise ValueError(f"--output {path} contains a run with another recipe: {difference}")
    if not is_first_process():
        return folder, folders
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"--output {folder} cannot be written: {error.strerror}") from error
    return folder, folders

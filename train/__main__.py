"""python -m train: train LeNet-5 on MNIST and write a run folder with weights, configuration, figures and curves."""

import argparse
import contextlib
import dataclasses
import sys
import time
from pathlib import Path

import torch

from lenet.networks import NETWORKS
from lenet.weights import WEIGHTS
from train.data import DataError, load_mnist, split
from train.loop import Recipe, TrainingError, fit, initialise, score
from train.run_folder import write_run

DRY_IMAGES = 512  # of each part, in a dry run


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        recipe = _recipe(options)
        device = _device(options.device)
        output = _output(options.output)
    except ValueError as error:
        parser.error(str(error))
    try:
        _train(recipe, device, output, options)
    except (DataError, TrainingError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"train: {output}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ntrain: interrupted; nothing was written", file=sys.stderr)
        return 130
    finally:
        with contextlib.suppress(OSError):
            output.rmdir()  # goes only where it is empty: a run that came to nothing leaves nothing
    return 0


def _train(recipe: Recipe, device: torch.device, output: Path, options: argparse.Namespace) -> None:
    began = time.perf_counter()
    everything = load_mnist(options.data_dir, train=True)
    if recipe.validation >= len(everything):
        raise DataError(f"--validation {recipe.validation} leaves none of the {len(everything)} training images")
    training, validation = split(everything, recipe.validation, recipe.seed)
    if options.dry_run:
        training, validation = training[:DRY_IMAGES], validation[:DRY_IMAGES]
        recipe = dataclasses.replace(recipe, epochs=1)
    mean, std = training.mean_and_std()
    torch.manual_seed(recipe.seed)
    model = NETWORKS[recipe.variant](mean=mean, std=std)
    initialise(model)
    print(
        f"LeNet-5 ({recipe.variant}), {sum(p.numel() for p in model.parameters()):,} parameters, on {device}; "
        f"{len(training):,} training and {len(validation):,} validation images; seed {recipe.seed}"
    )
    model, history = fit(model, training.to(device), validation.to(device), recipe, _print_row, sys.stderr.isatty())

    # The test images are read and scored here, once, when nothing is left to choose.
    test = load_mnist(options.data_dir, train=False)
    test = test[:DRY_IMAGES] if options.dry_run else test
    result = score(model, test.to(device))
    validated = score(model, validation.to(device))
    seconds = time.perf_counter() - began
    write_run(
        output,
        model.cpu(),
        recipe,
        history,
        {"test": result, "validation": validated},
        seconds,
        device,
        options.dry_run,
    )
    print(f"test: {result.wrong} of {result.images:,} wrong, error {result.error:.2%}; {seconds:.0f} s; in {output}")


def _print_row(row: dict) -> None:
    print(
        f"epoch {row['epoch']:3}  training loss {row['training_loss']:.4f}, accuracy {row['training_accuracy']:.2%}  "
        f"validation loss {row['validation_loss']:.4f}, error {row['validation_error']:.2%}  {row['seconds']:.1f} s",
        flush=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train LeNet-5 on MNIST.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST; downloaded if missing")
    parser.add_argument("--output", type=Path, default="runs/DATE-TIME", help="run folder to write")
    parser.add_argument("--device", default="auto", help="auto (CUDA, else MPS, else CPU), cuda, mps or cpu")
    parser.add_argument("--dry-run", action="store_true", help=f"one epoch on {DRY_IMAGES} images, to try all of it")
    for field in _options():
        flag = "--" + field.name.replace("_", "-")
        parser.add_argument(flag, type=field.type, default=field.default, help=field.metadata["help"])
    return parser


def _options() -> list[dataclasses.Field]:
    return [field for field in dataclasses.fields(Recipe) if "help" in field.metadata]


def _recipe(options: argparse.Namespace) -> Recipe:
    return Recipe(**{field.name: getattr(options, field.name) for field in _options()})


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name not in ("cuda", "mps", "cpu"):
        raise ValueError(f"--device {name}: there are auto, cuda, mps and cpu")
    if name != "cpu" and not getattr(torch, name).is_available():
        raise ValueError(f"--device {name}: this machine has none")
    return torch.device(name)


def _output(folder: Path) -> Path:
    """The run folder, made now: better to learn before the training than after it that it can't be written."""
    folder = Path(str(folder).replace("DATE-TIME", time.strftime("%Y%m%d-%H%M%S")))
    if (folder / WEIGHTS).exists():
        raise ValueError(f"--output {folder}: there is a run in it already")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"--output {folder}: {error.strerror}") from error
    return folder


if __name__ == "__main__":
    sys.exit(main())

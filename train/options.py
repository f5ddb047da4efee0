"""The options of the training command, and what they select: recipes, folders, a device."""

import argparse
import dataclasses
import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from train.engine.checkpoint import CHECKPOINT, load_checkpoint, not_a_run
from train.engine.parallel import is_first_process
from train.errors import CommandError
from train.recipe import OPTIONS, RECIPES, Recipe
from train.run_folder import SUMMARY, difference_of, is_complete

DRY_RUN_IMAGES = 512  # at most, in each part of the data
DEFAULT_OUTPUT = "runs/DATE-TIME"
SEEDS = "seeds.json"  # what several runs have in common, for --resume


@dataclass(frozen=True)
class Options:
    """What to train: a run for each of `recipes`, which differ in the seed, in the folder of the same place."""

    recipes: list[Recipe]
    folders: list[Path]
    output: Path
    data_dir: Path
    device: torch.device
    dry_run: bool
    resume: bool

    @property
    def limit(self) -> int | None:
        """How many images of each part of the data are used; None for all."""
        return DRY_RUN_IMAGES if self.dry_run else None


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command's arguments; each field of the recipe is an option."""
    parser = argparse.ArgumentParser(
        prog="python -m train run",
        usage="python -m train [run] [--help] [OPTION VALUE] ...",  # a list of all options would hide the error message
        description="Train LeNet-5 on MNIST, pen digits and synthetic outliers. Missing data is downloaded.",
        epilog="See `python -m train --help` for the other commands.",
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the data sets (default: data)")
    parser.add_argument("--output", type=Path, help=f"run folder to write (default: {DEFAULT_OUTPUT})")
    parser.add_argument("--device", default="auto", help="auto (CUDA, else MPS, else CPU), cuda, mps or cpu")
    parser.add_argument("--dry-run", action="store_true", help=f"train for one epoch on {DRY_RUN_IMAGES} images")
    parser.add_argument(
        "--resume", action="store_true", help="continue the interrupted run in --output, with its recipe"
    )
    parser.add_argument("--seeds", type=int, help="number of runs, with consecutive seeds from --seed (default: 1)")
    parser.add_argument("--recipe", help=f"default values of the options below: {', '.join(RECIPES)} (default: full)")
    parser.add_argument("--no-strokes", action="store_true", help="train without pen digits: --copies 0")
    for field in OPTIONS:
        flag = "--" + field.name.replace("_", "-")
        default = "" if field.default is None else f" (default: {field.default})"
        parser.add_argument(flag, type=field.metadata["type"], help=field.metadata["help"] + default)
    return parser


def parse(arguments: list[str]) -> Options:
    """The options of the command. Exits with code 2 if they are invalid; raises CommandError for a damaged checkpoint.

    Creates the output folder, so that an error occurs before the training.
    """
    parser = build_parser()
    given = parser.parse_args(arguments)
    try:
        device = device_of(given.device)
        dry_run = given.dry_run
        if given.resume:
            if given.output is None:
                raise ValueError("--resume requires --output, the folder of the interrupted run")
            output = given.output
            recipes, dry_run = _interrupted(output)
            _check_same(given, recipes, dry_run)
        else:
            recipes = _recipes(given)
            output = given.output or Path(DEFAULT_OUTPUT.replace("DATE-TIME", time.strftime("%Y%m%d-%H%M%S")))
            _check_free(output)
        folders = [output] if len(recipes) == 1 else [output / f"seed-{recipe.seed}" for recipe in recipes]
        if is_first_process():
            _check_writable(output)
    except ValueError as error:
        parser.error(str(error))
    return Options(recipes, folders, output, given.data_dir, device, dry_run, given.resume)


def write_seeds(options: Options) -> None:
    """Write what --resume needs to know of several runs."""
    shared = {"recipe": options.recipes[0].as_dict(), "seeds": len(options.recipes), "dry_run": options.dry_run}
    (options.output / SEEDS).write_text(json.dumps(shared, indent=2) + "\n")


def device_of(name: str) -> torch.device:
    """The device of that name. Raises ValueError if there is none."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name not in ("cuda", "mps", "cpu"):
        raise ValueError(f"--device must be one of auto, cuda, mps, cpu, not {name}")
    if name != "cpu" and not getattr(torch, name).is_available():
        raise ValueError(f"--device {name} is not available on this machine")
    return torch.device(name)


def _values(given: argparse.Namespace) -> dict:
    """The fields of the recipe that the options set, one by one or by --recipe. Raises ValueError."""
    if given.recipe not in (None, *RECIPES):
        raise ValueError(f"--recipe must be one of {', '.join(RECIPES)}, not {given.recipe}")
    if given.no_strokes and given.copies:
        raise ValueError("--no-strokes and --copies cannot be combined")
    values = {field.name: getattr(given, field.name) for field in OPTIONS if getattr(given, field.name) is not None}
    if given.no_strokes:
        values["copies"] = 0
    if given.dry_run:
        values["epochs"] = 1
    return {**RECIPES[given.recipe or "full"], **values}


def _recipes(given: argparse.Namespace) -> list[Recipe]:
    """The recipe that the options select, with each of the seeds. Raises ValueError."""
    recipe, seeds = Recipe(**_values(given)), 1 if given.seeds is None else given.seeds
    if seeds < 1:
        raise ValueError(f"--seeds must be at least 1, not {seeds}")
    return _with_seeds(recipe, seeds)


def _with_seeds(recipe: Recipe, seeds: int) -> list[Recipe]:
    return [dataclasses.replace(recipe, seed=recipe.seed + number) for number in range(seeds)]


def _interrupted(output: Path) -> tuple[list[Recipe], bool]:
    """The recipes of the interrupted run or runs in the folder, and whether it is a dry run.

    Raises ValueError if there are none, CommandError if the file that says so is damaged.
    """
    if (output / SUMMARY).exists() or is_complete(output):
        raise ValueError(f"--output {output} already contains a run, which is complete; choose another folder")
    if (output / SEEDS).exists():
        try:
            shared = json.loads((output / SEEDS).read_text())
            return _with_seeds(Recipe.from_dict(shared["recipe"]), shared["seeds"]), shared["dry_run"]
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{output / SEEDS} is damaged; delete {output} to start from the beginning") from error
    state = load_checkpoint(output, torch.device("cpu"))
    if state is None:
        raise ValueError(f"--output {output} has no {CHECKPOINT}: there is no interrupted run to resume")
    try:
        return [Recipe.from_dict(state["origin"]["recipe"])], bool(state["dry_run"])
    except (ValueError, KeyError, TypeError) as error:
        raise not_a_run(output) from error


def _check_same(given: argparse.Namespace, recipes: list[Recipe], dry_run: bool) -> None:
    """Raise ValueError if the options contradict the recipe of the interrupted run; they need not be repeated."""
    saved = {**recipes[0].as_dict(), "seeds": len(recipes), "dry_run": dry_run}
    now = _values(given)
    if given.recipe is not None:  # which decides on all of them
        now = {**saved, **Recipe(**now).as_dict()}
    now |= {} if given.seeds is None else {"seeds": given.seeds}
    now |= {"dry_run": True} if given.dry_run else {}
    if difference := difference_of(saved, now):
        raise ValueError(
            f"--output {given.output} is of a run with another recipe: {difference}; leave out what differs"
        )


def _check_free(output: Path) -> None:
    """Raise ValueError if there is a run in the folder."""
    if (output / SUMMARY).exists() or is_complete(output):
        raise ValueError(f"--output {output} already contains a run; choose another folder")
    if (output / CHECKPOINT).exists() or (output / SEEDS).exists():
        raise ValueError(f"--output {output} contains an interrupted run; continue it with --resume --output {output}")


def _check_writable(output: Path) -> None:
    """Create the folder, in which it must be possible to create files. Raises ValueError."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe = output / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"--output {output} cannot be written: {error.strerror}") from error

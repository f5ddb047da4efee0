"""The training command: from options to a run folder, or to one for each of several seeds."""

import argparse
import contextlib
import dataclasses
import sys
import time
from pathlib import Path

import torch

from lenet.networks import NETWORKS
from lenet.weights.model import WEIGHTS, load_metrics
from train.calibrate import calibrate, scores_of
from train.data.corpus import Corpus, load_corpus
from train.engine.checkpoint import CHECKPOINT, CheckpointError, load_checkpoint, save_checkpoint
from train.engine.loop import Trainer, initialise, score
from train.engine.memory import keep_memory
from train.engine.parallel import Group, group, starts_first
from train.evaluate import evaluate
from train.publish.hub import check_may_write, look_up
from train.publish.hub_error import HubError
from train.publish.model import add_options, check_fits, publish, repository
from train.recipe import OPTIONS, RECIPES, Recipe
from train.run_folder import write_run, write_summary

DRY_IMAGES = 512  # of each part, in a dry run
RUN = "runs/DATE-TIME"


def main(arguments: list[str]) -> None:
    """Train as the options say. Raises DataError, TrainingError, CheckpointError, PublishError, HubError, OSError.

    Bad options exit with 2.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        recipe = _recipe(options)
        device = _device(options.device)
        recipes = [dataclasses.replace(recipe, seed=recipe.seed + number) for number in range(options.seeds)]
        if options.push_to_hub and options.seeds > 1:
            raise ValueError("--push-to-hub publishes one run, not those of several --seeds")
        if not options.push_to_hub and (options.private or options.revision_tag or options.code):
            raise ValueError("--private, --revision-tag and --code go with --push-to-hub")
        if options.push_to_hub and starts_first():
            _check_push(options, recipe)
        output, folders = _folders(options, recipes)
    except ValueError as error:
        parser.error(str(error))
    keep_memory()
    with group(device) as processes:
        if processes.size > recipe.batch_size:
            parser.error(
                f"--batch-size {recipe.batch_size} is less than a picture for each of {processes.size} processes"
            )
        try:
            for folder, its_recipe in zip(folders, recipes, strict=True):
                if _whole(folder):
                    continue  # a run of several seeds goes on after those that are done
                if processes.first:
                    folder.mkdir(parents=True, exist_ok=True)
                _train(its_recipe, device, folder, options, processes)
        except KeyboardInterrupt:
            left = any((folder / name).exists() for folder in folders for name in (CHECKPOINT, WEIGHTS))
            raise KeyboardInterrupt(f"--resume --output {output} goes on" if left else "nothing was written") from None
        finally:
            if processes.first:
                for folder in {*folders, output}:
                    with contextlib.suppress(OSError):
                        folder.rmdir()  # goes only where it is empty: a run that came to nothing leaves nothing
        if processes.first and options.seeds > 1:
            write_summary(output, folders)
        if processes.first and options.push_to_hub:
            _publish(output, options)


def _check_push(options: argparse.Namespace, recipe: Recipe) -> None:
    """Better to learn before than after the training that nothing could be published. Raises HubError."""
    check_may_write(options.push_to_hub)
    if there := look_up(options.push_to_hub):
        check_fits(there, options.push_to_hub, recipe.variant, options.dry_run)


def _publish(folder: Path, options: argparse.Namespace) -> None:
    repo_id = options.push_to_hub
    try:
        publish(folder, repo_id, options.private, options.revision_tag, options.code)
    except HubError as error:
        again = f"the run is in {folder}, and `python -m train publish {folder} --repo {repo_id}` publishes it"
        raise HubError(f"{error}; {again}") from error


def _train(recipe: Recipe, device: torch.device, folder: Path, options: argparse.Namespace, processes: Group) -> None:
    began = time.perf_counter()
    state = load_checkpoint(folder, device) if options.resume else None
    if options.resume and state is None and processes.first:
        print(f"nothing to go on with in {folder}: the run begins anew", flush=True)
    if not processes.first:
        processes.wait()  # the first process downloads what is missing
    corpus = load_corpus(options.data_dir, recipe, DRY_IMAGES if options.dry_run else None)
    if processes.first:
        processes.wait()
    training = corpus.training
    origin = {"recipe": recipe.as_dict(), "data": [training.fingerprint(), corpus.validation.fingerprint()]}
    mean, std = corpus.mnist.mean_and_std()  # of MNIST alone: every picture is made to look like it
    torch.manual_seed(recipe.seed)
    model = NETWORKS[recipe.variant](mean=mean, std=std)
    initialise(model)
    trainer = Trainer(model, training.to(device), recipe, processes)
    if state is not None:
        _check_origin(folder, state["origin"], origin)
        trainer.restore(state["trainer"])
        began -= state["seconds"]
    if processes.first:
        print(
            f"LeNet-5 ({recipe.variant}), {sum(p.numel() for p in model.parameters()):,} parameters, on {device}; "
            f"{corpus}; seed {recipe.seed}"
            + (f"; going on after epoch {len(trainer.history)}" if state is not None else ""),
            flush=True,
        )
    validation = corpus.mnist_validation.to(device)
    for _ in range(len(trainer.history), recipe.epochs):
        row = trainer.epoch(validation, progress=processes.first and sys.stderr.isatty())
        if processes.first:
            _print_row(row)
            seconds = time.perf_counter() - began
            save_checkpoint(folder, {"origin": origin, "trainer": trainer.state(), "seconds": seconds})
    if processes.first:
        _finish(trainer, corpus, recipe, time.perf_counter() - began, device, folder, options)
    processes.wait()


def _finish(
    trainer: Trainer,
    corpus: Corpus,
    recipe: Recipe,
    seconds: float,
    device: torch.device,
    folder: Path,
    options: argparse.Namespace,
) -> None:
    """Calibrate on validation digits, write the run, and score it, once, on what nothing was chosen on."""
    model = trainer.result().cpu()
    held_out = corpus.validation
    calibration = calibrate(scores_of(model, held_out), held_out.labels)
    scores = {"validation": score(model, corpus.mnist_validation)}
    if len(corpus.stroke_validation):
        scores["validation_strokes"] = score(model, corpus.stroke_validation)
    figures = {
        **{part: result.as_dict() for part, result in scores.items()},
        "dry_run": options.dry_run,
        "images": corpus.counts(),
        "processes": trainer.group.size,
    }
    write_run(folder, model, calibration, recipe, trainer.history, figures, seconds, device)
    print(f"{seconds:.0f} s; the run is in {folder}", flush=True)
    evaluate(folder, options.data_dir, limit=DRY_IMAGES if options.dry_run else None)
    (folder / CHECKPOINT).unlink(missing_ok=True)  # last: a run without one is whole


def _whole(folder: Path) -> bool:
    """Whether a run was made in the folder from its beginning to its end."""
    return (folder / WEIGHTS).exists() and not (folder / CHECKPOINT).exists()


def _check_origin(folder: Path, saved: dict, now: dict) -> None:
    """A run goes on only as it began."""
    if differ := _difference(saved["recipe"], now["recipe"]):  # asked for first: it makes other data too
        raise CheckpointError(f"{folder / CHECKPOINT} was made by another recipe: {differ}")
    if saved["data"] != now["data"]:
        raise CheckpointError(f"{folder / CHECKPOINT} was made with other data than those in --data-dir")


def _difference(was: dict, now: dict) -> str:
    """In what two recipes differ, in words; empty where they are the same."""
    return ", ".join(f"{name} was {was.get(name)}, is {now[name]}" for name in now if was.get(name) != now[name])


def _print_row(row: dict) -> None:
    print(
        f"epoch {row['epoch']:3}  training loss {row['training_loss']:.4f}, accuracy {row['training_accuracy']:.2%}  "
        f"validation loss {row['validation_loss']:.4f}, error {row['validation_error']:.2%}  {row['seconds']:.1f} s",
        flush=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train",
        usage="%(prog)s [--help] [OPTION VALUE] ...",  # all thirty of them would bury an error
        description="Train LeNet-5 on MNIST, pen strokes and drawings that are no digit.",
        epilog="python -m train evaluate RUN measures what came of it, python -m train publish RUN puts it on the Hub; "
        "each has a --help of its own.",
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ and pendigits/ (default: data)"
    )
    parser.add_argument("--output", type=Path, help=f"run folder to write (default: {RUN})")
    parser.add_argument("--device", default="auto", help="auto (CUDA, else MPS, else CPU), cuda, mps or cpu")
    parser.add_argument("--dry-run", action="store_true", help=f"one epoch on {DRY_IMAGES} images, to try all of it")
    parser.add_argument("--resume", action="store_true", help="go on where the run in --output was stopped")
    parser.add_argument("--seeds", type=int, default=1, help="how many runs, with --seed and the seeds after it")
    parser.add_argument("--push-to-hub", type=repository, metavar="USER/NAME", help="publish the run when it is done")
    add_options(parser)
    parser.add_argument("--recipe", default="full", help=f"where the values below start from: {', '.join(RECIPES)}")
    parser.add_argument("--no-strokes", action="store_true", help="train on MNIST alone: --copies 0")
    for field in OPTIONS:
        flag = "--" + field.name.replace("_", "-")
        default = "" if field.default is None else f" (default: {field.default})"
        parser.add_argument(flag, type=field.metadata["type"], help=field.metadata["help"] + default)
    return parser


def _recipe(options: argparse.Namespace) -> Recipe:
    if options.recipe not in RECIPES:
        raise ValueError(f"--recipe {options.recipe}: there are {', '.join(RECIPES)}")
    if options.no_strokes and options.copies:
        raise ValueError("--no-strokes and --copies do not go together")
    given = {field.name: getattr(options, field.name) for field in OPTIONS if getattr(options, field.name) is not None}
    if options.no_strokes:
        given["copies"] = 0
    if options.dry_run:
        given["epochs"] = 1
    return Recipe(**{**RECIPES[options.recipe], **given})


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name not in ("cuda", "mps", "cpu"):
        raise ValueError(f"--device {name}: there are auto, cuda, mps and cpu")
    if name != "cpu" and not getattr(torch, name).is_available():
        raise ValueError(f"--device {name}: this machine has none")
    return torch.device(name)


def _folders(options: argparse.Namespace, recipes: list[Recipe]) -> tuple[Path, list[Path]]:
    """The folder for all and that of each run. Made now: better to learn before than after that it can't be written."""
    if options.seeds < 1:
        raise ValueError(f"--seeds must be at least 1, not {options.seeds}")
    if options.resume and options.output is None:
        raise ValueError("--resume needs --output, the run folder to go on in")
    folder = options.output or Path(RUN.replace("DATE-TIME", time.strftime("%Y%m%d-%H%M%S")))
    folders = [folder] if options.seeds == 1 else [folder / f"seed-{recipe.seed}" for recipe in recipes]
    for path in {folder: None, **dict.fromkeys(folders)}:
        if not options.resume and (path / CHECKPOINT).exists():
            raise ValueError(f"--output {path}: a run was stopped in it; --resume goes on with it")
        if _whole(path) and (path == folder or not options.resume):
            raise ValueError(f"--output {path}: there is a run in it already")
    for path, recipe in zip(folders, recipes, strict=True):
        was = (load_metrics(path) or {}).get("recipe") if _whole(path) else None
        if was and (differ := _difference(was, recipe.as_dict())):
            raise ValueError(f"--output {path}: the run in it is of another recipe: {differ}")
    if not starts_first():
        return folder, folders
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"--output {folder}: {error.strerror}") from error
    return folder, folders

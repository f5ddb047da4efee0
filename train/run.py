"""The training command: train, calibrate, evaluate and publish, for one seed or several."""

import argparse
import contextlib
import dataclasses
import sys
import time
from pathlib import Path

import torch

from lenet.hub.errors import HubError
from lenet.networks import NETWORKS
from lenet.weights.files import WEIGHTS
from train.calibrate import calibrate, scores_of
from train.data.corpus import Corpus, load_corpus
from train.engine.checkpoint import CHECKPOINT, CheckpointError, load_checkpoint, not_a_run, save_checkpoint
from train.engine.loop import Trainer, initialize, score
from train.engine.memory import keep_freed_memory
from train.engine.parallel import Group, is_first_process, process_group
from train.engine.snapshots import write_snapshots
from train.evaluate import evaluate
from train.options import DRY_RUN_IMAGES, build_parser, device_of, folders_of, recipe_of
from train.publish.hub import check_may_write, look_up
from train.publish.model import check_repository, publish
from train.recipe import Recipe
from train.run_folder import difference_of, is_complete, write_run, write_summary


def main(arguments: list[str]) -> None:
    """Run the command. Raises CommandError, HubError or OSError; exits with code 2 if the arguments are invalid."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        recipe = recipe_of(options)
        device = device_of(options.device)
        recipes = [dataclasses.replace(recipe, seed=recipe.seed + number) for number in range(options.seeds)]
        if options.push_to_hub and options.seeds > 1:
            raise ValueError("--push-to-hub publishes a single run and cannot be used with several --seeds")
        if not options.push_to_hub and (options.private or options.revision_tag or options.code or options.space):
            raise ValueError("--private, --revision-tag, --code and --space require --push-to-hub")
        if options.push_to_hub and is_first_process():
            _check_push(options, recipe)
        output, folders = folders_of(options, recipes)
    except ValueError as error:
        parser.error(str(error))
    keep_freed_memory()
    with process_group(device) as processes:
        if processes.size > recipe.batch_size:
            parser.error(f"--batch-size {recipe.batch_size} is less than the number of processes, {processes.size}")
        try:
            for folder, seed_recipe in zip(folders, recipes, strict=True):
                if is_complete(folder):
                    continue  # one of several seeds, with --resume
                if processes.is_first:
                    folder.mkdir(parents=True, exist_ok=True)
                _train(seed_recipe, device, folder, options, processes)
        except KeyboardInterrupt:
            written = any((folder / name).exists() for folder in folders for name in (CHECKPOINT, WEIGHTS))
            advice = f"continue with --resume --output {output}" if written else "nothing was written"
            raise KeyboardInterrupt(advice) from None
        finally:
            if processes.is_first:
                for folder in {*folders, output}:
                    with contextlib.suppress(OSError):
                        folder.rmdir()  # succeeds only if it is empty: there is no checkpoint yet
        if processes.is_first and options.seeds > 1:
            write_summary(output, folders)
        if processes.is_first and options.push_to_hub:
            _publish(output, options)


def _check_push(options: argparse.Namespace, recipe: Recipe) -> None:
    """Check before the training that the run can be published after it. Raises HubError or PublishError."""
    check_may_write(options.push_to_hub)
    if listing := look_up(options.push_to_hub):
        check_repository(listing, options.push_to_hub, recipe.variant, options.dry_run)


def _publish(folder: Path, options: argparse.Namespace) -> None:
    repo_id = options.push_to_hub
    try:
        publish(folder, repo_id, options.private, options.revision_tag, options.code, options.space)
    except HubError as error:
        advice = f"the run is in {folder}; publish it with `python -m train publish {folder} --repo {repo_id}`"
        raise HubError(f"{error}; {advice}") from error


def _train(recipe: Recipe, device: torch.device, folder: Path, options: argparse.Namespace, processes: Group) -> None:
    start = time.perf_counter()
    state = load_checkpoint(folder, device) if options.resume else None
    if options.resume and state is None and processes.is_first:
        print(f"no checkpoint in {folder}; starting from the beginning", flush=True)
    if not processes.is_first:
        processes.barrier()  # until the first process has downloaded the data
    corpus = load_corpus(options.data_dir, recipe, DRY_RUN_IMAGES if options.dry_run else None)
    if processes.is_first:
        processes.barrier()
    training = corpus.training
    origin = {"recipe": recipe.as_dict(), "data": [training.fingerprint(), corpus.validation.fingerprint()]}
    mean, std = corpus.mnist.mean_and_std()  # of MNIST only: preprocessing makes all images similar to it
    torch.manual_seed(recipe.seed)
    model = NETWORKS[recipe.variant](mean=mean, std=std)
    initialize(model)
    trainer = Trainer(model, training.to(device), recipe, processes)
    if state is not None:
        try:
            _check_origin(folder, state["origin"], origin)
            trainer.load_state_dict(state["trainer"])
            start -= state["seconds"]
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise not_a_run(folder) from error
    if processes.is_first:
        print(
            f"LeNet-5 ({recipe.variant}), {sum(p.numel() for p in model.parameters()):,} parameters, on {device}; "
            f"{corpus}; seed {recipe.seed}"
            + (f"; resuming after epoch {len(trainer.history)}" if state is not None else ""),
            flush=True,
        )
    validation = corpus.mnist_validation.to(device)
    for _ in range(len(trainer.history), recipe.epochs):
        metrics = trainer.train_epoch(validation, progress=processes.is_first and sys.stderr.isatty())
        if processes.is_first:
            _print_epoch(metrics)
            seconds = time.perf_counter() - start
            save_checkpoint(folder, {"origin": origin, "trainer": trainer.state_dict(), "seconds": seconds})
    if processes.is_first:
        _finish(trainer, corpus, recipe, time.perf_counter() - start, device, folder, options)
    processes.barrier()


def _finish(
    trainer: Trainer,
    corpus: Corpus,
    recipe: Recipe,
    seconds: float,
    device: torch.device,
    folder: Path,
    options: argparse.Namespace,
) -> None:
    """Calibrate on the validation data, write the run folder, and evaluate the run on the test data."""
    model = trainer.averaged_model().cpu()
    calibration = calibrate(scores_of(model, corpus.validation), corpus.validation.labels)
    scores = {"validation": score(model, corpus.mnist_validation)}
    if len(corpus.stroke_validation):
        scores["validation_strokes"] = score(model, corpus.stroke_validation)
    metrics = {
        **{part: result.as_dict() for part, result in scores.items()},
        "dry_run": options.dry_run,
        "images": corpus.counts(),
        "processes": trainer.group.size,
    }
    write_snapshots(folder, model, trainer.snapshots, lambda network: score(network, corpus.mnist_validation).error)
    write_run(folder, model, calibration, recipe, trainer.history, metrics, seconds, device)
    print(f"{seconds:.0f} s; saved to {folder}", flush=True)
    evaluate(folder, options.data_dir, limit=DRY_RUN_IMAGES if options.dry_run else None)
    (folder / CHECKPOINT).unlink(missing_ok=True)  # last, because a run with a checkpoint counts as incomplete


def _check_origin(folder: Path, saved: dict, now: dict) -> None:
    """Raise CheckpointError if the checkpoint is of a run with another recipe or other data."""
    if difference := difference_of(saved["recipe"], now["recipe"]):  # first, because another recipe implies other data
        raise CheckpointError(f"{folder / CHECKPOINT} is of a run with another recipe: {difference}")
    if saved["data"] != now["data"]:
        raise CheckpointError(f"{folder / CHECKPOINT} is of a run with other data than --data-dir contains")


def _print_epoch(metrics: dict) -> None:
    print(
        "epoch {epoch:3}  training loss {training_loss:.4f}, accuracy {training_accuracy:.2%}  "
        "validation loss {validation_loss:.4f}, error {validation_error:.2%}  {seconds:.1f} s".format(**metrics),
        flush=True,
    )

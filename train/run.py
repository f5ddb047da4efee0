"""The command `run`: train, calibrate and evaluate, for one seed or several."""

import contextlib
import shlex
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from lenet.networks import NETWORKS
from lenet.weights.files import WEIGHTS
from train.calibrate import calibrate, scores_of
from train.data.corpus import Corpus, load_corpus
from train.engine.checkpoint import CHECKPOINT, CheckpointError, load_checkpoint, not_a_run, save_checkpoint
from train.engine.loop import Trainer, initialize, score
from train.engine.memory import keep_freed_memory
from train.engine.parallel import Group, process_group
from train.engine.snapshots import write_snapshots
from train.errors import CommandError
from train.evaluate import evaluate
from train.options import SEEDS, Options, parse, write_seeds
from train.recipe import Recipe
from train.run_folder import hardware, is_complete, versions, write_run, write_summary


@dataclass(frozen=True)
class Run:
    """One training: how, on which data, by which processes, and the folder it is written to."""

    recipe: Recipe
    folder: Path
    options: Options
    processes: Group


def main(arguments: list[str]) -> None:
    """Run the command. Raises CommandError or OSError; exits with code 2 if the arguments are invalid."""
    options = parse(arguments)
    keep_freed_memory()
    with process_group(options.device) as processes:
        several = processes.is_first and len(options.recipes) > 1
        try:
            batch_size = options.recipes[0].batch_size
            if processes.size > batch_size:
                raise CommandError(f"--batch-size {batch_size} is less than the number of processes, {processes.size}")
            if several:
                write_seeds(options)
            for recipe, folder in zip(options.recipes, options.folders, strict=True):
                if not is_complete(folder):  # with --resume, the first of several seeds may be
                    _train(Run(recipe, folder, options, processes))
        except KeyboardInterrupt:
            advice = f"continue with --resume --output {options.output}" if _begun(options) else "nothing was written"
            raise KeyboardInterrupt(advice) from None
        finally:
            if processes.is_first:
                _remove_empty(options)
        if several:
            write_summary(options.output, options.folders)


def _begun(options: Options) -> bool:
    """Whether there is something to resume."""
    return any((folder / name).exists() for folder in options.folders for name in (CHECKPOINT, WEIGHTS))


def _remove_empty(options: Options) -> None:
    """Remove the folders of runs that ended before their first checkpoint."""
    if not _begun(options):
        (options.output / SEEDS).unlink(missing_ok=True)
    for folder in (*options.folders, options.output):
        with contextlib.suppress(OSError):
            folder.rmdir()  # succeeds only if it is empty


def _train(run: Run) -> None:
    start = time.perf_counter()
    recipe, folder, options, processes = run.recipe, run.folder, run.options, run.processes
    state = load_checkpoint(folder, options.device) if options.resume else None
    corpus = processes.after_first(lambda: load_corpus(options.data_dir, recipe, options.limit))
    training = corpus.training
    origin = {"recipe": recipe.as_dict(), "data": [training.fingerprint(), corpus.validation.fingerprint()]}
    mean, std = corpus.mnist.mean_and_std()  # of MNIST only: preprocessing makes all images similar to it
    torch.manual_seed(recipe.seed)
    model = NETWORKS[recipe.variant](mean=mean, std=std)
    initialize(model)
    trainer = Trainer(model, training.to(options.device), recipe, processes)
    if state is not None:
        try:
            if state["origin"]["data"] != origin["data"]:
                raise CheckpointError(f"{folder / CHECKPOINT} is of a run with other data than --data-dir contains")
            trainer.load_state_dict(state["trainer"])
            start -= state["seconds"]
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise not_a_run(folder) from error
    if processes.is_first:
        print(
            f"LeNet-5 ({recipe.variant}), {sum(p.numel() for p in model.parameters()):,} parameters, "
            f"on {options.device}; {corpus}; seed {recipe.seed}"
            + (f"; resuming after epoch {len(trainer.history)}" if state is not None else ""),
            flush=True,
        )
        folder.mkdir(parents=True, exist_ok=True)
    validation = corpus.mnist_validation.to(options.device)
    for _ in range(len(trainer.history), recipe.epochs):
        metrics = trainer.train_epoch(validation, progress=processes.is_first and sys.stderr.isatty())
        if processes.is_first:
            _print_epoch(metrics)
            seconds = time.perf_counter() - start
            state = {"origin": origin, "dry_run": options.dry_run, "trainer": trainer.state_dict(), "seconds": seconds}
            save_checkpoint(folder, state)
    processes.after_first(lambda: _finish(run, trainer, corpus, start) if processes.is_first else None)


def _finish(run: Run, trainer: Trainer, corpus: Corpus, start: float) -> None:
    """Calibrate on the validation data, write the run folder, and evaluate the run on the test data."""
    folder, options, seconds = run.folder, run.options, time.perf_counter() - start
    model = trainer.averaged_model().cpu()
    calibration = calibrate(scores_of(model, corpus.validation), corpus.validation.labels)
    parts = {"validation": corpus.mnist_validation}
    if len(corpus.stroke_validation):
        parts["validation_strokes"] = corpus.stroke_validation
    metrics = {
        **{name: score(model, digits).as_dict() for name, digits in parts.items()},
        "dry_run": options.dry_run,
        "images": corpus.counts(),
        "processes": run.processes.size,
        "epochs": run.recipe.epochs,
        "seconds": round(seconds, 1),
        "seed": run.recipe.seed,
        "recipe": run.recipe.as_dict(),
        "versions": versions(),
        "hardware": hardware(options.device),
        "history": trainer.history,
    }
    write_snapshots(folder, model, trainer.snapshots, lambda network: score(network, corpus.mnist_validation).error)
    write_run(folder, model, calibration, metrics)
    print(f"{seconds:.0f} s; saved to {folder}", flush=True)
    evaluate(folder, options.data_dir, limit=options.limit, write=True)
    for left in folder.glob("*.part"):  # by processes that were killed
        left.unlink()
    (folder / CHECKPOINT).unlink(missing_ok=True)  # last, because a run with a checkpoint counts as incomplete
    print(f"draw with it: python app.py --model {shlex.quote(str(folder))}", flush=True)


def _print_epoch(metrics: dict) -> None:
    print(
        "epoch {epoch:3}  training loss {training_loss:.4f}, accuracy {training_accuracy:.2%}  "
        "validation loss {validation_loss:.4f}, error {validation_error:.2%}  {seconds:.1f} s".format(**metrics),
        flush=True,
    )

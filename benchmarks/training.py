"""Training speed: the recipe `sprint` compared with the tutorials' recipe in Keras, in one run.

    python -m benchmarks.training [--keras PYTHON] [--seeds 10] [--threads 2] [--data-dir data]
    python -m benchmarks.training --device cuda [--epochs 3]

PYTHON is an interpreter with benchmarks/requirements-keras.txt installed. Without it, only `sprint` is measured.

Both train on the same MNIST files with the same number of threads, alternately: an epoch of Keras, then a sprint of
each network. The target is a test accuracy of 98.98 %. Keras is timed until the end of the first epoch that reaches it,
the sprint until its fixed end. Only training is timed, from the first step to the last, including shuffling,
augmentation and what either library compiles in its first step; imports, reading files, building the network and
evaluation are excluded. Prints each run; then seconds, accuracy and ratio; then, for a training step, images per
second, the fraction of the machine's peak in matrix multiplication and the operators that take the most time.

With --device cuda: the time of the sprint after a warmup, and the time to the first epoch that reaches 99 %.
"""

import argparse
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import IO

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from lenet.networks import NETWORKS
from train.data.corpus import Corpus, load_corpus
from train.data.digits import Digits
from train.data.mnist import load_mnist
from train.engine.loop import Trainer, initialize, score
from train.engine.memory import keep_freed_memory
from train.recipe import RECIPES, Recipe
from train.run_folder import hardware

VARIANTS = ("textbook", "tutorial")
TARGET = 0.9898
TUTORIAL = Path(__file__).with_name("keras_tutorial.py")
KERAS_EPOCHS = 20  # the tutorial stops after these even if it has not reached the target


def sprint(variant: str, seed: int, epochs: int | None = None) -> Recipe:
    """The short recipe, optionally with another number of epochs."""
    recipe = Recipe(**{**RECIPES["sprint"], "variant": variant, "seed": seed})
    return dataclasses.replace(recipe, epochs=epochs or recipe.epochs)


def trainer_of(recipe: Recipe, corpus: Corpus, device: torch.device) -> Trainer:
    """A trainer before its first step, set up as by `python -m train`."""
    torch.manual_seed(recipe.seed)
    model = NETWORKS[recipe.variant](*corpus.mnist.mean_and_std())
    initialize(model)
    return Trainer(model, corpus.training.to(device), recipe)


def run_sprint(recipe: Recipe, data_dir: Path, test: Digits, device: torch.device) -> list[dict]:
    """Train to the end. Returns, for each epoch, the seconds so far and the accuracy on `test` (docs/metrics.md)."""
    corpus = load_corpus(data_dir, recipe)
    trainer, validation = trainer_of(recipe, corpus, device), corpus.mnist_validation.to(device)
    rows, seconds = [], 0.0
    for epoch in range(recipe.epochs):
        seconds += trainer.train_epoch(validation)["seconds"]  # copies a metric from the device, so waits for it
        last = epoch == recipe.epochs - 1
        if last or device.type != "cpu":
            rows.append({"seconds": seconds, "accuracy": 1 - score(trainer.averaged, test).error})
    return rows


def run_keras(python: Path, data_dir: Path, seeds: int, threads: int) -> Generator[tuple[int, dict], None, None]:
    """Train the tutorial with one seed after the other, one epoch per iteration. Yields the seed and Keras's report."""
    for seed in range(seeds):
        options = {"target": TARGET, "epochs": KERAS_EPOCHS, "seed": seed, "threads": threads}
        command = [python, TUTORIAL, data_dir / "MNIST" / "raw", *(f"--{k}={v}" for k, v in options.items())]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                row = _read_line(process)
                if seed == 0:
                    print(
                        f"TensorFlow {row['tensorflow']}, Keras {row['keras']}: {row['parameters']:,} parameters",
                        flush=True,
                    )
                while not row.get("ended"):
                    _pipe(process.stdin).write("go\n")
                    _pipe(process.stdin).flush()
                    row = _read_line(process)
                    yield seed, row
            finally:
                process.kill()


def _read_line(process: subprocess.Popen) -> dict:
    line = _pipe(process.stdout).readline()
    if not line:
        raise SystemExit(f"benchmarks.training: {TUTORIAL.name} failed; see its error message above")
    return json.loads(line)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def compare(options: argparse.Namespace) -> None:
    """Run both alternately, then print the time and accuracy of each."""
    test = load_mnist(options.data_dir, train=False)
    cpu = torch.device("cpu")
    tutorial: dict[int, dict] = {}  # seed: its last row
    runs: dict[str, list[dict]] = {variant: [] for variant in VARIANTS}
    keras_seeds = options.keras_seeds if options.keras else 0
    keras = run_keras(options.keras, options.data_dir, keras_seeds, options.threads)
    with closing(keras) as epochs:
        for turn in range(max(options.seeds, options.keras_seeds * KERAS_EPOCHS)):
            seed, row = next(epochs, (0, None))
            if row is None and turn >= options.seeds:
                break
            if row is not None:
                tutorial[seed] = row
                print(
                    f"Keras seed {seed} epoch {row['epoch']:2}: {row['seconds']:6.1f} s, {row['accuracy']:.2%}",
                    flush=True,
                )
            for variant in VARIANTS if turn < options.seeds else ():
                runs[variant].append(run_sprint(sprint(variant, turn), options.data_dir, test, cpu)[-1])
                end = runs[variant][-1]
                print(f"{variant} seed {turn}: {end['seconds']:.2f} s, {end['accuracy']:.2%}", flush=True)
    print()
    seconds = [row["seconds"] for row in tutorial.values()]
    if tutorial:
        ends = [f"{row['accuracy']:.2%} after {row['epoch']} epochs" for row in tutorial.values()]
        there = sum(row["accuracy"] >= TARGET for row in tutorial.values())
        print(f"Keras: {', '.join(ends)}, {_spread(seconds)} s; {there} of {len(ends)} runs reached {TARGET:.2%}")
    for variant in VARIANTS:
        took = [run["seconds"] for run in runs[variant]]
        print(f"{variant}: {_spread(took)} s; {_accuracies([run['accuracy'] for run in runs[variant]])}")
        if tutorial:
            print(f"{variant}: {statistics.median(seconds) / statistics.median(took):.1f} times as fast as Keras")


def _spread(values: list[float]) -> str:
    return f"median {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _accuracies(values: list[float]) -> str:
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return (
        f"test accuracy {statistics.mean(values):.3%}, mean of {len(values)} seeds, standard deviation {spread:.3%}, "
        f"standard error {spread / len(values) ** 0.5:.3%}, from {min(values):.2%} to {max(values):.2%}"
    )


def work_of(model: nn.Module) -> int:
    """Floating-point operations of a training step on one image, computed from the layers.

    Two per connection in the forward pass and four in the backward pass, for the gradients of weights and inputs; the
    first layer does not need the latter. Activations, pooling, biases and the optimizer are not counted.
    """
    connections = []

    def count(layer: nn.Conv2d | nn.Linear, _inputs: tuple, output: torch.Tensor) -> None:
        connections.append(output[0].numel() * layer.weight[0].numel())

    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.inference_mode():
        model(torch.zeros(1, 1, 32, 32))
    for hook in hooks:
        hook.remove()
    return 2 * (3 * sum(connections) - connections[0])


def matrix_peak(size: int = 2_048) -> float:
    """Operations per second of one large matrix product in float32."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    began = time.perf_counter()
    torch.mm(a, b)
    return 2 * size**3 / (time.perf_counter() - began)


def throughput(variant: str, options: argparse.Namespace, rounds: int = 12, steps: int = 25) -> None:
    """Print the speed of a training step, as a fraction of the peak measured alternately with it, and a profile."""
    recipe = sprint(variant, 0)
    trainer = trainer_of(recipe, load_corpus(options.data_dir, recipe), torch.device("cpu"))
    trainer.model.train()
    batches = torch.arange(recipe.batch_size * steps).split(recipe.batch_size)
    rates, peaks = [], []
    for _ in range(rounds + 1):  # one to warm up
        peaks.append(max(matrix_peak() for _ in range(3)))
        began = time.perf_counter()
        for index in batches:
            trainer.step(index)
        rates.append(recipe.batch_size * steps / (time.perf_counter() - began))
    rates, peaks = rates[1:], peaks[1:]
    work = work_of(trainer.model)
    share = statistics.median(work * rate / peak for rate, peak in zip(rates, peaks, strict=True))
    print(
        f"{variant}: {statistics.median(rates):,.0f} images per second (best {max(rates):,.0f}), batches of "
        f"{recipe.batch_size}; {work / 1e6:.2f} million operations per image; "
        f"{share:.0%} of the peak of {statistics.median(peaks) / 1e9:.0f} billion operations per second"
    )
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        for index in batches:
            trainer.step(index)
    times = {event.key: event.self_cpu_time_total for event in profiled.key_averages()}
    total = sum(times.values())
    products = sum(t for key, t in times.items() if "convolution" in key or key in ("aten::addmm", "aten::mm")) / total
    print(
        f"  convolutions and matrix products take {products:.0%} of the time, at {share / products:.0%} of the peak. "
        "Operators by time:"
    )
    for key in sorted(times, key=lambda key: times[key], reverse=True)[:10]:
        print(f"  {times[key] / total:6.1%}  {key}")


def on_cuda(options: argparse.Namespace) -> None:
    """Print the time of the sprint on the GPU, and the time to a test accuracy of 99 %."""
    device, test = torch.device("cuda"), load_mnist(options.data_dir, train=False)
    on_device = test.to(device)
    for variant in VARIANTS:
        warm = sprint(variant, 0, 1)
        run_sprint(warm, options.data_dir, on_device, device)
        torch.cuda.synchronize()
        ends, reached = [], []
        for seed in range(options.seeds):
            rows = run_sprint(sprint(variant, seed, options.epochs), options.data_dir, on_device, device)
            ends.append(rows[-1])
            reached += [row["seconds"] for row in rows if row["accuracy"] >= 0.99][:1]
        print(f"{variant}: {_spread([row['seconds'] for row in ends])} s; {_accuracies([r['accuracy'] for r in ends])}")
        if reached:
            print(f"  to 99 %: {_spread(reached)} s, {len(reached)} of {options.seeds} seeds", flush=True)
        else:
            print("  to 99 %: no seed", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ (default: data)")
    parser.add_argument("--keras", type=Path, metavar="PYTHON", help="python with benchmarks/requirements-keras.txt")
    parser.add_argument("--seeds", type=int, default=10, help="number of sprints of each network (default: 10)")
    parser.add_argument("--keras-seeds", type=int, default=3, help="number of runs of Keras (default: 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads for both (default: one per core)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="cuda: time to 99 %% on a GPU")
    parser.add_argument("--epochs", type=int, help="with cuda, number of epochs (default: that of the sprint)")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: CUDA is not available")
    keep_freed_memory()
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    where = ", ".join(f"{key} {value}" for key, value in hardware(device).items())
    print(f"Python {platform.python_version()}, PyTorch {torch.__version__}; {where}; {options.threads} threads")
    if options.device == "cuda":
        on_cuda(options)
        return 0
    compare(options)
    print()
    for variant in VARIANTS:
        throughput(variant, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())

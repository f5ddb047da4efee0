"""Training with several processes: `python -m benchmarks.processes --data-dir data`.

Seconds per epoch of MNIST with one process and one thread, one process and two threads, and two processes that torchrun
starts, with a thread each; alternately, the second epoch of each run. Prints the medians and the speed-ups.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RECIPE = ["--epochs", "2", "--no-strokes", "--styles", "0", "--outliers", "0"]
LAUNCHERS = {
    "one process, one thread": ([sys.executable, "-m", "train"], 1),
    "one process, two threads": ([sys.executable, "-m", "train"], 2),
    "two processes, a thread each": (
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "train"],
        1,
    ),
}


def epoch(launcher: list[str], threads: int, data: Path, batch_size: int) -> float:
    """Seconds of the second epoch."""
    with tempfile.TemporaryDirectory() as folder:
        options = [*RECIPE, "--batch-size", str(batch_size), "--data-dir", str(data), "--output", f"{folder}/run"]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        subprocess.run([*launcher, *options], env=environment, check=True, stdout=subprocess.DEVNULL)
        return json.loads(Path(folder, "run", "metrics.json").read_text())["history"][1]["seconds"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ (default: data)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--batch-size", type=int, nargs="+", default=[64, 256], help="(default: 64 and 256)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    for batch_size in options.batch_size:
        took: dict[str, list[float]] = {name: [] for name in LAUNCHERS}
        for _ in range(options.rounds):
            for name, (launcher, threads) in LAUNCHERS.items():
                took[name].append(epoch(launcher, threads, options.data_dir.resolve(), batch_size))
        single = took["one process, one thread"]
        for name, seconds in took.items():
            ratio = statistics.median(one / other for one, other in zip(single, seconds, strict=True))
            print(f"batches of {batch_size}, {name}: {statistics.median(seconds):.1f} s an epoch", end=" ")
            print(f"({min(seconds):.1f} to {max(seconds):.1f}), {ratio:.2f} times as fast", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

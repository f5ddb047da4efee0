"""The exported networks in ONNX Runtime beside PyTorch: `python -m benchmarks.onnx_runtime --data-dir data`.

For each of the three networks, the largest difference of any output over 1,000 MNIST test digits, and images a second
with one image and with 256 at a time: the probabilities alone and all outputs in ONNX Runtime, the scores alone and all
layers in PyTorch. They take turns, with one thread each, and the medians are printed, by processor time. The exit code
is 1 if an output differs by 1e-4, of the largest number of an output if that is above 1.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from lenet import NETWORKS
from lenet.weights.model import bundled, load_weights
from train.data.mnist import load_mnist
from train.export.check import TOLERANCE, converted, largest_difference
from train.export.formats import INPUT, load_onnx

DIGITS, ROUNDS = 1_000, 9
BATCHES = (1, 256)


def rate(call: Callable[[np.ndarray], object], batches: list[np.ndarray]) -> float:
    """Images a second of processor time."""
    begin = time.process_time()
    for batch in batches:
        call(batch)
    return sum(map(len, batches)) / (time.process_time() - begin)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.onnx_runtime", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ (default: data)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    inputs = load_mnist(options.data_dir, train=False)[:DIGITS].images.numpy().astype(np.float32) / 255
    print(f"onnxruntime {onnxruntime.__version__}, PyTorch {torch.__version__}, one thread each")
    failed = False
    for variant in NETWORKS:
        weights = load_weights(bundled(variant))
        content = converted(weights, "onnx").content
        difference, output = largest_difference(weights, load_onnx(content), [inputs])
        failed |= not difference <= TOLERANCE
        print(f"{variant}: {len(inputs):,} MNIST digits, largest difference {difference:.1e} ({output})", flush=True)
        session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
        model = weights.model
        ways: dict[str, Callable[[np.ndarray], object]] = {
            "ONNX Runtime": lambda ink, session=session: session.run(["probabilities"], {INPUT: ink}),
            "all outputs": lambda ink, session=session: session.run(None, {INPUT: ink}),
            "PyTorch": lambda ink, model=model: model(torch.from_numpy(ink)),
            "all layers": lambda ink, model=model: model.features(torch.from_numpy(ink)),
        }
        for size in BATCHES:
            count = min(len(inputs), 250 * size)
            batches = [inputs[begin : begin + size] for begin in range(0, count - size + 1, size)]
            rates: dict[str, list[float]] = {name: [] for name in ways}
            with torch.inference_mode():
                for _ in range(ROUNDS):
                    for name, call in ways.items():
                        rates[name].append(rate(call, batches))
            medians = {name: statistics.median(values) for name, values in rates.items()}
            shown = ", ".join(f"{name} {value:,.0f}" for name, value in medians.items())
            ratio = statistics.median(a / b for a, b in zip(rates["ONNX Runtime"], rates["PyTorch"], strict=True))
            print(f"  {size} at a time, images a second: {shown}; {ratio:.1f} times PyTorch", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

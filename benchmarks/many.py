"""Reading many images: `python -m benchmarks.many --data-dir data`.

`read_many` on arrays of 28x28 pixels, on MNIST's test digits and on PNG files, beside a loop of `read` and beside the
network alone, in PyTorch, on batches of the same images that have been preprocessed before. The three take turns, a
part of the images each, and the medians of the ratios are printed, of the time that passes and of the processor's. Then
the memory of the process while it reads more and more arrays.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from harness.drawings import EXAMPLES, draw
from lenet import Recognizer
from train.data.mnist import load_mnist

ROUNDS = 5


def arrays(count: int) -> np.ndarray:
    """Drawn digits of 28x28 pixels: the page's examples with several brushes, each moved a little."""
    digits = [
        np.asarray(draw(example["strokes"], width).convert("L").resize((28, 28), Image.Resampling.BILINEAR))
        for example in EXAMPLES
        for width in (12, 20, 28)
    ]
    return np.stack([np.roll(digits[i % len(digits)], i // len(digits) % 3 - 1, 1) for i in range(count)])


def seconds(call: Callable[[], object]) -> np.ndarray:
    """What passes, and what it takes of the processor."""
    begin = time.perf_counter(), time.process_time()
    call()
    return np.subtract((time.perf_counter(), time.process_time()), begin)


def compare(name: str, reader: Recognizer, images: Sequence | np.ndarray, batch_size: int, workers: int | None) -> None:
    """Print how long an image takes in each of the three ways."""
    readings = reader.read_many(images, activations=True)
    inks = torch.from_numpy(np.stack([reading.activations["input"] for reading in readings]))
    rounds = []
    with torch.inference_mode():
        for part in np.array_split(np.arange(len(images)), ROUNDS):
            some = [images[i] for i in part]
            batch = inks[part[0] : part[-1] + 1]
            few = some[: max(1, len(some) // 10)]
            one = seconds(lambda few=few: [reader.read(image) for image in few]) / len(few)
            many = seconds(lambda s=some: list(reader.read_many(s, batch_size=batch_size, workers=workers))) / len(some)
            plain = seconds(lambda b=batch: [reader.weights.model(x) for x in b.split(batch_size)]) / len(some)
            rounds.append((one, many, plain))
    took = np.array(rounds)  # rounds x ways x kinds of time
    print(f"{len(images):,} {name}:")
    for kind, each in (("time", took[..., 0]), ("processor time", took[..., 1])):
        loop, many, plain = 1e6 * np.median(each, 0)
        faster, share = np.median(each[:, 0] / each[:, 1]), np.median(each[:, 2] / each[:, 1])
        print(f"  {kind}: {many:.0f} us each; read {loop:.0f} us, the network alone {plain:.0f} us;", end=" ")
        print(f"{faster:.1f} times as fast as the loop, {share:.2f} of the network alone", flush=True)


def memory(reader: Recognizer, count: int) -> None:
    """Print the most memory that the process has had so far, after a tenth of the arrays and after all of them."""
    few = arrays(1_000)
    readings = reader.read_many(few[i % len(few)] for i in range(count))
    for number, _ in enumerate(readings, 1):
        if number in (count // 10, count):
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"after {number:,} arrays: {most:.1f} MB at most", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--arrays", type=int, default=10_000, help="(default: 10,000)")
    parser.add_argument("--data-dir", type=Path, help="folder with MNIST/, to read its test digits, too")
    parser.add_argument("--files", type=int, default=1_000, help="(default: 1,000)")
    parser.add_argument("--memory", type=int, default=100_000, help="arrays to measure the memory with (100,000)")
    parser.add_argument("--batch-size", type=int, default=512, help="(default: 512)")
    parser.add_argument("--workers", type=int, help="(default: the number of cores)")
    options = parser.parse_args()
    reader = Recognizer.from_pretrained("textbook")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, {torch.get_num_threads()} threads of PyTorch")
    images = arrays(options.arrays)
    compare("arrays", reader, images, options.batch_size, options.workers)
    if options.data_dir:
        digits = load_mnist(options.data_dir, train=False).images[: options.arrays, 0, 2:-2, 2:-2].numpy()
        compare("MNIST test digits", reader, digits, options.batch_size, options.workers)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{i}.png") for i in range(options.files)]
        for i, path in enumerate(files):
            Image.fromarray(images[i % len(images)]).save(path)
        compare("PNG files of 28x28", reader, files, options.batch_size, options.workers)
        for i, path in enumerate(files):
            draw(EXAMPLES[i % 10]["strokes"], 12 + i % 20).save(path)
        compare("PNG files of 280x280", reader, files, options.batch_size, options.workers)
    if options.memory:
        memory(reader, options.memory)
    return 0


if __name__ == "__main__":
    sys.exit(main())

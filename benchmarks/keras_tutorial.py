"""The recipe of most tutorials: LeNet-5 in Keras with ReLU, max pooling, Adam with default settings, batches of 128.

    PYTHON benchmarks/keras_tutorial.py RAW --target 0.9898 --epochs 20 --seed 0 --threads 2

PYTHON is an interpreter with benchmarks/requirements-keras.txt installed; RAW is the folder with MNIST's four files.
`benchmarks.training` runs this script alternately with its own training: before each epoch, the script waits for a line
on standard input. It prints a line of JSON with versions and number of parameters, then one after each epoch: the
training time so far in seconds, from the first step of fit() on, and the test accuracy. It stops when the accuracy
reaches the target.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # pyright: ignore[reportMissingImports]  # installed in an environment of its own
import numpy as np
import tensorflow as tf  # pyright: ignore[reportMissingModuleSource]  # likewise
from keras import layers  # pyright: ignore[reportMissingImports]  # likewise


def load(raw: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images in [0, 1], shape (N, 28, 28, 1), and labels, shape (N,), of one part of MNIST: "train" or "t10k"."""
    images = np.fromfile(raw / f"{part}-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return images.astype("float32") / 255, np.fromfile(raw / f"{part}-labels-idx1-ubyte", np.uint8, offset=8)


def lenet() -> keras.Model:
    """LeNet-5 as in the `tutorial` network, 44,426 parameters."""
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def report(**line) -> None:
    print(json.dumps(line), flush=True)


class Turns(keras.callbacks.Callback):
    """Waits for a line before each epoch, times it, and evaluates after it with the clock stopped."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, target: float):
        super().__init__()
        self.images, self.labels, self.target = images, labels, target
        self.seconds = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        if not sys.stdin.readline():
            sys.exit("standard input was closed")
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self.began
        predictions = self.model.predict(self.images, batch_size=1_000, verbose=0).argmax(1)
        accuracy = float((predictions == self.labels).mean())
        self.model.stop_training = accuracy >= self.target
        ended = self.model.stop_training or epoch + 1 == self.params["epochs"]
        report(epoch=epoch + 1, seconds=self.seconds, accuracy=accuracy, ended=ended)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("--target", type=float, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(options.seed)
    images, labels = load(options.raw, "train")
    model = lenet()
    model.compile(optimizer=keras.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    report(tensorflow=tf.__version__, keras=keras.__version__, parameters=model.count_params())
    turns = Turns(*load(options.raw, "t10k"), options.target)
    model.fit(images, labels, batch_size=128, epochs=options.epochs, verbose=0, callbacks=[turns])
    return 0


if __name__ == "__main__":
    sys.exit(main())

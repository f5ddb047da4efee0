"""The recipe of the tutorials: LeNet-5 in Keras, ReLU and max-pooling, Adam as it comes, batches of 128.

    PYTHON benchmarks/keras_tutorial.py RAW --target 0.9898 --epochs 20 --seed 0 --threads 2

PYTHON has benchmarks/requirements-keras.txt; RAW is the folder with MNIST's four files. `benchmarks.training` runs this
and shares the machine with it: it waits for a line on standard input before each epoch. Prints a line of JSON first
(versions, parameters) and one after each epoch: the training seconds so far, those of fit() alone from the first step
on, and the share of the test images read right. Ends where that share is the target's.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def load(raw: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, 28, 28, 1) in [0, 1] and labels of MNIST's files `part`."""
    pictures = np.fromfile(raw / f"{part}-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return pictures.astype("float32") / 255, np.fromfile(raw / f"{part}-labels-idx1-ubyte", np.uint8, offset=8)


def lenet() -> keras.Model:
    """44,426 parameters."""
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


def say(**line) -> None:
    print(json.dumps(line), flush=True)


class Turns(keras.callbacks.Callback):
    """Times each epoch, scores after it with the clock stopped, and begins the next one when told to."""

    def __init__(self, pictures: np.ndarray, labels: np.ndarray, target: float):
        super().__init__()
        self.pictures, self.labels, self.target = pictures, labels, target
        self.seconds = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        if not sys.stdin.readline():
            sys.exit("nobody is there to say go")
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self.began
        answers = self.model.predict(self.pictures, batch_size=1_000, verbose=0).argmax(1)
        accuracy = float((answers == self.labels).mean())
        self.model.stop_training = accuracy >= self.target
        ended = self.model.stop_training or epoch + 1 == self.params["epochs"]
        say(epoch=epoch + 1, seconds=self.seconds, accuracy=accuracy, ended=ended)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("raw", type=Path)
    parser.add_argument("--target", type=float, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(options.seed)
    pictures, labels = load(options.raw, "train")
    model = lenet()
    model.compile(optimizer=keras.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    say(tensorflow=tf.__version__, keras=keras.__version__, parameters=model.count_params())
    turns = Turns(*load(options.raw, "t10k"), options.target)
    model.fit(pictures, labels, batch_size=128, epochs=options.epochs, verbose=0, callbacks=[turns])
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The reader in processes that are forked after a reading."""

import os

import torch

from harness.drawings import EXAMPLES, draw
from lenet import Recognizer, recognizer


def test_a_process_that_is_forked_after_a_reading(fork):
    """PyTorch's threads are not forked with it; waiting for them would take forever."""
    process = fork(read_and_fork)
    assert process.wait(60) == 0, process.errors


def read_and_fork() -> int:
    """The number of readings in a child that are not those of its parent."""
    torch.set_num_threads(2)
    reader = Recognizer.from_pretrained()
    images = [draw(EXAMPLES[digit]["strokes"]) for digit in (3, 7)]
    expected = [reader.read(image) for image in images]
    with recognizer._setting_threads:  # as another thread may
        child = os.fork()
    if child == 0:
        found = [*map(reader.read, images), *reader.read_many(images)]
        os._exit(sum(reading != other for reading, other in zip(found, 2 * expected, strict=True)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

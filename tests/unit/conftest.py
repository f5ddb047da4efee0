"""For tests that need neither a browser nor another process."""

import json
import multiprocessing.process
import platform
import subprocess
import time

import numpy.testing  # noqa: F401  before processes are refused: up to version 2.1 its import runs `lscpu`
import pytest

from harness import ROOT
from lenet.image.decoder import COMMAND

platform.processor()  # runs `uname` the first time; metrics.json names the processor


@pytest.fixture(autouse=True)
def no_other_process(monkeypatch):
    """A test that starts one belongs in another folder."""

    def refuse(*_, **__):
        raise AssertionError("unit tests start no processes")

    execute = vars(subprocess.Popen)["_execute_child"]

    def only_decoders(process, command, *arguments):
        return execute(process, command, *arguments) if COMMAND in command else refuse()

    monkeypatch.setattr(subprocess.Popen, "_execute_child", only_decoders)  # a page has those that decode images
    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", refuse)


@pytest.fixture
def impatient(monkeypatch):
    """Nobody sleeps for long: the Hub's client waits for a second before it tries again."""
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.02)))


@pytest.fixture(scope="session")
def mnist_error() -> str:
    """The test error of the bundled weights on MNIST, computed from the number of errors: "0.12 %"."""
    metrics = json.loads((ROOT / "lenet/pretrained/textbook/metrics.json").read_text())
    return f"{metrics['test']['errors'] / 100:.2f} %"

"""Rendering by several processes."""

import multiprocessing
import time
from pathlib import Path

import numpy as np
import pytest

from train.data import rendering
from train.data.pen_digits import TRAINING_WRITERS, load_pen_digits, render_pen_digits
from train.errors import CommandError


def test_several_processes_render_the_same_images(small_data, monkeypatch, capsys):
    """In the same order; how many they are is said."""
    digits = load_pen_digits(small_data, TRAINING_WRITERS)
    monkeypatch.setattr(rendering.os, "cpu_count", lambda: 2)
    alone = render_pen_digits(digits, 3, seed=5)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(rendering, "FEW", 10)
    together = render_pen_digits(digits, 3, seed=5)
    assert together.fingerprint() == alone.fingerprint()
    assert capsys.readouterr().out == "rendering 225 pen digits\n"


def render_until_killed() -> None:
    """Start processes that render, print their ids, and wait."""
    vars(multiprocessing.current_process())["_config"]["daemon"] = (
        False  # a daemon, as tests start it, must not have any
    )
    list(rendering._in_processes(_drawings(), 2))


def _drawings():
    for _ in range(20 * rendering.CHUNK):
        yield np.zeros((32, 32), np.uint8)
    print("children", *(child.pid for child in multiprocessing.active_children()), flush=True)
    time.sleep(100)


def test_no_process_outlives_one_that_is_killed(fork):
    """Those that render for it end, too, even after kill -9."""
    parent = fork(render_until_killed)
    parent.until("children")
    children = [int(pid) for pid in parent.printed.split()[1:]]
    assert len(children) == 2
    parent.kill()
    deadline = time.monotonic() + 30
    while any(_runs(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_runs(pid) for pid in children)


def test_a_process_that_is_killed_is_reported():
    """In one line, in place of waiting for it."""
    others = set(multiprocessing.active_children())

    def drawings():
        for number in range(20 * rendering.CHUNK):
            if number == 3 * rendering.CHUNK:
                ours = set(multiprocessing.active_children()) - others
                ours.pop().kill()
            yield np.zeros((32, 32), np.uint8)

    with pytest.raises(CommandError, match="was ended from outside"):
        list(rendering._in_processes(drawings(), 2))


def _runs(pid: int) -> bool:
    """Whether there is such a process, other than one that has ended and is not waited for."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

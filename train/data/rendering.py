"""Rendering of many drawings by all cores, with a progress bar."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process

import numpy as np
from tqdm import tqdm

from train.data.strokes import PenDrawing, render
from train.errors import CommandError

FEW = 2_000  # images; other processes need longer to start than to render so many
CHUNK = 50  # images


def render_all(drawings: Iterable[PenDrawing | np.ndarray], count: int, name: str) -> np.ndarray:
    """The images of `count` drawings, uint8, shape (count, 1, 32, 32); those that are images already stay as they are.

    The drawings are made in this process, because each takes up the random numbers where the previous one has left
    them; only what needs none is done elsewhere. `name` says what they are, to whoever waits.
    """
    images = np.empty((count, 1, 32, 32), np.uint8)
    cores = os.cpu_count() or 1
    parallel = count >= FEW and cores > 1
    if count >= FEW:
        print(f"rendering {count:,} {name}", flush=True)
    with tqdm(total=count, desc=name, unit=" images", disable=None, leave=False) as bar:
        for number, image in enumerate(_in_processes(drawings, cores) if parallel else map(_image, drawings)):
            images[number, 0] = image
            bar.update()
    return images


def _image(drawing: PenDrawing | np.ndarray) -> np.ndarray:
    return drawing if isinstance(drawing, np.ndarray) else render(drawing)


def _images(drawings: list[PenDrawing | np.ndarray]) -> list[np.ndarray]:
    return [_image(drawing) for drawing in drawings]


def _in_processes(drawings: Iterable[PenDrawing | np.ndarray], cores: int) -> Iterator[np.ndarray]:
    """The images in the order of the drawings, a few chunks of which are under way at any time."""
    remaining = iter(drawings)
    # "spawn", since PyTorch has threads, which a fork would not survive. The children do not import it, as this module
    # does not: that would take seconds.
    with ProcessPoolExecutor(cores, get_context("spawn"), _prepare) as pool:
        under_way: deque[Future] = deque()
        try:
            while chunk := list(islice(remaining, CHUNK)):
                under_way.append(pool.submit(_images, chunk))
                if len(under_way) > 4 * cores:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        except BrokenProcessPool as error:
            raise CommandError(
                "a process that renders drawings was ended from outside, perhaps because memory is short; start again"
            ) from error


def _prepare() -> None:
    """Leave Ctrl+C to the parent process, and end with it even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()

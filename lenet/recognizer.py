"""The reader: from an image to a digit, with the output of every layer."""

import os
import threading
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
import torch

from lenet.batches import in_threads
from lenet.image.many import Failure, batches_of, prepare_many
from lenet.image.preprocess import extract_ink, scale_and_center
from lenet.rejection import NO_DIGIT, SEVERAL, rejection_reasons
from lenet.row import read_row
from lenet.weights.fetch import Fetch, begin
from lenet.weights.model import Weights

if TYPE_CHECKING:
    from lenet.image.given import ImageLike

_setting_threads = threading.Lock()


def _begin_anew() -> None:
    """A forked process has none of the other threads: neither those that PyTorch computes with nor who has the lock.

    It would wait for them without end.
    """
    global _setting_threads
    torch.set_num_threads(1)
    _setting_threads = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


@dataclass(frozen=True)
class Reading:
    """The result of reading one image.

    digit: 0 to 9, or None if the image was rejected.
    reason: None, or why it was rejected: "blank", "too little ink", "several digits" or "not a digit".
    probabilities: ten floats that sum to 1; for a rejected image, they only indicate which digits it resembles.
    activations: the output of every layer by name and in order, float32 arrays, from "input" (1, 32, 32) to
        "output" (10,); empty if `read_many` was not asked for them.
    digits: the digits from left to right, each with its probability, if there are several and all could be read; else
        None.

    Readings are equal, and have the same hash, if all but the activations are the same.
    """

    digit: int | None
    reason: str | None
    probabilities: tuple[float, ...]
    activations: dict[str, np.ndarray] = field(repr=False, compare=False)
    digits: tuple[tuple[int, float], ...] | None = None

    @property
    def number(self) -> str | None:
        """The digits as a string, "37"; None if there is a single digit, or if they could not be read."""
        return None if self.digits is None else "".join(str(digit) for digit, _ in self.digits)

    def top(self, n: int = 3) -> list[tuple[int, float]]:
        """The `n` most likely digits, 0 to 10 of them, with their probabilities, in descending order.

        Raises ValueError for another `n`.
        """
        if not (isinstance(n, Integral) and 0 <= n <= 10):
            raise ValueError(f"n must be an integer from 0 to 10, not {n!r}")
        order = sorted(range(10), key=lambda digit: -self.probabilities[digit])
        return [(digit, self.probabilities[digit]) for digit in order[:n]]

    def as_dict(self) -> dict:
        """The result as JSON: digit, reason, the top 3 and the number."""
        return {"digit": self.digit, "reason": self.reason, "top": self.top(3), "number": self.number}


def percentage(p: float) -> str:
    """A probability to one decimal place, as on the page; never rounded to 0 or 100 %."""
    return "> 99.9 %" if p > 0.999 else "< 0.1 %" if p < 0.001 else f"{100 * p:.1f} %"


class ImageError(ValueError):
    """An image that `read_many` could not read: its place among the images, from 0, and why not.

    Its cause is the exception that `read` would have raised.
    """

    def __init__(self, index: int, reason: str):
        super().__init__(index, reason)
        self.index, self.reason = index, reason

    def __str__(self) -> str:
        name = getattr(self.__cause__, "filename", None)
        return f"image {self.index}{'' if name is None else f', {name}'}: {self.reason}"


class Recognizer:
    """Reads digits with one network, `weights.model`.

    Can be called from several threads, pickled for other processes, and used in those that are forked.
    """

    def __init__(self, weights: Weights, device: str | torch.device | None = None):
        self.weights = weights
        weights.model.eval()
        if device is not None:
            weights.model.to(_available(device))

    def __repr__(self) -> str:
        return f"<Recognizer: {', '.join(filter(None, (self.weights.model.variant, self.weights.origin)))}>"

    @classmethod
    def from_pretrained(
        cls,
        source: str | Path | Fetch | None = None,
        revision: str | None = None,
        device: str | torch.device | None = None,
    ) -> "Recognizer":
        """A reader with the weights of `source`: a folder, a file, or USER/NAME or USER/NAME@REVISION on the Hub.

        A file is one that the page has saved. `revision` is a branch, a tag or a full commit hash. The default is the
        source that LENET_MODEL names; on a Space, the repository lenet-5 of its owner; else the bundled weights. A
        `Fetch` is a load that `begin` has started, with its revision. `device` is where the network computes, such as
        "cuda" or "mps"; the default is the CPU. Raises ValueError, one line, if a named source cannot be loaded within
        four seconds or does not hold such a network, or if there is no such device. An unnamed source falls back to the
        cached copy of an earlier download, then to the bundled weights, and `weights.notice` says so.
        """
        if not isinstance(source, Fetch):
            source = begin(source, revision)
        elif revision is not None:
            raise ValueError(f"revision {revision} comes too late for a Fetch: use begin(source, {revision!r})")
        return cls(source.load(), device)

    def read(self, image: "ImageLike") -> Reading:
        """Read a digit from an image: a path, an open binary file or its bytes, a PIL image, an array or a tensor.

        Arrays, of NumPy or PyTorch, are uint8, bool, or floats in [0, 1], and have the shape (H, W), (H, W, 1),
        (1, H, W), (H, W, 3) for RGB or (H, W, 4) for RGBA. Floats are rounded to multiples of 1/255.

        What is rejected as a digit, but can be read as several digits side by side, has `digits`.

        The image can have any size up to 50 million pixels, and dark or light ink. Raises ValueError, saying what is
        accepted, for any other input, and OSError if the file cannot be opened.
        """
        return self.read_ink(extract_ink(image))

    def read_ink(self, drawing: np.ndarray) -> Reading:
        """Read a digit from the ink of an image, as `extract_ink` gives it: float32 in [0, 1], shape (H, W)."""
        [reading] = self._readings([drawing], scale_and_center(drawing)[None], activations=True)
        return reading

    def push_to_hub(self, repo_id: str, *, private: bool = False) -> str:
        """Upload the network to USER/NAME on the Hub, where `from_pretrained` finds it; return the commit's address.

        The repository is created if it is missing, as a private one if so wished. Raises HubError, one line, if it
        cannot be written to, or holds something else than weights of the same network, which are replaced, together
        with their card. The new one is short; `python -m train publish` makes one with all figures of a run.
        """
        from lenet.push import push

        return push(self.weights, repo_id, private)

    @overload
    def read_many(
        self,
        images: "Iterable[ImageLike]",
        *,
        batch_size: int = ...,
        errors: Literal["raise"] = ...,
        activations: bool = ...,
        workers: int | None = ...,
    ) -> Iterator[Reading]: ...
    @overload
    def read_many(
        self,
        images: "Iterable[ImageLike]",
        *,
        batch_size: int = ...,
        errors: Literal["raise", "return"],
        activations: bool = ...,
        workers: int | None = ...,
    ) -> Iterator[Reading | ImageError]: ...
    def read_many(
        self,
        images: "Iterable[ImageLike]",
        *,
        batch_size: int = 512,
        errors: Literal["raise", "return"] = "raise",
        activations: bool = False,
        workers: int | None = None,
    ) -> Iterator:
        """Read many images: an iterator of what `read` returns for each, in order.

        `images` is any iterable of what `read` takes, or an array or tensor of shape (N, H, W), (N, 1, H, W),
        (N, H, W, 1), (N, H, W, 3) or (N, H, W, 4). It is asked for a few batches ahead, and memory does not grow with
        the number of images. As many threads as `workers`, by default one for each core, read up to `batch_size` of
        them at once: they decode and preprocess them, and the network computes. Large images come in smaller batches.

        Of an image that `read` would raise an exception for, an `ImageError` with its place is raised, or is put in
        that place, if `errors` is "return". Without `activations`, readings have none. Raises ValueError if `images` is
        one image, and whatever `images` raises, after the readings of what came before.
        """
        if not all(isinstance(n, Integral) and n >= 1 for n in (batch_size, 1 if workers is None else workers)):
            raise ValueError("batch_size and workers must be integers of at least 1")
        if errors not in ("raise", "return"):
            raise ValueError(f'errors must be "raise" or "return", not {errors!r}')
        is_file = isinstance(images, str | bytes | os.PathLike) or hasattr(images, "read")
        if is_file or not isinstance(images, Iterable) or getattr(images, "ndim", 3) < 3:
            raise ValueError("read_many expects several images, such as a list of them; read() takes one")
        workers = workers or os.cpu_count() or 1
        if isinstance(images, Sized):  # few images are shared out evenly
            batch_size = min(batch_size, -(-len(images) // workers) or 1)
        read = partial(self._read_batch, activations=activations)
        batches = in_threads(batches_of(images, batch_size), read, workers)
        return _or_errors(chain.from_iterable(batches), errors == "raise")

    def _read_batch(self, images: "Iterator[ImageLike | Failure]", activations: bool) -> list[Reading | Failure]:
        """What `read` returns or raises for each image."""
        _compute_alone()
        results: list[Reading | Failure] = []
        while True:
            drawings, inks = prepare_many(images)
            if not drawings:
                return results
            found = [each for each in drawings if isinstance(each, np.ndarray)]
            readings = self._readings(found, inks, activations) if found else iter(())
            results += [next(readings) if isinstance(each, np.ndarray) else each for each in drawings]

    def _readings(self, drawings: list[np.ndarray], inks: np.ndarray, activations: bool) -> Iterator[Reading]:
        """The readings of drawings, and of the network's inputs made of them, (N, 32, 32)."""
        model, calibration = self.weights.model, self.weights.calibration
        features = model.compute(inks[:, None])
        probabilities = calibration.probabilities(features["output"])
        columns = probabilities.argmax(1), calibration.rejects(features["output"]), probabilities
        rows = zip(*(column.tolist() for column in columns), rejection_reasons(inks), strict=True)
        for i, (digit, rejected, ten, reason) in enumerate(rows):
            if reason is None and rejected:
                reason = NO_DIGIT
            digits = read_row(model, calibration, drawings[i]) if reason in (SEVERAL, NO_DIGIT) else None
            if digits:
                reason = SEVERAL
            # Copies: a reading that is kept does not keep its whole batch.
            own = {name: values[i].copy() for name, values in features.items()} if activations else {}
            yield Reading(digit if reason is None else None, reason, tuple(ten), own, digits)


def _or_errors(found: Iterable[Reading | Failure], strict: bool) -> Iterator[Reading | ImageError]:
    """The readings, and an `ImageError` for each failure, which is raised if `strict`."""
    for index, each in enumerate(found):
        if isinstance(each, Reading):
            yield each
            continue
        error = ImageError(index, str(getattr(each, "strerror", None) or each))
        error.__cause__ = each
        if strict:
            raise error
        yield error


def _compute_alone() -> None:
    """Let PyTorch compute with one thread in this one, as several of these share the cores."""
    with _setting_threads:
        threads = torch.get_num_threads()
        if threads > 1:
            torch.set_num_threads(1)
            # That is the default of threads that begin later, too: another thread sets it back.
            other = threading.Thread(target=torch.set_num_threads, args=(threads,))
            other.start()
            other.join()


def _available(device: str | torch.device) -> torch.device:
    """The device. Raises ValueError if there is no such device, or PyTorch cannot compute on it."""
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).cpu()
        return found
    except (RuntimeError, AssertionError, TypeError) as error:
        there = ["cpu", *(name for name in ("cuda", "mps") if getattr(torch, name).is_available())]
        raise ValueError(f"device {str(device)!r} is not available: here there is {', '.join(there)}") from error

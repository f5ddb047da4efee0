"""Distributed training: the processes that torchrun starts, and the operations that involve all of them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

Result = TypeVar("Result")


@dataclass(frozen=True)
class Group:
    """The processes of a run: their number `size`, and the `rank` of this one."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that downloads, prints and writes files."""
        return self.rank == 0

    def share(self, rows: int) -> slice:
        """The rows of a batch that this process computes; the shares of all processes make up the batch."""
        return slice(rows * self.rank // self.size, rows * (self.rank + 1) // self.size)

    def all_reduce(self, tensors: list[Tensor]) -> None:
        """Replace each tensor by its sum over all processes, in a single communication."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        dist.all_reduce(flat)
        for tensor, part in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(part.view(tensor.shape))

    def after_first(self, call: Callable[[], Result]) -> Result:
        """What `call` returns; the other processes call it after the first, whose download they share.

        If it raises an exception in the first process, which reports it, the others exit with code 2.
        """
        if self.size == 1:
            return call()
        done = torch.zeros(1, device="cuda" if dist.get_backend() == "nccl" else "cpu")
        if not self.is_first:
            dist.broadcast(done, 0)
            return call() if done else sys.exit(2)
        try:
            result = call()
            done += 1
        finally:
            dist.broadcast(done, 0)
        return result


def is_first_process() -> bool:
    """The same as `Group.is_first`, but before the process group is initialized."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def process_group(device: torch.device) -> Iterator[Group]:
    """Initialize the group that torchrun's environment variables describe; without them, a group of one process."""
    if "WORLD_SIZE" not in os.environ:
        yield Group()
        return
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Group(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()

"""Several processes that train one network together: torchrun starts them, this joins and parts them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class Group:
    """The processes of a run: how many, and which of them this one is."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that reads the clock, prints and writes."""
        return self.rank == 0

    def share(self, rows: int) -> slice:
        """Which rows of a batch fall to this process; the shares of all processes make up the batch."""
        return slice(rows * self.rank // self.size, rows * (self.rank + 1) // self.size)

    def add(self, tensors: list[Tensor]) -> None:
        """Replace tensors by their sums over all processes, in one exchange."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        dist.all_reduce(flat)
        for tensor, part in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(part.view(tensor.shape))

    def wait(self) -> None:
        """Until all processes have come here."""
        if self.size > 1:
            dist.barrier()


def starts_first() -> bool:
    """Whether this process will be the group's first; known before the group is joined."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def group(device: torch.device) -> Iterator[Group]:
    """The group that torchrun named in the environment, joined while the block runs; else a group of one."""
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

"""The share of a batch that each process computes, and training without a group."""

import pytest
import torch

from train.engine.parallel import Group, process_group


def test_shares_make_up_the_batch():
    """Each row belongs to one process, in order, and the sizes of the shares differ by at most one."""
    for rows in range(70):
        for size in range(1, 10):
            shares = [list(range(rows))[Group(rank, size).share(rows)] for rank in range(size)]
            assert [row for share in shares for row in share] == list(range(rows))
            assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_single_process_needs_no_group(monkeypatch):
    """Without torchrun's environment variables no group is initialized; its operations have no effect."""
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with process_group(torch.device("cpu")) as alone:
        assert (alone.rank, alone.size, alone.is_first) == (0, 1, True)
        tensor = torch.ones(3)
        alone.all_reduce([tensor])
        assert alone.after_first(lambda: 5) == 5
        assert torch.equal(tensor, torch.ones(3))
        assert not torch.distributed.is_initialized()


class Broadcast:
    """Stands for the first of two processes, which succeeds or not, or for the second, which is told so."""

    def __init__(self, monkeypatch, done: bool | None = None):
        self.done = done
        monkeypatch.setattr(torch.distributed, "get_backend", lambda: "gloo")
        monkeypatch.setattr(torch.distributed, "broadcast", self)

    def __call__(self, tensor: torch.Tensor, source: int) -> None:
        assert source == 0
        if self.done is None:
            self.done = bool(tensor)
        else:
            tensor.fill_(self.done)


def test_the_first_process_tells_the_others_when_it_is_done(monkeypatch):
    """Or that it failed."""
    said = Broadcast(monkeypatch)

    def call() -> int:
        assert said.done is None  # the others are still waiting
        return 5

    assert Group(0, 2).after_first(call) == 5
    assert said.done is True
    said = Broadcast(monkeypatch)
    with pytest.raises(ZeroDivisionError):
        Group(0, 2).after_first(lambda: 1 / 0)
    assert said.done is False


def test_the_other_processes_call_it_after_the_first(monkeypatch):
    """Which has downloaded the data by then; if it failed, they exit without calling it."""
    Broadcast(monkeypatch, done=True)
    assert Group(1, 2).after_first(lambda: 5) == 5
    Broadcast(monkeypatch, done=False)
    with pytest.raises(SystemExit) as stop:
        Group(1, 2).after_first(lambda: 5)
    assert stop.value.code == 2

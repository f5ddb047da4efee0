"""The share of a batch that each process computes, and training without a group."""

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
        alone.barrier()
        assert torch.equal(tensor, torch.ones(3))
        assert not torch.distributed.is_initialized()

"""A run that is killed, and resumed in another process."""

from tests.processes import Forked
from train.engine.checkpoint import CHECKPOINT

RECIPE = (
    *("--validation-size", 50, "--outliers", 20, "--copies", 1, "--styles", 10),
    *("--epochs", 12, "--device", "cpu"),
)


def test_a_killed_run_is_resumed(start, small_data, tmp_path):
    """kill -9 after a few epochs; the resumed run ends with the weights of an uninterrupted one."""

    def train(folder, *options) -> Forked:
        return start("--data-dir", small_data, "--output", folder, *options)

    folder, whole = tmp_path / "run", tmp_path / "whole"
    uninterrupted, process = train(whole, *RECIPE), train(folder, *RECIPE)
    process.until("epoch", 4)
    assert process.kill() == -9
    assert {path.name for path in folder.iterdir() if path.suffix != ".part"} == {CHECKPOINT}
    last = train(folder, "--resume")
    assert last.wait() == 0, last.errors
    assert "; resuming after epoch " in last.printed
    assert uninterrupted.wait() == 0, uninterrupted.errors
    for name in ("model.safetensors", "config.json"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()
    assert {path.name for path in folder.iterdir()} == {path.name for path in whole.iterdir()}

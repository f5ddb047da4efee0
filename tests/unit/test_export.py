"""python -m train export: other runtimes compute what PyTorch does, and bad input is one line."""

# ruff: noqa: F811  (fixtures that are imported, and requested by their names)

import json
import re
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from lenet import NETWORKS, preprocess
from lenet.rejection import energy
from lenet.weights.model import bundled, load_weights
from tests.fixtures.publishing import REPO, failure, files_of, hub, metadata_of, publish, run  # noqa: F401
from tests.matches import matched
from train.__main__ import main
from train.export import command
from train.export.check import TOLERANCE, Converted
from train.export.formats import FORMATS, Format
from train.export.outputs import Outputs

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

OUTPUTS = (  # of the layers of `tutorial`, which has no activation function in S2 and S4
    *("c1_preactivation", "c1", "s2", "c3_preactivation", "c3", "s4"),
    *("c5_preactivation", "c5", "f6_preactivation", "f6", "output"),
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> dict[str, Path]:
    """A file in each format, of the network that takes least time; tests/system exports the other two."""
    folder = tmp_path_factory.mktemp("exported")
    return {
        name: command.export(bundled("tutorial"), name, folder / f"model{FORMATS[name].suffix}") for name in FORMATS
    }


@pytest.fixture(scope="module")
def ink() -> np.ndarray:
    """The page's ten examples."""
    return np.stack([preprocess(draw(example["strokes"]))[None] for example in EXAMPLES])


@pytest.fixture
def made(monkeypatch):
    """Replace the conversion to ONNX: its content, and what it computes from what PyTorch computes."""

    def replace(change=lambda outputs: outputs, content: bytes = b"onnx"):
        def load(_content: bytes):
            outputs = Outputs(load_weights(bundled())).eval()

            def run(ink: np.ndarray) -> dict[str, np.ndarray]:
                with torch.inference_mode():
                    return change({name: values.numpy() for name, values in outputs(torch.from_numpy(ink)).items()})

            return run

        monkeypatch.setitem(FORMATS, "onnx", Format(".onnx", lambda _weights: content, load))

    return replace


def test_onnx_runtime_computes_the_same(exported, ink):
    """Every layer before and after its activation, probabilities and energy, for any number of drawings."""
    import onnx
    import onnxruntime

    path, weights = exported["onnx"], load_weights(bundled("tutorial"))
    session = onnxruntime.InferenceSession(path)
    names = [output.name for output in session.get_outputs()]
    activated = weights.model.activated
    assert names == [*OUTPUTS, "probabilities", "energy"]
    assert [(one.name, one.shape) for one in session.get_inputs()] == [("ink", ["batch", 1, 32, 32])]
    for some in (ink, ink[:1]):
        found = dict(zip(names, map(np.asarray, session.run(names, {"ink": some})), strict=True))
        for name, values in weights.model.compute(some).items():
            if name in activated:
                before = torch.from_numpy(found[f"{name}_preactivation"])
                np.testing.assert_allclose(weights.model.activation(before).numpy(), values, atol=1e-5)
            if name != "input":
                np.testing.assert_allclose(found[name], values, atol=1e-5, rtol=1e-5)
        expected = weights.calibration.probabilities(found["output"])
        np.testing.assert_allclose(found["probabilities"], expected, atol=1e-6)
        np.testing.assert_allclose(found["energy"], energy(found["output"]), rtol=1e-5)
    about = session.get_modelmeta().custom_metadata_map
    assert (about["variant"], about["activation"]) == ("tutorial", "ReLU")
    assert float(about["max_energy"]) == weights.calibration.max_energy
    assert float(about["temperature"]) == weights.calibration.temperature
    model = onnx.load(path)
    assert (model.ir_version <= 10, [entry.version for entry in model.opset_import]) == (True, [18])  # 1.20 reads them
    tensors = {tensor.name for tensor in model.graph.initializer}
    assert {name for name in weights.model.state_dict() if name[:2] in ("c1", "c3", "c5", "f6")} <= tensors
    assert b".py" not in path.read_bytes()  # paths of the machine that it was made on


def test_a_program_computes_the_same(exported, ink):
    """PyTorch runs what it has loaded from the file alone, for any number of drawings."""
    path, weights = exported["torch-export"], load_weights(bundled("tutorial"))
    extra = {"metadata.json": ""}
    program = torch.export.load(path, extra_files=extra).module()
    for some in (ink, ink[:1]):
        found = program(torch.from_numpy(some))
        for name, values in weights.model.compute(some).items():
            if name != "input":
                np.testing.assert_allclose(found[name].detach().numpy(), values, atol=1e-5, rtol=1e-5)
    assert json.loads(extra["metadata.json"])["variant"] == "tutorial"
    assert b".py" not in path.read_bytes()


def test_the_documented_code_runs(exported, tmp_path, monkeypatch, capsys):
    """That of docs/export.md, literally, in a folder with the files; its ONNX Runtime reads a 7."""
    for path in exported.values():
        shutil.copy(path, tmp_path)
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / "docs/export.md").read_text(), re.DOTALL)
    assert len(snippets) == 2
    for snippet in snippets:
        exec(snippet, {})
    assert capsys.readouterr().out == "7\n"


def test_the_file_is_written_beside_the_weights(made, run, tmp_path, capsys):
    """Or to --output; the largest difference is printed, and an existing file kept unless --force is given."""

    def shifted(outputs: dict) -> dict:
        return {**outputs, "s2": outputs["s2"] + 5e-5}

    made(shifted)
    folder = shutil.copytree(run, tmp_path / "run")
    assert main(["export", str(folder)]) == 0
    printed = capsys.readouterr()
    assert printed.out == (
        f"4 bytes, largest difference from PyTorch 5.0e-05 (s2)\nwritten to {folder / 'model.onnx'}\n"
    )
    assert (folder / "model.onnx").read_bytes() == b"onnx"
    made(content=b"again")
    assert main(["export", str(folder), "--format", "onnx"]) == 2
    assert f"{folder / 'model.onnx'} exists: choose another file with --output" in capsys.readouterr().err
    assert (folder / "model.onnx").read_bytes() == b"onnx"
    assert main(["export", str(folder), "--force"]) == 0
    assert main(["export", str(folder), "--output", str(tmp_path / "other.onnx")]) == 0
    assert (folder / "model.onnx").read_bytes() == (tmp_path / "other.onnx").read_bytes() == b"again"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda outputs: {**outputs, "c3": outputs["c3"] + 2 * TOLERANCE}, "by 2.0e-04 in c3, more than"),
        (lambda outputs: {**outputs, "f6": outputs["f6"] * np.nan}, "by nan in f6, more than"),
        (lambda outputs: {**outputs, "c5": outputs["c5"][..., None]}, "by inf in c5, more than"),
        (lambda outputs: {name: outputs[name] for name in outputs if name != "energy"}, "by inf in energy, more than"),
    ],
)
def test_what_computes_something_else_is_not_written(change, said, made, tmp_path, error_of):
    """Another number, NaN, another shape or a missing output: one line with where and how much, and no file."""
    made(change)
    message = error_of("export", bundled(), "--output", tmp_path / "model.onnx")
    assert said in message
    assert message.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_failure_of_the_exporter_is_one_line(made, tmp_path, error_of):
    """Whatever it raises, with the versions of the packages that may not fit each other; no file is left."""

    def fails(_outputs: dict):
        raise RuntimeError("no such operator\nin this version")

    made(fails)
    message = error_of("export", bundled(), "--output", tmp_path / "model.onnx")
    assert f"the network cannot be exported by torch {version('torch')}, onnx " in message
    assert message.endswith(": no such operator in this version\n")
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_one_line(made, tmp_path, error_of):
    """An unknown format, a folder without weights, and files that cannot be written; nothing is left."""
    made()
    assert "invalid choice: 'tflite' (choose from" in error_of("export", bundled(), "--format", "tflite")
    (tmp_path / "folder").mkdir()
    for arguments, said in (
        ((tmp_path,), f"{tmp_path} has no config.json: a model folder needs"),
        ((tmp_path / "none",), f"folder not found: {tmp_path / 'none'}"),
        ((bundled(), "--output", tmp_path / "folder"), "folder is a folder: --output is the file to write"),
        ((bundled(), "--output", tmp_path / "none/x.onnx"), f"cannot be written: there is no folder {tmp_path}/none"),
        ((bundled(), "--output", tmp_path / ("x" * 253)), "cannot be written: File name too long"),
    ):
        message = error_of("export", *arguments)
        assert said in message
        assert message.count("\n") == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_folder_that_cannot_be_written_to_is_told_first(monkeypatch, error_of):
    """Before the network is converted."""
    monkeypatch.setattr("train.export.command.converted", None)
    assert "/proc/x.onnx cannot be written: " in error_of("export", bundled(), "--output", "/proc/x.onnx")


@pytest.mark.parametrize("name", ["onnx", "onnxscript", "onnxruntime"])
def test_missing_packages_are_named(name, tmp_path, monkeypatch, error_of, run, capsys):
    """By `export`; `publish` goes on without them, and says so in one line."""
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.chdir(tmp_path)
    said = "ONNX needs more packages: pip install onnx onnxscript onnxruntime"
    assert error_of("export", run) == f"train: {said}\n"
    assert main(["publish", str(run), "--repo", REPO, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert f"without model.onnx: {said}\n" in printed
    assert "bytes in 10 files" in printed
    assert "onnx" not in next(tmp_path.rglob("README.md")).read_text()


def test_an_onnx_model_is_published_and_the_code_on_the_card_runs(hub, run, exported, tmp_path, monkeypatch, capsys):
    """The three lines, literally, in a folder with the published file; a later run without one removes it."""
    content = exported["onnx"].read_bytes()
    monkeypatch.setattr("train.publish.model.converted", lambda _weights, _name: Converted(content, 1e-6, "c3"))
    assert main(["publish", str(run), "--repo", REPO]) == 0
    printed = capsys.readouterr().out
    assert f"model.onnx: {len(content):,} bytes, largest difference from PyTorch 1.0e-06 (c3)\n" in printed
    assert files_of(hub)["model.onnx"] == content
    (tmp_path / "README.md").write_bytes(files_of(hub)["README.md"])
    (tmp_path / "model.onnx").write_bytes(files_of(hub)["model.onnx"])
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    assert "onnx" in metadata_of(tmp_path / "README.md")["tags"]
    code = matched(r"```python\n([^`]*onnxruntime[^`]*)```", (tmp_path / "README.md").read_text())
    assert len(code.splitlines()) == 3
    exec(code, {})
    shown = [float(number) for number in re.findall(r"\d\.\d+(?:e-\d+)?", capsys.readouterr().out)]
    assert (len(shown), np.argmax(shown)) == (10, 7)
    assert publish(run) == 0
    assert "model.onnx" not in files_of(hub)


def test_a_model_that_differs_is_not_published(hub, run, made, error_of):
    """One line says how to publish without it; nothing is requested or left."""
    made(lambda outputs: {**outputs, "c3": outputs["c3"] + 1})
    said = error_of("publish", run, "--repo", REPO)
    assert "in c3, more than the tolerance of 0.0001; nothing was written; --no-onnx publishes without" in said
    assert hub.requests == []
    assert not any(Path("build/publish").glob("*"))


def test_without_a_threshold_the_file_has_none():
    """An uncalibrated network rejects nothing."""
    from lenet.weights.model import Weights
    from train.export.formats import metadata

    about = metadata(Weights(NETWORKS["tutorial"]()))
    assert about == {"architecture": "LeNet5", "variant": "tutorial", "activation": "ReLU", "temperature": "1.0"}

"""python -m train export in a process of its own: the networks and formats that tests/unit does not export."""

import numpy as np
import torch

from harness.drawings import EXAMPLES, draw
from lenet import preprocess
from lenet.weights.model import bundled, load_weights
from train.__main__ import main

VARIANTS = ("textbook", "original")


def export_each(folder) -> int:
    """Export the networks in both formats; the sum of the exit codes."""
    return sum(
        main(["export", str(bundled(variant)), "--format", name, "--output", str(folder / f"{variant}.{name}")])
        for variant in VARIANTS
        for name in ("onnx", "torch-export")
    )


def test_the_other_networks_are_exported(tmp_path, fork):
    """ONNX Runtime and a program loaded from the file compute every layer as PyTorch does, for ten drawings."""
    import onnxruntime

    process = fork(export_each, tmp_path)
    assert (process.wait(), process.errors) == (0, "")
    assert process.printed.count("largest difference from PyTorch") == 4
    ink = np.stack([preprocess(draw(example["strokes"]))[None] for example in EXAMPLES])
    for variant in VARIANTS:
        expected = load_weights(bundled(variant)).model.compute(ink)
        del expected["input"]
        session = onnxruntime.InferenceSession(tmp_path / f"{variant}.onnx")
        program = torch.export.load(str(tmp_path / f"{variant}.torch-export")).module()
        with torch.inference_mode():
            from_program = program(torch.from_numpy(ink))
        for (name, values), found in zip(expected.items(), session.run([*expected], {"ink": ink}), strict=True):
            np.testing.assert_allclose(np.asarray(found), values, atol=1e-5, rtol=1e-5)
            np.testing.assert_allclose(from_program[name].numpy(), values, atol=1e-5, rtol=1e-5)
        assert session.get_modelmeta().custom_metadata_map["variant"] == variant

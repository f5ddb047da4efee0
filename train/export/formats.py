"""The formats: how a network is converted to each, and run again as any user would run the file."""

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import torch

from lenet.weights.model import ARCHITECTURE, Weights
from train.errors import CommandError
from train.export.outputs import INPUT, Outputs, example

if TYPE_CHECKING:
    import onnx

OPSET = 18  # ONNX Runtime has read it since 1.14, and onnxruntime-web runs all of its operators that are used here
PACKAGES = ("onnx", "onnxscript", "onnxruntime")  # the extra `onnx`; PyTorch's exporter needs onnxscript
DESCRIPTION = "Ink in [0, 1], 1 where the pen was: float32, shape (N, 1, 32, 32). Not a digit if energy > max_energy."
METADATA = "metadata.json"  # in a program of torch.export


class MissingPackageError(CommandError):
    """The packages that a format needs are not installed."""


@dataclass(frozen=True)
class Format:
    """A format of files with the suffix.

    convert: the content of a file. Raises MissingPackageError.
    load: from the content, a function from ink to all outputs by name, as NumPy arrays.
    """

    suffix: str
    convert: Callable[[Weights], bytes]
    load: Callable[[bytes], Callable[[np.ndarray], dict[str, np.ndarray]]]


def metadata(weights: Weights) -> dict[str, str]:
    """What a file says about itself. Without `max_energy`, no input is rejected."""
    model, calibration = weights.model, weights.calibration
    values = {
        "architecture": ARCHITECTURE,
        "variant": model.variant,
        "activation": str(model.activation),
        "temperature": repr(calibration.temperature),
    }
    return values if calibration.max_energy is None else {**values, "max_energy": repr(calibration.max_energy)}


def to_onnx(weights: Weights) -> bytes:
    """The network as an ONNX model, by PyTorch's exporter."""
    _check_packages()
    import onnx

    outputs = Outputs(weights).eval()
    with _quiet():
        program = torch.onnx.export(
            outputs,
            (example(),),
            input_names=[INPUT],
            output_names=list(outputs(example())),
            opset_version=OPSET,
            dynamic_shapes={INPUT: {0: "batch"}},
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _forget_origin(model)
    _name_weights(model.graph)
    model.doc_string = DESCRIPTION
    model.graph.name = f"{ARCHITECTURE}-{weights.model.variant}"
    onnx.helper.set_model_props(model, metadata(weights))
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def load_onnx(content: bytes) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """The model in ONNX Runtime, on the CPU."""
    _check_packages()
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda ink: dict(zip(names, map(np.asarray, session.run(names, {INPUT: ink})), strict=True))


def to_program(weights: Weights) -> bytes:
    """The network as a program of torch.export, which returns a dict of the outputs."""
    with _quiet():
        shapes = {INPUT: {0: torch.export.Dim("batch")}}
        program = torch.export.export(Outputs(weights).eval(), (example(),), dynamic_shapes=shapes)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # paths of this machine
    buffer = io.BytesIO()
    torch.export.save(program, buffer, extra_files={METADATA: json.dumps(metadata(weights))})
    return buffer.getvalue()


def load_program(content: bytes) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """The program, run by PyTorch without the code of this project."""
    module = torch.export.load(io.BytesIO(content)).module()

    def run(ink: np.ndarray) -> dict[str, np.ndarray]:
        with torch.inference_mode():
            return {name: values.numpy() for name, values in module(torch.from_numpy(ink)).items()}

    return run


FORMATS = {
    "onnx": Format(".onnx", to_onnx, load_onnx),
    "torch-export": Format(".pt2", to_program, load_program),
}


def _check_packages() -> None:
    """Raise MissingPackageError if one of PACKAGES cannot be imported."""
    try:
        for package in PACKAGES:
            import_module(package)
    except ImportError as error:
        raise MissingPackageError(f"ONNX needs more packages: pip install {' '.join(PACKAGES)}") from error


def _forget_origin(model: "onnx.ModelProto") -> None:
    """Remove what the exporter notes about the code: stack traces with paths of this machine, for one."""
    for item in (*model.graph.node, *model.graph.value_info, *model.graph.initializer):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    for item in (model, model.graph, *model.graph.input, *model.graph.output):
        item.ClearField("metadata_props")
    model.producer_version = model.producer_version.split("+")[0]  # the same file from all builds of PyTorch


def _name_weights(graph: "onnx.GraphProto") -> None:
    """Name the tensors as in model.safetensors, also the kernels that the exporter has computed of sparse ones."""
    names = {tensor.name: tensor.name.removeprefix("network.") for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv":
            _ink, weight, bias = node.input
            names[weight] = names[bias].removesuffix("bias") + "weight"
    for tensor in graph.initializer:
        tensor.name = names[tensor.name]
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what PyTorch's exporters warn of and log about themselves; what counts is the check that follows."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)

"""A network as data: what the browser builds its copy from. Layers, sizes, activations, connections and calibration.

The weights are not part of it: they are the tensors of model.safetensors, by the names of the layers.
"""

from torch import nn

from lenet.networks.base import Network
from lenet.networks.original import RadialBasis, SparseConvolution, Subsampling
from lenet.networks.summary import layers
from lenet.rejection import Calibration


def describe(model: Network, calibration: Calibration) -> dict:
    """The network as JSON: normalization, activation function, calibration, and a dict for each layer after the input.

    Each layer has its `name`, `kind`, output `shape`, and whether its output is `activated`; a sparse convolution has
    the paper's `table`, and an RBF layer its `centers`.
    """
    rows = layers(model)
    return {
        "variant": model.variant,
        "mean": model.mean,
        "std": model.std,
        "border": model.border,
        "activation": model.activation.as_dict(),
        "temperature": calibration.temperature,
        "max_energy": calibration.max_energy,
        "layers": [
            {
                "name": row.name,
                "shape": list(row.shape),
                "activated": row.name in model.activated,
                **_kind(getattr(model, row.name)),
            }
            for row in rows
            if row.name != "input"
        ],
    }


def _kind(module: nn.Module) -> dict:
    match module:
        case nn.Conv2d():
            return {"kind": "convolution", "size": module.kernel_size[0]}
        case SparseConvolution():
            return {
                "kind": "sparse convolution",
                "size": module.seen.shape[-1],
                "table": [r.nonzero().flatten().tolist() for r in module.seen[:, :, 0, 0]],
            }
        case Subsampling():
            return {"kind": "subsampling", "size": 2}
        case nn.AvgPool2d():
            return {"kind": "average pooling", "size": module.kernel_size}
        case nn.MaxPool2d():
            return {"kind": "max pooling", "size": module.kernel_size}
        case nn.Linear():
            return {"kind": "fully connected"}
        case RadialBasis():
            return {"kind": "RBF", "centers": module.centers.int().tolist()}
    raise TypeError(f"no description for a {type(module).__name__}")

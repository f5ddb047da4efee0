"""A network as data: what the browser builds its copy from. Layers, sizes, activations, connections and calibration.

The weights are not part of it: they are the tensors of model.safetensors, by the names of the layers.
"""

from lenet.networks.base import Network
from lenet.networks.summary import layers
from lenet.rejection import Calibration


def describe(model: Network, calibration: Calibration) -> dict:
    """The network as JSON: normalization, activation, calibration, loss, and a dict for each layer after the input.

    Each layer has its `name`, `kind`, output `shape`, and whether its output is `activated`; a sparse convolution has
    the paper's `table`, and an RBF layer its `centers`.
    """
    return {
        "variant": model.variant,
        "mean": model.mean,
        "std": model.std,
        "border": model.border,
        "activation": model.activation.as_dict(),
        "temperature": calibration.temperature,
        "max_energy": calibration.max_energy,
        "outlier_score": model.outlier_score,
        "layers": [
            {
                "name": row.name,
                "shape": list(row.shape),
                "activated": bool(row.activation),
                "kind": row.about.kind,
                **row.about.data,
            }
            for row in layers(model)
            if row.name != "input"
        ],
    }

"""Each kind of layer, described once: in numbers, as a formula, and as the data from which the browser computes it.

A new kind of layer is a function here, a case in `describe_layer`, and its words in `lenet/page/article/layers.md`. In
the formulas, `a` is the activation function.
"""

from dataclasses import dataclass, field
from typing import Any

from torch import nn

from lenet.networks.base import Network
from lenet.networks.mathml import fraction, math, power, sub, tokens, total
from lenet.networks.original import RadialBasis, SparseConvolution, Subsampling


@dataclass(frozen=True)
class Description:
    """What there is to say about a layer.

    kind: the name by which the browser knows how to compute it; "" for the input.
    summary: what it computes, "convolution 5x5"; the activation function is added by `lenet.networks.summary`.
    formula: MathML.
    count: how its parameters are counted, "6 x (5x5 + 1)".
    does: the layer's part of a sentence of the page, where that depends on the kind.
    data: what the browser needs besides the weights, as JSON.
    """

    kind: str
    summary: str
    formula: str
    count: str = "no parameters"
    does: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def describe_layer(network: Network, name: str) -> Description:
    """The description of a layer of the network, or of its "input". Raises TypeError for an unknown kind of layer."""
    match getattr(network, name, None):
        case None if name == "input":
            return _input()
        case nn.Conv2d() as layer:
            return _convolution(name, layer)
        case SparseConvolution() as layer:
            return _sparse_convolution(layer)
        case Subsampling() as layer:
            return _subsampling(layer)
        case nn.AvgPool2d() as layer:
            return _average_pooling(layer)
        case nn.MaxPool2d() as layer:
            return _max_pooling(layer)
        case nn.Linear() as layer:
            return _fully_connected(name, layer)
        case RadialBasis() as layer:
            return _radial_basis(layer)
        case other:
            raise TypeError(f"no description for {name}, a {type(other).__name__}")


def _input() -> Description:
    return Description(
        kind="",
        summary="preprocessed image",
        formula=math(tokens("y ="), fraction(tokens("x - mean"), "<mtext>standard deviation</mtext>")),
    )


CONVOLUTION = math(tokens("y = a ( b +"), total("<mtext>maps, 5x5</mtext>"), tokens("w &middot; x )"))


def _convolution(name: str, layer: nn.Conv2d) -> Description:
    kernel = "x".join(str(side) for side in layer.kernel_size)
    inputs = f"{layer.in_channels}x" if layer.in_channels > 1 else ""
    return Description(
        kind="convolution",
        summary=f"convolution {kernel}",
        formula=CONVOLUTION,
        count=f"{layer.out_channels} x ({inputs}{kernel} + 1)",
        does="all six" if name == "c3" else "",
        data={"size": layer.kernel_size[0]},
    )


def _sparse_convolution(layer: SparseConvolution) -> Description:
    kernel = "x".join(str(side) for side in layer.seen.shape[2:])
    return Description(
        kind="sparse convolution",
        summary=f"convolution {kernel}, sparse (table I)",
        formula=CONVOLUTION,
        count=f"{len(layer.weight)} + {len(layer.bias)}",
        does="three, four or six",
        data={
            "size": layer.seen.shape[-1],
            "table": [maps.nonzero().flatten().tolist() for maps in layer.seen[:, :, 0, 0]],
        },
    )


def _four(operator: str) -> str:
    return f"<mo>{operator}</mo>".join(sub("x", index) for index in "1234")


def _subsampling(layer: Subsampling) -> Description:
    return Description(
        kind="subsampling",
        summary="subsampling 2x2, trainable coefficient and bias",
        formula=math(tokens("y = a ( b + c &middot; ("), _four("+"), tokens(") )")),
        count=f"{len(layer.bias)} x (1 + 1)",
        does="sums up",
        data={"size": 2},
    )


def _average_pooling(layer: nn.AvgPool2d) -> Description:
    return Description(
        kind="average pooling",
        summary=f"average pooling {layer.kernel_size}x{layer.kernel_size}",
        formula=math(tokens("y ="), fraction(_four("+"), tokens("4"))),
        does="averages",
        data={"size": layer.kernel_size},
    )


def _max_pooling(layer: nn.MaxPool2d) -> Description:
    return Description(
        kind="max pooling",
        summary=f"max pooling {layer.kernel_size}x{layer.kernel_size}",
        formula=math(tokens("y = max ("), _four(","), tokens(")")),
        does="takes the largest of",
        data={"size": layer.kernel_size},
    )


def _share(index: str) -> str:
    return power(tokens("e"), sub("s", index) + tokens("/ T"))


SOFTMAX = math(sub("p", "i"), tokens("="), fraction(_share("i"), total(tokens("j")) + _share("j")))


def _fully_connected(name: str, layer: nn.Linear) -> Description:
    formula = math(tokens("y = a ( b +"), total(tokens("i")), sub("w", "i"), sub("x", "i"), tokens(")"))
    is_output = name == "output"
    return Description(
        kind="fully connected",
        summary="fully connected",
        formula=SOFTMAX if is_output else formula,
        count=f"{layer.out_features} x ({layer.in_features} + 1)",
        does="each digit's score is a weighted sum of F6. Softmax turns scores into probabilities."
        if is_output
        else "",
    )


def _radial_basis(layer: RadialBasis) -> Description:
    difference = tokens("(") + sub("x", "j") + tokens("-") + sub("c", "i j") + tokens(")")
    distance = math(sub("s", "i"), tokens("= -"), total(tokens("j")), power(difference, tokens("2")))
    return Description(
        kind="RBF",
        summary="RBF: negative squared distance to the digit's bitmap",
        formula=distance + " " + SOFTMAX,
        does="the distance between F6 and each digit's bitmap. The closest one wins.",
        data={"centers": layer.centers.int().tolist()},
    )

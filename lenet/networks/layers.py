"""Each kind of layer, described once: in words, in numbers, and as the data from which the browser computes it.

A new kind of layer is a function here and a case in `describe_layer`. The words are for readers who see a convolutional
network for the first time: what a layer does, why LeNet-5 has it, and what networks do today. In the formulas, `a` is
the activation function.
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
    caption: in a sentence, what for.
    words: a few sentences, in paragraphs.
    formula: MathML.
    count: how its parameters are counted, "6 x (5x5 + 1)".
    tour: the layer's part of a sentence of the guided tour, where that depends on the kind.
    data: what the browser needs besides the weights, as JSON.
    """

    kind: str
    summary: str
    caption: str
    words: tuple[str, ...]
    formula: str
    count: str = "no parameters"
    tour: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def describe_layer(network: Network, name: str) -> Description:
    """The description of a layer of the network, or of its "input". Raises TypeError for an unknown kind of layer."""
    match getattr(network, name, None):
        case None if name == "input":
            return _input()
        case nn.Conv2d() as layer:
            return _convolution(network, name, layer)
        case SparseConvolution() as layer:
            return _sparse_convolution(layer)
        case Subsampling() as layer:
            return _subsampling(layer)
        case nn.AvgPool2d() as layer:
            return _average_pooling(layer)
        case nn.MaxPool2d() as layer:
            return _max_pooling(layer)
        case nn.Linear() as layer:
            return _fully_connected(network, name, layer)
        case RadialBasis() as layer:
            return _radial_basis(layer)
        case other:
            raise TypeError(f"no description for {name}, a {type(other).__name__}")


def _input() -> Description:
    return Description(
        kind="",
        summary="preprocessed image",
        caption="Preprocessed like MNIST: the longer side 20 pixels, centered by its center of mass; then normalized.",
        words=(
            "Your drawing is cropped, scaled so that its longer side is 20 pixels, and moved so that its center of "
            "mass is in the middle of 32x32 pixels, as was done with the digits that the network learned from. Then "
            "the mean of all training pixels is subtracted, and the result divided by their standard deviation. In "
            "1998, paper was -0.1 and full ink 1.175, for the same purpose.",
            "The frame is larger than any digit, so that the ends of strokes can be in the middle of what a unit of "
            "C3 sees. Networks of today pad each layer with zeros instead.",
        ),
        formula=math(tokens("y ="), fraction(tokens("x - mean"), "<mtext>standard deviation</mtext>")),
    )


CONVOLUTION = math(tokens("y = a ( b +"), total("<mtext>maps, 5x5</mtext>"), tokens("w &middot; x )"))


def _convolution(network: Network, name: str, layer: nn.Conv2d) -> Description:
    kernel = "x".join(str(side) for side in layer.kernel_size)
    inputs = f"{layer.in_channels}x" if layer.in_channels > 1 else ""
    tour = ""
    match name:
        case "c1":
            side = 28 - 2 * network.border
            caption = "Each kernel responds to one kind of stroke or edge, anywhere in the input."
            words = (
                f"Each map slides one 5x5 kernel over the image and asks at each of {side}x{side} positions: how much "
                "does this look like my kernel? All positions share 25 weights and a bias, so six maps need only 156 "
                "parameters, and a stroke is found wherever it is.",
                f"The kernels were learned, not designed. {network.activation.in_words} Networks of today begin in the "
                "same way, with more maps, smaller kernels, usually 3x3, and ReLU.",
            )
        case "c3":
            tour = "all six"
            caption = "Each map combines all six maps of S2 into parts of digits."
            words = (
                "A unit looks at the same 5x5 positions of all six maps of S2 at once, so it can respond to a "
                "combination: a corner, a crossing, the end of a line.",
                "The network of 1998 connects each map to three, four or six maps of S2 only (1,516 parameters), so "
                "that the maps have to differ, and to save computation. Most later versions connect all of them, as "
                "this one does (2,416 parameters); many diagrams still show the table of 1998 beside this number.",
            )
        case "c5":
            own, everything = (sum(p.numel() for p in module.parameters()) for module in (layer, network))
            caption = "Each unit sees the whole digit. The order of the units has no meaning."
            words = (
                f"Each of the 120 units is connected to everything in S4: it sees the whole digit. {own:,} of the "
                f"network's {everything:,} parameters are here. The order of the units has no meaning; they are shown "
                "as a grid to save room.",
                "C5 is a convolution, although it looks fully connected: on a wider image, with several digits, it "
                "would have maps larger than 1x1. Networks of today usually average each map here, which takes no "
                "parameters.",
            )
        case _:
            raise TypeError(f"no description for a convolution {name}")
    return Description(
        kind="convolution",
        summary=f"convolution {kernel}",
        caption=caption,
        words=words,
        formula=CONVOLUTION,
        count=f"{layer.out_channels} x ({inputs}{kernel} + 1)",
        tour=tour,
        data={"size": layer.kernel_size[0]},
    )


def _sparse_convolution(layer: SparseConvolution) -> Description:
    kernel = "x".join(str(side) for side in layer.seen.shape[2:])
    return Description(
        kind="sparse convolution",
        summary=f"convolution {kernel}, sparse (table I)",
        caption="Each map combines three, four or six maps of S2 into parts of digits.",
        words=(
            "A unit looks at the same 5x5 positions of several maps of S2 at once, so it can respond to a combination: "
            "a corner, a crossing, the end of a line. Each map is connected to three, four or six maps of S2 only, "
            "given by table I of the paper.",
            "So the maps have to differ, since they see different things, and computation is saved. Later networks "
            "connect all maps; grouped convolutions have brought the idea back.",
        ),
        formula=CONVOLUTION,
        count=f"{len(layer.weight)} + {len(layer.bias)}",
        tour="three, four or six",
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
        caption="Sums each 2x2 block, then applies a coefficient and a bias per map: half the resolution.",
        words=(
            "Each block of 2x2 values is summed, multiplied by a coefficient and added to a bias; both are learned, "
            "one pair per map. The blocks do not overlap: the step, or stride, is 2. The map becomes half as wide and "
            "high, and a small shift of the stroke changes little.",
            "Networks of today take the largest value of the block (max pooling), or use convolutions with a stride of "
            "2.",
        ),
        formula=math(tokens("y = a ( b + c &middot; ("), _four("+"), tokens(") )")),
        count=f"{len(layer.bias)} x (1 + 1)",
        tour="sums up",
        data={"size": 2},
    )


def _average_pooling(layer: nn.AvgPool2d) -> Description:
    return Description(
        kind="average pooling",
        summary=f"average pooling {layer.kernel_size}x{layer.kernel_size}",
        caption="Averages each 2x2 block: half the resolution, and less sensitive to the exact position.",
        words=(
            "Each block of 2x2 values becomes their average. The blocks do not overlap: the step, or stride, is 2, not "
            "1 as some articles have it. The map becomes half as wide and high, and a small shift of the stroke "
            "changes little.",
            "In the network of 1998, the sum of the block is multiplied by a learned coefficient, added to a bias, and "
            "squashed: 12 parameters in S2 and 32 in S4. Networks of today take the largest value (max pooling), or "
            "use convolutions with a stride of 2.",
        ),
        formula=math(tokens("y ="), fraction(_four("+"), tokens("4"))),
        tour="averages",
        data={"size": layer.kernel_size},
    )


def _max_pooling(layer: nn.MaxPool2d) -> Description:
    return Description(
        kind="max pooling",
        summary=f"max pooling {layer.kernel_size}x{layer.kernel_size}",
        caption="Keeps the largest value of each 2x2 block: half the resolution, and less sensitive to the position.",
        words=(
            "Each block of 2x2 values becomes its largest value. The blocks do not overlap: the step, or stride, is 2. "
            "The map becomes half as wide and high, and a small shift of the stroke changes little.",
            "LeNet-5 did not do this: it summed, with a learned coefficient and bias, and squashed the result. Max "
            "pooling became common ten years later.",
        ),
        formula=math(tokens("y = max ("), _four(","), tokens(")")),
        tour="takes the largest of",
        data={"size": layer.kernel_size},
    )


def _share(index: str) -> str:
    return power(tokens("e"), sub("s", index) + tokens("/ T"))


SOFTMAX = math(sub("p", "i"), tokens("="), fraction(_share("i"), total(tokens("j")) + _share("j")))


def _fully_connected(network: Network, name: str, layer: nn.Linear) -> Description:
    formula = math(tokens("y = a ( b +"), total(tokens("i")), sub("w", "i"), sub("x", "i"), tokens(")"))
    tour = ""
    match name:
        case "f6" if isinstance(network.output, RadialBasis):
            caption = "Each unit combines all units of C5; together they form a 7x12 bitmap."
            words = (
                "Each unit is a weighted sum of the 120 units of C5. There are 84 of them because they form a picture: "
                "for each digit they should take the values of a bitmap of 7x12 pixels, so here the arrangement has a "
                "meaning.",
                "Similar characters have similar bitmaps, which was meant to help with whole texts. Networks of today "
                "learn their last layer without such a picture.",
            )
        case "f6":
            caption = "Each unit combines all units of C5. The order of the units has no meaning."
            words = (
                "Each unit is a weighted sum of the 120 units of C5: the last step before the decision.",
                "Why 84? In the network of 1998, they form a picture of 7x12 pixels, a stylized drawing of the "
                "character, so that similar characters get similar codes. This version has kept the number, but here "
                "the arrangement has no meaning: any other order would do as well.",
            )
        case "output":
            formula = SOFTMAX
            tour = "each digit's score is a weighted sum of F6. Softmax turns scores into probabilities."
            caption = "Each digit's score is a weighted sum of F6's outputs."
            words = (
                "Each digit's score is a weighted sum of F6. Softmax turns the ten scores into probabilities that add "
                "up to 1: one more point of score multiplies a digit's odds against any other by e to the power 1/T.",
                "T, the temperature, was chosen so that of all answers with 90 % about nine in ten are correct. The "
                "network of 1998 measures distances to bitmaps, of which the smallest wins; today, weighted sums with "
                "softmax are used.",
            )
        case _:
            raise TypeError(f"no description for a fully connected layer {name}")
    return Description(
        kind="fully connected",
        summary="fully connected",
        caption=caption,
        words=words,
        formula=formula,
        count=f"{layer.out_features} x ({layer.in_features} + 1)",
        tour=tour,
    )


def _radial_basis(layer: RadialBasis) -> Description:
    difference = tokens("(") + sub("x", "j") + tokens("-") + sub("c", "i j") + tokens(")")
    distance = math(sub("s", "i"), tokens("= -"), total(tokens("j")), power(difference, tokens("2")))
    return Description(
        kind="RBF",
        summary="RBF: negative squared distance to the digit's bitmap",
        caption="The closer F6 is to a digit's bitmap, the higher its score.",
        words=(
            "Each digit has a fixed bitmap of 7x12 pixels. Its score is the squared distance between F6 and this "
            "bitmap, with a minus sign, so that the closest bitmap has the highest score. Softmax turns the scores "
            "into probabilities that add up to 1.",
            "T, the temperature, was chosen so that of all answers with 90 % about nine in ten are correct. Networks "
            "of today use weighted sums in place of distances.",
        ),
        formula=distance + " " + SOFTMAX,
        tour="the distance between F6 and each digit's bitmap. The closest one wins.",
        data={"centers": layer.centers.int().tolist()},
    )

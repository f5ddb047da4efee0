"""What each layer does, why LeNet-5 has it, and what networks do today: for readers who see one for the first time."""

from html import escape

from torch import nn

from lenet.networks.activation import ReLU
from lenet.networks.base import Network
from lenet.networks.original import RadialBasis, SparseConvolution, Subsampling
from lenet.page.formulas import (
    AVERAGE,
    CONVOLUTION,
    DISTANCE,
    MAXIMUM,
    NORMALIZATION,
    SOFTMAX,
    SUBSAMPLING,
    SUM,
)

PAPER = "LeCun, Bottou, Bengio and Haffner, 1998"
TITLE = "LeNet-5: draw a digit and look inside"
SUMMARY = "Draw a digit, and see what every layer of LeNet-5, the 1998 convolutional network, computes."

DIFFERENCES = {
    "textbook": "average pooling, a C3 that sees all of S2, softmax",
    "tutorial": "ReLU, max pooling, softmax",
    "original": "trainable subsampling, a sparsely connected C3, distances to bitmaps as output",
}
FORMS = {
    "textbook": f"LeNet-5 ({PAPER}) as textbooks simplify it: {DIFFERENCES['textbook']}.",
    "tutorial": f"LeNet-5 ({PAPER}) as today's tutorials build it: {DIFFERENCES['tutorial']}.",
    "original": f"LeNet-5 as in the paper ({PAPER}): {DIFFERENCES['original']}.",
}


def about(model: Network) -> str:
    """A sentence: which network this is."""
    return f"Draw a digit and see what every layer computes. {FORMS[model.variant]}"


def guide(model: Network, server: bool = True) -> str:
    """HTML: how to read the page; `server`: whether one checks the browser's answers."""
    check = (
        " When the pen rests, the server computes it again with PyTorch, and the page says that its answer is checked."
    )
    paragraphs = [
        "6@28x28 means six feature maps of 28x28 values. A parameter is a number that was learned: 6 x (5x5 + 1) = 156 "
        "are six kernels of 5x5 weights with a bias each. Red values are positive, blue ones negative.",
        "The activation function a bends each sum before it goes on; without it, all layers together could do no more "
        f"than a single one. Here it is {model.activation}.",
        "The network has learned from tens of thousands of handwritten digits, most of them MNIST's, by changing its "
        "parameters a little after each few images, in the direction that would have made its answers better. The "
        "paper reports errors of 0.95 % on MNIST, and 0.8 % with distorted copies; the footer has this network's.",
        "That drawings can be rejected is not part of LeNet-5: here, inputs with low scores for all digits are "
        "rejected. The network was trained to give such scores to scribbles.",
        f"All of this is computed in your browser while you draw.{check if server else ''}",
    ]
    return "".join(f"<p>{escape(text)}</p>" for text in paragraphs)


def words(model: Network, name: str) -> str:
    """HTML: a few sentences and the formula of a layer of the network. Raises TypeError for an unknown layer."""
    paragraphs, formula = _words(model, name, getattr(model, name, None))
    return "".join(f"<p>{escape(text)}</p>" for text in paragraphs) + f'<p class="formula">{formula}</p>'


def _squashing(model: Network) -> str:
    if isinstance(model.activation, ReLU):
        return "Their sums go through ReLU; the paper's network squashes them by 1.7159 tanh(2x/3)."
    if model.variant == "original":
        return "Their sums are squashed by 1.7159 tanh(2x/3)."
    return "Their sums are squashed by tanh, the paper's by 1.7159 tanh(2x/3)."


def _words(model: Network, name: str, layer: nn.Module | None) -> tuple[list[str], str]:
    match name, layer:
        case "input", None:
            return [
                "Your drawing is cropped, scaled so that its longer side is 20 pixels, and moved so that its center "
                "of mass is in the middle of 32x32 pixels, as was done with the digits that the network learned "
                "from. Then the mean of all training pixels is subtracted, and the result divided by their standard "
                "deviation. In 1998, paper was -0.1 and full ink 1.175, for the same purpose.",
                "The frame is larger than any digit, so that the ends of strokes can be in the middle of what a unit "
                "of C3 sees. Networks of today pad each layer with zeros instead.",
            ], NORMALIZATION
        case "c1", nn.Conv2d():
            side = 28 - 2 * model.border
            return [
                f"Each map slides one 5x5 kernel over the image and asks at each of {side}x{side} positions: how much "
                "does this look like my kernel? All positions share 25 weights and a bias, so six maps need only 156 "
                "parameters, and a stroke is found wherever it is.",
                f"The kernels were learned, not designed. {_squashing(model)} Networks of today begin in the same "
                "way, with more maps, smaller kernels, usually 3x3, and ReLU.",
            ], CONVOLUTION
        case "c3", SparseConvolution():
            return [
                "A unit looks at the same 5x5 positions of several maps of S2 at once, so it can respond to a "
                "combination: a corner, a crossing, the end of a line. Each map is connected to three, four or six "
                "maps of S2 only, given by table I of the paper.",
                "So the maps have to differ, since they see different things, and computation is saved. Later networks "
                "connect all maps; grouped convolutions have brought the idea back.",
            ], CONVOLUTION
        case "c3", nn.Conv2d():
            return [
                "A unit looks at the same 5x5 positions of all six maps of S2 at once, so it can respond to a "
                "combination: a corner, a crossing, the end of a line.",
                "The network of 1998 connects each map to three, four or six maps of S2 only (1,516 parameters), so "
                "that the maps have to differ, and to save computation. Most later versions connect all of them, as "
                "this one does (2,416 parameters); many diagrams still show the table of 1998 beside this number.",
            ], CONVOLUTION
        case "c5", nn.Conv2d():
            total = sum(parameter.numel() for parameter in model.parameters())
            own = sum(parameter.numel() for parameter in layer.parameters())
            return [
                f"Each of the 120 units is connected to everything in S4: it sees the whole digit. {own:,} of the "
                f"network's {total:,} parameters are here. The order of the units has no meaning; they are shown as a "
                "grid to save room.",
                "C5 is a convolution, although it looks fully connected: on a wider image, with several digits, it "
                "would have maps larger than 1x1. Networks of today usually average each map here, which takes no "
                "parameters.",
            ], CONVOLUTION
        case "f6", nn.Linear() if isinstance(model.output, RadialBasis):
            return [
                "Each unit is a weighted sum of the 120 units of C5. There are 84 of them because they form a picture: "
                "for each digit they should take the values of a bitmap of 7x12 pixels, so here the arrangement has a "
                "meaning.",
                "Similar characters have similar bitmaps, which was meant to help with whole texts. Networks of today "
                "learn their last layer without such a picture.",
            ], SUM
        case "f6", nn.Linear():
            return [
                "Each unit is a weighted sum of the 120 units of C5: the last step before the decision.",
                "Why 84? In the network of 1998, they form a picture of 7x12 pixels, a stylized drawing of the "
                "character, so that similar characters get similar codes. This version has kept the number, but here "
                "the arrangement has no meaning: any other order would do as well.",
            ], SUM
        case "output", RadialBasis():
            return [
                "Each digit has a fixed bitmap of 7x12 pixels. Its score is the squared distance between F6 and this "
                "bitmap, with a minus sign, so that the closest bitmap has the highest score. Softmax turns the scores "
                "into probabilities that add up to 1.",
                "T, the temperature, was chosen so that of all answers with 90 % about nine in ten are correct. "
                "Networks of today use weighted sums in place of distances.",
            ], DISTANCE + " " + SOFTMAX
        case "output", nn.Linear():
            return [
                "Each digit's score is a weighted sum of F6. Softmax turns the ten scores into probabilities that add "
                "up to 1: one more point of score multiplies a digit's odds against any other by e to the power 1/T.",
                "T, the temperature, was chosen so that of all answers with 90 % about nine in ten are correct. The "
                "network of 1998 measures distances to bitmaps, of which the smallest wins; today, weighted sums with "
                "softmax are used.",
            ], SOFTMAX
        case _, Subsampling():
            return [
                "Each block of 2x2 values is summed, multiplied by a coefficient and added to a bias; both are "
                "learned, one pair per map. The blocks do not overlap: the step, or stride, is 2. The map becomes half "
                "as wide and high, and a small shift of the stroke changes little.",
                "Networks of today take the largest value of the block (max pooling), or use convolutions with a "
                "stride of 2.",
            ], SUBSAMPLING
        case _, nn.AvgPool2d():
            return [
                "Each block of 2x2 values becomes their average. The blocks do not overlap: the step, or stride, is "
                "2, not 1 as some articles have it. The map becomes half as wide and high, and a small shift of the "
                "stroke changes little.",
                "In the network of 1998, the sum of the block is multiplied by a learned coefficient, added to a bias, "
                "and squashed: 12 parameters in S2 and 32 in S4. Networks of today take the largest value (max "
                "pooling), or use convolutions with a stride of 2.",
            ], AVERAGE
        case _, nn.MaxPool2d():
            return [
                "Each block of 2x2 values becomes its largest value. The blocks do not overlap: the step, or stride, "
                "is 2. The map becomes half as wide and high, and a small shift of the stroke changes little.",
                "LeNet-5 did not do this: it summed, with a learned coefficient and bias, and squashed the result. Max "
                "pooling became common ten years later.",
            ], MAXIMUM
    raise TypeError(f"no words for {name}")

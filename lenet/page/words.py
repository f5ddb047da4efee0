"""What each layer does, why LeNet-5 has it, and what networks do today: for readers who see one for the first time."""

from html import escape

from torch import nn

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


def words(model: Network, name: str) -> str:
    """HTML: a few sentences and the formula of a layer of the network. Raises TypeError for an unknown layer."""
    paragraphs, formula = _words(model, name, getattr(model, name, None))
    return "".join(f"<p>{escape(text)}</p>" for text in paragraphs) + f'<p class="formula">{formula}</p>'


def _words(model: Network, name: str, layer: nn.Module | None) -> tuple[list[str], str]:
    match name, layer:
        case "input", None:
            return [
                "Your drawing is cropped, scaled so that its longer side is 20 pixels, and moved so that its center of "
                "mass is in the middle of 32x32 pixels, as was done with the digits that the network learned from. "
                "Then the mean of their pixels is subtracted, and the result divided by their standard deviation.",
                "The frame is larger than any digit, so that the ends of strokes can be in the middle of what a unit "
                "sees. Networks of today are often trained on shifted and scaled copies, and need less of this.",
            ], NORMALIZATION
        case "c1", nn.Conv2d():
            side = 28 - 2 * model.border
            return [
                f"Each map slides one 5x5 kernel over the image and asks at each of {side}x{side} positions: how much "
                "does this look like my kernel? All positions share 25 weights and a bias, so six maps need only 156 "
                "parameters, and a stroke is found wherever it is.",
                "The kernels were learned, not designed. Networks of today begin in the same way, with more maps and "
                "smaller kernels, usually 3x3.",
            ], CONVOLUTION
        case "c3", SparseConvolution():
            return [
                "A unit looks at the same 5x5 positions of several maps of S2 at once, so it can respond to a "
                "combination: a corner, a crossing, the end of a line. Each map is connected to three, four or six "
                "maps of S2 only, given by table I of the paper.",
                "This saved computation and forced the maps to become different. Later networks connect all maps; "
                "grouped convolutions have brought the idea back.",
            ], CONVOLUTION
        case "c3", nn.Conv2d():
            return [
                "A unit looks at the same 5x5 positions of all six maps of S2 at once, so it can respond to a "
                "combination: a corner, a crossing, the end of a line.",
                "The network of 1998 connects each map to three, four or six maps of S2 only (1,516 parameters), to "
                "save computation and to make the maps different. Most later versions connect all of them, as this one "
                "does (2,416 parameters), although they are often drawn with the paper's table.",
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
                "Why 84? In the network of 1998, they form a picture of 7x12 pixels. This version has kept the number, "
                "but here the arrangement has no meaning: any other order would do as well.",
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
                "up to 1: a score that is higher by one makes a digit about three times as likely.",
                "T, the temperature, was chosen so that of all answers with 90 % about nine in ten are correct. The "
                "network of 1998 measures distances to bitmaps instead; weighted sums with softmax are used today.",
            ], SOFTMAX
        case _, Subsampling():
            return [
                "Each block of 2x2 values is summed, multiplied by a coefficient and added to a bias; both are "
                "learned, one pair per map. The blocks do not overlap: the step, or stride, is 2. The map becomes half "
                "as wide and high, and a small shift of the stroke changes little.",
                "Networks of today take the largest value of the block, or use convolutions with a stride of 2.",
            ], SUBSAMPLING
        case _, nn.AvgPool2d():
            return [
                "Each block of 2x2 values becomes their average. The blocks do not overlap: the step, or stride, is "
                "2, not 1 as some articles have it. The map becomes half as wide and high, and a small shift of the "
                "stroke changes little.",
                "In the network of 1998, the sum of the block is multiplied by a learned coefficient and added to a "
                "bias. Networks of today take the largest value instead, or use convolutions with a stride of 2.",
            ], AVERAGE
        case _, nn.MaxPool2d():
            return [
                "Each block of 2x2 values becomes its largest value. The blocks do not overlap: the step, or stride, "
                "is 2. The map becomes half as wide and high, and a small shift of the stroke changes little.",
                "LeNet-5 did not do this: it averaged, with a learned coefficient and bias. Taking the largest value "
                "became common ten years later.",
            ], MAXIMUM
    raise TypeError(f"no words for {name}")

"""The steps of the guided tour: what each points at, what it says, and what it does on the page."""

from torch import nn

from lenet.networks.base import Network
from lenet.networks.original import RadialBasis, SparseConvolution


def steps(model: Network) -> list[dict]:
    """A dict for each step: `selector`, `words`, and perhaps the `unit` to pin and the `mode` to open."""
    sees = "three, four or six" if isinstance(model.c3, SparseConvolution) else "all six"
    if isinstance(model.output, RadialBasis):
        last = "The output: the distance between F6 and each digit's bitmap. The closest one wins."
    else:
        last = "The output: each digit's score is a weighted sum of F6. Softmax turns scores into probabilities."
    pooling = {nn.AvgPool2d: "averages", nn.MaxPool2d: "takes the largest of"}.get(type(model.s2), "sums up")
    side = 32 - 2 * model.border
    c1, s2 = side - 4, (side - 4) // 2
    c3 = s2 - 4
    middle = {"row": c1 // 2, "column": c1 // 2}
    return [
        {
            "selector": ".pad",
            "words": "This is the drawing. Draw on it whenever you like: everything on the page follows the pen. "
            "Undo brings back what was there before.",
        },
        {
            "selector": '[data-stage="input"]',
            "words": "The input: the drawing, scaled so that its longer side is 20 pixels, and centered in 32x32. "
            "Beside it the same, normalized: these are the numbers that the network sees.",
        },
        {
            "selector": '[data-stage="c1"]',
            "words": "C1 is a convolution. Each of its six maps slides one 5x5 kernel, shown below it, over the "
            "input. Red means that the patch resembles the kernel, blue that it is the opposite; a bias is "
            "added, which colors even blank paper.",
            "mode": "inspect",
        },
        {
            "selector": ".panel.inspect",
            "words": "One unit of C1, worked out: a patch of the input, times the kernel, summed, plus the bias, then "
            "the activation function. The outlines show where the patch is. Click any unit on the page to see this.",
            "unit": {"layer": "c1", "map": 0, **middle},
            "mode": "inspect",
        },
        {
            "selector": '[data-stage="s2"]',
            "words": f"S2 {pooling} each block of 2x2 values: half the resolution, so that the exact position matters "
            "less. S4 does the same after C3.",
            "unit": {"layer": "s2", "map": 0, "row": s2 // 2, "column": s2 // 2},
        },
        {
            "selector": '[data-stage="c3"]',
            "words": f"C3 is a convolution over several maps: each of its 16 maps looks at {sees} maps of S2, and "
            "responds to combinations, such as corners and crossings.",
            "unit": {"layer": "c3", "map": 0, "row": c3 // 2, "column": c3 // 2},
        },
        {
            "selector": '[data-stage="output"]',
            "words": f"C5 and F6 sum up the whole digit in 120 and 84 numbers. {last}",
            "unit": {"layer": "output", "row": 0, "column": 0},  # of the digit that is read
        },
        {
            "selector": ".modes",
            "words": "Why one digit and not another? This mode shows which ink speaks for which, and a small change "
            "that would make it the other one. Now draw a digit of your own.",
            "mode": "why",
        },
    ]

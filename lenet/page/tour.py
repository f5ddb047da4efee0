"""The steps of the guided tour: what each points at, what it says, and what it does on the page."""

from lenet.networks.base import Network
from lenet.networks.summary import layers
from lenet.page.words import times


def steps(model: Network) -> list[dict]:
    """A dict for each step: `selector`, `words`, and perhaps the `unit` to pin and the `mode` to open."""
    does = {layer.name: layer.about.tour for layer in layers(model)}
    middle = {
        layer.name: {"row": layer.shape[1] // 2, "column": layer.shape[2] // 2}
        for layer in layers(model)
        if len(layer.shape) == 3
    }
    found = [
        {
            "selector": ".pad",
            "words": "This is the drawing. Draw on it whenever you like: everything on the page follows the pen. "
            "Undo brings back what was there before.",
        },
        {
            "selector": '[data-stage="input"]',
            "words": "The input: the drawing, scaled so that its longer side is 20 pixels, and centered in 32x32. "
            "Less the mean of all training pixels, and divided by their standard deviation, these are the numbers that "
            "the network sees.",
        },
        {
            "selector": '[data-stage="c1"]',
            "words": "C1 is a convolution. Each of its six maps slides one 5x5 kernel, shown before it, over the "
            "input. Orange means that the patch resembles the kernel, blue that it is the opposite; a bias is "
            "added, which colors even blank paper.",
            "mode": "inspect",
        },
        {
            "selector": ".panel.inspect",
            "words": "One unit of C1, worked out: a patch of the input, times the kernel, summed, plus the bias, then "
            "the activation function. The outlines show where the patch is. Click any unit on the page to see this.",
            "unit": {"layer": "c1", "map": 0, **middle["c1"]},
            "mode": "inspect",
        },
        {
            "selector": '[data-stage="s2"]',
            "words": f"S2 {does['s2']} each block of 2x2 values: half the resolution, so that the exact position "
            "matters less. S4 does the same after C3.",
            "unit": {"layer": "s2", "map": 0, **middle["s2"]},
        },
        {
            "selector": '[data-stage="c3"]',
            "words": f"C3 is a convolution over several maps: each of its 16 maps looks at {does['c3']} maps of S2, "
            "and responds to combinations, such as corners and crossings.",
            "unit": {"layer": "c3", "map": 0, **middle["c3"]},
        },
        {
            "selector": '[data-stage="output"]',
            "words": f"C5 and F6 sum up the whole digit in 120 and 84 numbers. The output: {does['output']}",
            "unit": {"layer": "output", "row": 0, "column": 0},  # of the digit that is read
        },
        {
            "selector": ".panel.why",
            "words": "Why one digit and not another? This mode shows which ink speaks for which, and a small change "
            "that would make it the other one. Now draw a digit of your own.",
            "mode": "why",
        },
    ]
    return [{**step, "words": times(step["words"])} for step in found]

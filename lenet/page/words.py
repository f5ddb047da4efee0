"""The page's texts about the network as a whole, for readers who see one for the first time."""

import re
from html import escape

from lenet.networks import LeNet5, LeNet5Original, LeNet5Tutorial
from lenet.networks.base import Network
from lenet.networks.summary import Layer

PAPER = "LeCun, Bottou, Bengio and Haffner, 1998"
TITLE = "LeNet-5: draw a digit and look inside"
SUMMARY = "Draw a digit, and see what every layer of LeNet-5, the 1998 convolutional network, computes."

# What tells the variants apart. Their layers are what makes them variants; the activation function may be exchanged.
DIFFERENCES = {
    "textbook": f"{LeNet5.activation}, average pooling, a C3 that sees all of S2, softmax",
    "tutorial": f"{LeNet5Tutorial.activation}, max pooling, softmax",
    "original": f"{LeNet5Original.activation}, trainable subsampling, a sparsely connected C3, distances to bitmaps as "
    "output",
}
# Where one meets each network, as part of the title.
HOMES = {"textbook": "in textbooks", "tutorial": "in tutorials", "original": "of 1998"}
FORMS = {
    "textbook": f"LeNet-5 ({PAPER}) as textbooks simplify it: {DIFFERENCES['textbook']}.",
    "tutorial": f"LeNet-5 ({PAPER}) as today's tutorials build it: {DIFFERENCES['tutorial']}.",
    "original": f"LeNet-5 as in the paper ({PAPER}): {DIFFERENCES['original']}.",
}


def about(model: Network) -> str:
    """The line below the title: what to do, and how this network differs from the paper's. Plain text."""
    return f"Draw a digit and see what every layer computes. {FORMS[model.variant]}"


def guide(model: Network, server: bool = True) -> str:
    """HTML: how to read the page; `server`: whether one checks the browser's answers."""
    check = (
        " When the pen rests, the server computes it again with PyTorch, and the page says that its answer is checked."
    )
    paragraphs = [
        "C1 has 6 maps of 28x28: six feature maps, each of 28x28 values; the paper writes 6@28x28. A parameter is a "
        "number that was learned: 6 x (5x5 + 1) = 156 are six kernels of 5x5 weights with a bias each. Orange values "
        "are positive, blue ones negative.",
        "The activation function a bends each sum before it goes on; without it, all layers together could do no more "
        f"than a single one. Here it is {model.activation}.",
        "The network has learned from tens of thousands of handwritten digits, most of them MNIST's, by changing its "
        "parameters a little after each few images, in the direction that would have made its answers better. The "
        "paper reports errors of 0.95 % on MNIST, and 0.8 % with distorted copies; the footer has this network's.",
        "That drawings can be rejected is not part of LeNet-5: here, inputs with low scores for all digits are "
        "rejected. The network was trained to give such scores to scribbles.",
        f"All of this is computed in your browser while you draw.{check if server else ''}",
    ]
    return times("".join(f"<p>{escape(text)}</p>" for text in paragraphs))


def times(text: str) -> str:
    """With multiplication signs for the x of 5x5 and of 6 x (5x5 + 1)."""
    return re.sub(r"(?<=[\d)])( ?)x( ?)(?=[\d(])", "\\1\u00d7\\2", text)


def words(layer: Layer) -> str:
    """HTML: a few sentences about a layer, and its formula."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in layer.about.words)
    return f'{paragraphs}<p class="formula">{layer.about.formula}</p>'

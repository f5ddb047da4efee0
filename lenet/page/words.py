"""The page's texts about the network as a whole, for readers who see one for the first time."""

from html import escape

from lenet.networks import LeNet5, LeNet5Original, LeNet5Tutorial
from lenet.networks.base import Network
from lenet.networks.summary import Layer
from lenet.page.article.markdown import FOLDER, from_table, read
from lenet.page.article.numbers import of_network

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
    fill = from_table(of_network(model))
    first, without, checked = read(FOLDER / "about.md")
    paragraphs = [*first.paragraphs, *(checked if server else without).paragraphs]
    return "".join(f"<p>{paragraph.html(fill)}</p>" for paragraph in paragraphs)


def words(layer: Layer) -> str:
    """HTML: a few sentences about a layer, and its formula."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in layer.about.words)
    return f'{paragraphs}<p class="formula">{layer.about.formula}</p>'

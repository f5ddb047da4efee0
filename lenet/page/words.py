"""The page's texts about the network as a whole, for readers who see one for the first time."""

from lenet.networks import LeNet5, LeNet5Original, LeNet5Tutorial
from lenet.networks.base import Network
from lenet.networks.summary import layers
from lenet.page.article.markdown import FOLDER, from_table, read
from lenet.page.article.numbers import of_networks

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
    fill = from_table(of_networks(model))
    first, without, checked = read(FOLDER / "about.md")
    paragraphs = [*first.paragraphs, *(checked if server else without).paragraphs]
    return "".join(f"<p>{paragraph.html(fill)}</p>" for paragraph in paragraphs)


def words(model: Network) -> dict[str, tuple[str, str]]:
    """HTML about each layer by its name: what it is for, in a sentence, and a few sentences with its formula.

    In `layers.md` they stand under the layer's name, or under its kind, or, where the next layer makes a difference,
    under "NAME before KIND". They say what a layer does, why LeNet-5 has it, and what networks do today.
    """
    fill = from_table(of_networks(model))
    parts = {part.title.plain(fill): part.paragraphs for part in read(FOLDER / "layers.md")}
    rows = layers(model)
    found = {}
    for layer, following in zip(rows, [*rows[1:], None], strict=True):
        titles = (f"{layer.name} before {following.about.kind if following else ''}", layer.about.kind, layer.name)
        caption, *others = next(parts[title] for title in titles if title in parts)
        paragraphs = "".join(f"<p>{text.html(fill)}</p>" for text in others)
        found[layer.name] = caption.html(fill), f'{paragraphs}<p class="formula">{layer.about.formula}</p>'
    return found

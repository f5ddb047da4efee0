"""The steps of the guided tour: what each points at, what it says, and what it does on the page."""

from lenet.networks.base import Network
from lenet.networks.summary import layers
from lenet.page.article.markdown import FOLDER, from_table, read
from lenet.page.article.numbers import of_networks


def steps(model: Network) -> list[dict]:
    """A dict for each step: `selector`, `words`, and perhaps the `unit` to pin and the `mode` to open."""
    fill = from_table(of_networks(model))
    middle = {
        layer.name: {"row": layer.shape[1] // 2, "column": layer.shape[2] // 2}
        for layer in layers(model)
        if len(layer.shape) == 3
    }
    found = []
    for part in read(FOLDER / "tour.md"):
        (block,), (text,) = part.blocks, part.paragraphs
        step = {**block.content, "words": text.plain(fill)}
        if unit := step.get("unit"):  # of the output, which has no maps, that of the digit that is read
            step["unit"] = {**unit, **middle.get(unit["layer"], {"row": 0, "column": 0})}
        found.append(step)
    return found

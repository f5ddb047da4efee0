"""The README.md of a Space, with a server or without: the front matter that configures it, and a text."""

HUB = "https://huggingface.co"
PAPER, MNIST = "https://doi.org/10.1109/5.726791", "ylecun/mnist"
PREVIEW = "lenet/page/static/preview.jpg"  # in the repository


def space_card(text: str, model: str | None, space: str | None, preview: str, **own) -> str:
    """The README.md of a Space: front matter, with what is its own, and the text, with a link to the weights.

    `preview` is the path of a picture in the Space; other sites show it beside a link, so its address is absolute.
    """
    from huggingface_hub import SpaceCardData

    data = SpaceCardData(
        title="LeNet-5: draw a digit",
        emoji="🔢",
        colorFrom="blue",
        colorTo="red",
        license="mit",
        tags=["lenet-5", "mnist", "handwritten-digits", "education"],
        datasets=[MNIST],
        short_description="Draw a digit and look inside LeNet-5",
        header="mini",  # the Hub's bar is small, and the page has its height
        **({"models": [model]} if model else {}),
        **({"thumbnail": f"{HUB}/spaces/{space}/resolve/main/{preview}"} if space else {}),
        **own,
    )
    link = f" The weights: [{model}]({HUB}/{model})." if model else ""
    digits = f"The digits: [MNIST]({HUB}/datasets/{MNIST})."
    sources = f"The network: [LeCun, Bottou, Bengio, Haffner 1998]({PAPER}). {digits}"
    return f"---\n{data.to_yaml()}\n---\n{text.format(model=link)}\n{sources}\n"

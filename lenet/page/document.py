"""The page's HTML: `static/page.html` with the layers of the network, a notice and the footer."""

import json
import re
from html import escape
from pathlib import Path

from lenet.networks.summary import Layer, layers
from lenet.page.article.markdown import times
from lenet.page.words import DIFFERENCES, HOMES, about, guide, words
from lenet.recognizer import Recognizer

TEMPLATE = Path(__file__).parent / "static" / "page.html"
# What stands between two layers of the figure, by the kind of the second, and on a phone; {} is the size of a kernel or
# block.
OPERATIONS = {
    "convolution": ("{}", "convolution", "conv"),
    "sparse convolution": ("{}", "convolution", "conv"),
    "average pooling": ("{}", "averages", "pool"),
    "max pooling": ("{}", "maxima", "pool"),
    "subsampling": ("{}", "sums", "pool"),
    "fully connected": ("full", "connection", "full"),
    "RBF": ("distance", "to digits", "RBF"),
}


def document(reader: Recognizer, server: bool = True) -> str:
    """The HTML of the page, with or without a server that checks the browser's answers.

    Raises ValueError if it contains what Gradio would interpret as code.
    """
    rows = layers(reader.weights.model)
    html = TEMPLATE.read_text(encoding="utf-8")
    model = reader.weights.model
    html = html.replace("<!-- variants -->", escape(json.dumps(DIFFERENCES)))
    options = "".join(f'<option value="{name}">{escape(home)}</option>' for name, home in HOMES.items())
    html = html.replace("<!-- networks -->", options.replace(f'"{model.variant}"', f'"{model.variant}" selected'))
    html = html.replace("<!-- activation -->", "ReLU" if "ReLU" in str(model.activation) else "tanh")
    html = html.replace("<!-- about -->", escape(about(model)))
    html = html.replace("<!-- stages -->", "\n".join(map(_stage, rows)))
    html = html.replace("<!-- guide -->", _details("About this page", guide(model, server)))
    texts = words(model)
    html = html.replace("<!-- words -->", "\n".join(_words(row, *texts[row.name]) for row in rows))
    notice = (
        f'<p class="origin-notice" role="status">{_safe(reader.weights.notice)}</p>' if reader.weights.notice else ""
    )
    html = html.replace("<!-- notice -->", notice)
    html = html.replace("<!-- weights -->", _weights(reader, rows))
    # Gradio compiles templates twice; these characters would be interpreted as code by one of the two compilers.
    for mark in ("${", "{{", "`", "\\"):
        if mark in html:
            raise ValueError(f"the page's HTML must not contain {mark!r}")
    return html


def _stage(layer: Layer) -> str:
    """A layer in the figure: its name and shape, and what leads to it; the page adds its maps."""
    sides = ",".join(str(side) for side in layer.shape)
    name = re.sub("PUT$", "<span>PUT</span>", layer.name.upper())  # a phone has no room for it
    size = times(match[0]) if (match := re.search(r"\d+x\d+", layer.about.summary)) else ""
    operation = ""
    if layer.about.kind in OPERATIONS:
        first, second, brief = OPERATIONS[layer.about.kind]
        operation = (
            f'<p class="operation"><span>{first.format(size)} <br>{second}</span><span class="brief">{brief}</span></p>'
        )
    return f"""
<section class="stage" data-stage="{layer.name}" data-shape="{sides}" aria-label="{escape(_title(layer))}">
  <header><h2>{name}</h2>{_size(layer)}</header>
  <div class="maps"></div>{operation}
</section>"""


def _words(layer: Layer, caption: str, text: str) -> str:
    """A layer in words, below the explorer; caption and text are HTML."""
    parameters = f"{layer.arithmetic}{' parameters' if layer.parameters else ''}"
    return _details(
        f"{_name(layer)}, {_shape(layer)}",
        times(
            f"""<p class="description">{escape(_sentence(layer.summary))}</p>
<p class="arithmetic">{escape(parameters)}</p>
<p class="caption">{caption}</p>{text}"""
        ),
        layer.name,
    )


def _details(title: str, content: str, about: str = "") -> str:
    attribute = f' data-about="{about}"' if about else ""
    return f'<details class="words"{attribute}><summary>{escape(title)}</summary>{content}</details>'


def _size(layer: Layer) -> str:
    """What the layer has, below its name, in two lines where there is no room for one."""
    lines = re.sub(" of | (?=units|scores)", " <br>", _shape(layer)).replace(" maps", "<span> maps</span>")
    return f'<span class="shape">{lines}</span>'


def _title(layer: Layer) -> str:
    return times(f"{_name(layer)}: {layer.summary}, {_shape(layer)}")


def _name(layer: Layer) -> str:
    return layer.name.upper() if layer.name[-1].isdigit() else layer.name.capitalize()


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _shape(layer: Layer) -> str:
    """The shape in words: "6 maps of 28x28", "84 units"; the paper writes 6@28x28."""
    count, *sides = layer.shape
    if not sides:
        return f"{count} {'scores' if layer.name == 'output' else 'units'}"
    return times(f"{f'{count} maps of ' if count > 1 else ''}{sides[0]}x{sides[1]}")


def _weights(reader: Recognizer, rows: list[Layer]) -> str:
    """The footer: source of the weights, network, number of parameters, test error and a link to the model card."""
    parts = [f"Weights: {_link(reader.weights.url, reader.weights.origin)}"] if reader.weights.origin else []
    parts.append(f"network: {_safe(reader.weights.model.variant)}, {sum(row.parameters for row in rows):,} parameters")
    test = (reader.weights.metrics or {}).get("test")
    match test:  # metrics.json may come from a stranger's repository, with anything in it
        case {"error": int() | float() as error, "images": int() as images}:
            parts.append(f"MNIST test error: {100 * error:.2f} % ({images:,} images)")
    if (reader.weights.metrics or {}).get("dry_run") is True:
        parts.append("from a dry run, not for use")
    if reader.weights.url:
        parts.append(_link(reader.weights.url.split("/tree/")[0], "model card"))
    return "; ".join(parts)


def _link(address: str | None, text: str) -> str:
    """The text as a link if there is an http or https address, else the text alone."""
    if address is None or not address.startswith(("https://", "http://")):
        return _safe(text)
    return f'<a href="{_safe(address)}" target="_blank" rel="noopener">{_safe(text)}</a>'


def _safe(text: str) -> str:
    """Escaped text, also for Gradio's two template compilers: a path or a server's message may contain their marks."""
    return escape(text).translate({ord(mark): f"&#{ord(mark)};" for mark in "${}`\\"})

"""The page's HTML: `static/page.html` with a row for each layer of the network, a notice and the footer."""

import json
from html import escape
from pathlib import Path

from lenet.networks.summary import Layer, layers
from lenet.page.words import DIFFERENCES, about, guide, words
from lenet.recognizer import Recognizer

TEMPLATE = Path(__file__).parent / "static" / "page.html"


def document(reader: Recognizer, server: bool = True) -> str:
    """The HTML of the page, with or without a server that checks the browser's answers.

    Raises ValueError if it contains what Gradio would interpret as code.
    """
    rows = layers(reader.weights.model)
    html = TEMPLATE.read_text(encoding="utf-8")
    model = reader.weights.model
    html = html.replace("<!-- variants -->", escape(json.dumps(DIFFERENCES)))
    html = html.replace("<!-- about -->", escape(about(model)))
    html = html.replace("<!-- input -->", _row(rows[0]))
    html = html.replace("<!-- guide -->", _words("this page", guide(model, server)))
    html = html.replace("<!-- words about the input -->", _words("the input", words(rows[0])))
    html = html.replace("<!-- stages -->", "\n".join(_row(layer, words(layer)) for layer in rows[1:]))
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


def _row(layer: Layer, about: str | None = None) -> str:
    """`about`: HTML that explains the layer."""
    shape = ",".join(str(side) for side in layer.shape)
    kernels = '\n  <div class="kernels"></div>' if layer.name == "c1" else ""
    details = _words(_name(layer), about) if about else ""
    return f"""
<section class="stage" data-stage="{layer.name}" data-shape="{shape}" aria-label="{escape(_title(layer))}">
  <header>
    <h2>{escape(_name(layer))}</h2>
    <span class="shape">{escape(_shape(layer.shape))}</span>
    <span class="arithmetic">{escape(layer.arithmetic)}{" parameters" if layer.parameters else ""}</span>
    <span class="range" title="smallest and largest value">&nbsp;</span>
    <p class="caption">
      <span class="description">{escape(_sentence(layer.summary))}</span> {escape(layer.about.caption)}
    </p>
  </header>
  <div class="maps"></div>{kernels}{details}
</section>"""


def _words(name: str, about: str) -> str:
    return f'\n  <details class="words"><summary>About {escape(name)}</summary>{about}</details>'


def _title(layer: Layer) -> str:
    return f"{_name(layer)}: {layer.summary}, {_shape(layer.shape)}"


def _name(layer: Layer) -> str:
    return layer.name.upper() if layer.name[-1].isdigit() else layer.name.capitalize()


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _shape(shape: tuple[int, ...]) -> str:
    """The shape in the paper's notation: 6@28x28 for six feature maps, 84 for a vector of units."""
    return str(shape[0]) if len(shape) == 1 else f"{shape[0]}@{shape[1]}x{shape[2]}"


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

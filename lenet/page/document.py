"""The page's HTML: its frame from `static/page.html`, a row for each stage of the network, and the foot."""

from html import escape
from pathlib import Path

from lenet.networks.summary import Layer, layers
from lenet.recognizer import Recognizer

FRAME = Path(__file__).parent / "static" / "page.html"


def document(reader: Recognizer) -> str:
    """The HTML that the browser's modules then fill with pictures."""
    rows = layers(reader.model)
    html = FRAME.read_text(encoding="utf-8")
    html = html.replace("<!-- stages -->", "\n".join(_row(layer) for layer in rows))
    notice = f'<p class="origin-notice" role="status">{_safe(reader.notice)}</p>' if reader.notice else ""
    html = html.replace("<!-- notice -->", notice)
    html = html.replace("<!-- weights -->", _weights(reader, rows))
    # Gradio compiles templates twice; both compilers' marks would be taken for code.
    for mark in ("${", "{{", "`", "\\"):
        if mark in html:
            raise ValueError(f"the page's HTML must not hold {mark!r}")
    return html


def _row(layer: Layer) -> str:
    shape = ",".join(str(side) for side in layer.shape)
    return f"""
<section class="stage" data-stage="{layer.name}" data-shape="{shape}" aria-label="{escape(_title(layer))}">
  <header>
    <h2>{escape(layer.name.upper() if layer.name[-1].isdigit() else layer.name)}</h2>
    <span class="shape">{escape(_shape(layer.shape))}</span>
    <span class="what">{escape(layer.what)}</span>
    <span class="arithmetic">{escape(layer.arithmetic)}</span>
    <span class="range" title="the least and the greatest value">&nbsp;</span>
  </header>
  <div class="maps"></div>
</section>"""


def _title(layer: Layer) -> str:
    return f"{layer.name}: {layer.what}, {_shape(layer.shape)}"


def _shape(shape: tuple[int, ...]) -> str:
    """The paper's way: 6@28x28 for six maps, 84 for a row of units."""
    return str(shape[0]) if len(shape) == 1 else f"{shape[0]}@{shape[1]}x{shape[2]}"


def _weights(reader: Recognizer, rows: list[Layer]) -> str:
    """The foot: which weights answer, of which network, how well, and where more is written about them."""
    parts = [f"Weights: {_link(reader.page, reader.origin)}"] if reader.origin else []
    parts.append(f"network {_safe(reader.model.variant)}, {sum(row.parameters for row in rows):,} parameters")
    test = (reader.metrics or {}).get("test")
    match test:  # a stranger may have written it
        case {"error": int() | float() as error, "images": int() as images}:
            parts.append(f"{100 * error:.2f} % of the {images:,} MNIST test digits read wrong")
    if (reader.metrics or {}).get("dry_run") is True:
        parts.append("a dry run, made to try the training, not for use")
    if reader.page:
        parts.append(_link(reader.page.split("/tree/")[0], "model card"))
    return "; ".join(parts)


def _link(address: str | None, text: str) -> str:
    """The text as a link, where there is an address that a browser may follow."""
    if address is None or not address.startswith(("https://", "http://")):
        return _safe(text)
    return f'<a href="{_safe(address)}" target="_blank" rel="noopener">{_safe(text)}</a>'


def _safe(text: str) -> str:
    """Text that stays text: also for the two compilers, whose marks a path or a server's words may hold."""
    return escape(text).translate({ord(mark): f"&#{ord(mark)};" for mark in "${}`\\"})

"""The page's HTML: its frame from `static/page.html`, a row for each stage of the network, and the foot."""

from html import escape
from pathlib import Path

from lenet.anatomy import Layer, layers
from lenet.recognizer import Recognizer

FRAME = Path(__file__).parent / "static" / "page.html"


def document(reader: Recognizer) -> str:
    """The HTML that the browser's modules then fill with pictures."""
    rows = layers(reader.model)
    html = FRAME.read_text(encoding="utf-8")
    html = html.replace("<!-- stages -->", "\n".join(_row(layer) for layer in rows))
    html = html.replace("<!-- weights -->", escape(_weights(reader, rows)))
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
    total = f"{sum(row.parameters for row in rows):,} parameters"
    test = (reader.metrics or {}).get("test")
    if not test:
        return total
    return f"{total}; {test['error']:.2%} of the {test['images']:,} MNIST test digits read wrong"

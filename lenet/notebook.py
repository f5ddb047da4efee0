"""A pad to draw on in a notebook, with the answer and the network's figure: needs the extra `notebook`.

It is an anywidget of the page's own modules, HTML and style sheets. The browser's answer is there at once; as soon as
the kernel is free, Python reads the same drawing, which counts, as on the page.
"""

import io
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from lenet.image.preprocess import clean, extract_ink
from lenet.page.assets import JOINED, MODULES, SOURCES
from lenet.page.browser import description
from lenet.page.bundle import bundle
from lenet.page.payload import MAX_SIDE, pack, strokes_on_nothing
from lenet.recognizer import Reading, Recognizer
from lenet.weights.model import safetensors

try:
    import anywidget
    import traitlets

    from lenet.page.document import document
except ModuleNotFoundError as missing:
    raise ImportError(
        f"lenet.notebook needs the package {missing.name}: pip install anywidget markdown-it-py pyyaml"
    ) from missing

if TYPE_CHECKING:
    from lenet.image.given import ImageLike

SIDE = MAX_SIDE  # of the pad, in the units of strokes, and in pixels
BRUSH = 20  # units; what the page begins with
WIDEST, MOST = 100, 100_000  # width of a stroke; points of a drawing
FINER = 4  # times the pixels of the pad, in which strokes are drawn before they are averaged
EXPECTED = (
    "expected a list of strokes, each a list of points (x, y), or a dict of `points` and `width` "
    f"(1 to {WIDEST}), in units of the pad, which is {SIDE} wide and high"
)


def example(digit: int) -> list[dict]:
    """The strokes of an example of a digit, 0 to 9, as `Pad.strokes` takes them; those of the page's examples.

    Raises ValueError for anything else.
    """
    found = [each["strokes"] for each in _EXAMPLES if each["label"] == digit]
    if not found:
        raise ValueError(f"there is an example of each digit from 0 to 9, not of {digit!r}")
    return _strokes(found[0])


class Pad(anywidget.AnyWidget):
    """A pad to draw on, the network's answer, and its figure.

    reading: what Python reads of what is on the pad, a `Reading`; of a blank pad one with the reason "blank".
    image: the ink on the pad, uint8, 255 where it is black: shape (280, 280), or, of an image, the part with the ink.
    strokes: the drawing, a list of dicts of `width` and `points`, [[x, y], ...], in units of the pad, which is 280 wide
        and high; empty for an image. Can be set.

    All three can be observed: `pad.observe(handler, "reading")`. While somebody draws, they follow as fast as the
    kernel answers; while a cell runs, the kernel does not.
    """

    _esm = bundle(MODULES, "notebook/widget.js").replace("export const {", "const {") + "export default { render };\n"
    _css = (JOINED["page.css"] + SOURCES["css/notebook.css"]).decode()

    reading = traitlets.Instance(Reading, read_only=True)
    image = traitlets.Instance(np.ndarray, read_only=True)
    strokes = traitlets.List()

    _page = traitlets.Dict().tag(sync=True)  # what the browser makes the pad from
    _drawing = traitlets.Dict().tag(sync=True, echo_update=False)  # see WidgetDrawing in types.d.ts
    _answer = traitlets.Dict().tag(sync=True)  # the reading of the drawing with the same key

    def __init__(self, recognizer: Recognizer | None = None, **traits: Any):
        if not isinstance(recognizer, Recognizer | None):
            raise TypeError(f"Pad expects a reader, such as Recognizer.from_pretrained(), not {recognizer!r}")
        if unknown := sorted(name for name in traits if not self.has_trait(name)):
            raise TypeError(f"Pad has no {', '.join(unknown)}: expected a reader, strokes, or a trait of its widget")
        self.recognizer = Recognizer.from_pretrained() if recognizer is None else recognizer
        self._changes, self._reads = 0, False
        weights = self.recognizer.weights
        page = {
            "html": document(self.recognizer),
            "description": description(weights),
            "weights": safetensors(weights.model),
            "examples": _EXAMPLES,
        }
        drawn = traits.pop("strokes", [])
        super().__init__(_page=page, **traits)
        self._draw(_strokes(drawn))

    def __repr__(self) -> str:
        digit, number, reason = self.reading.digit, self.reading.number, self.reading.reason
        return f"<Pad: {number or (reason if digit is None else digit)}>"

    @property
    def activations(self) -> dict[str, np.ndarray]:
        """The output of every layer for what is on the pad: "input", "c1", "s2", "c3", "s4", "c5", "f6", "output"."""
        return self.reading.activations

    @property
    def ink(self) -> np.ndarray:
        """The network's input for what is on the pad, in [0, 1], float32, shape (32, 32)."""
        return self.reading.activations["input"][0]

    def clear(self) -> None:
        """Take everything off the pad. The visitor can undo it."""
        self._draw([])

    def show(self, image: "ImageLike") -> Reading:
        """Show an image on the pad, of any kind that `Recognizer.read` takes, and return its reading.

        Raises what `Recognizer.read` does.
        """
        ink = np.rint(255 * extract_ink(image)).astype(np.uint8)
        ink = ink if ink.size else np.zeros((0, 0), np.uint8)
        height, width = ink.shape
        self._put({"strokes": [], "ink": ink.tobytes(), "width": width, "height": height}, ink)
        return self.reading

    @traitlets.validate("strokes")
    def _validated(self, proposal: dict) -> list[dict]:
        return _strokes(proposal["value"])

    @traitlets.observe("strokes")
    def _strokes_changed(self, change: dict) -> None:
        if not self._reads:
            self._draw(change["new"])

    @traitlets.observe("_drawing")
    def _drawing_changed(self, change: dict) -> None:
        """The browser sends what is on the pad; what Python has put there is read already."""
        drawing = change["new"]
        if drawing.get("key") == self._answer.get("key"):
            return
        if "ink" in drawing:
            shape = drawing["height"], drawing["width"]
            image = np.frombuffer(drawing["ink"], np.uint8).reshape(shape).copy()
        else:
            image = np.asarray(Image.open(io.BytesIO(drawing["png"]), formats=("PNG",)))
        self._read(drawing, image)

    def _draw(self, strokes: list[dict]) -> None:
        self._put({"strokes": strokes}, _render(strokes))

    def _put(self, drawing: dict, image: np.ndarray) -> None:
        """Put a drawing on the pad, and read it; the browser shows it."""
        self._changes += 1
        drawing = {"key": f"python {self._changes}", "penDown": False, **drawing}
        self._read(drawing, image)
        self._drawing = drawing

    def _read(self, drawing: dict, image: np.ndarray) -> None:
        if "ink" in drawing:
            reading = self.recognizer.read_ink(clean(image.astype(np.float32) / 255))
        else:
            reading = self.recognizer.read(strokes_on_nothing(Image.fromarray(image)))
        self._answer = {"key": drawing["key"], **pack(reading)}
        self._reads = True
        try:
            with self.hold_trait_notifications():  # who observes one of them finds the others of the same drawing
                self.set_trait("image", image)
                self.set_trait("strokes", drawing["strokes"])
                self.set_trait("reading", reading)
        finally:
            self._reads = False


def _strokes(strokes: Iterable[Mapping | Iterable]) -> list[dict]:
    """Strokes in the form of `Pad.strokes`, on the grid of half units. Raises TraitError for anything else."""
    found = []
    try:
        for stroke in strokes:
            width, points = (stroke["width"], stroke["points"]) if isinstance(stroke, Mapping) else (BRUSH, stroke)
            grid = np.rint(2 * np.asarray(points, float)) / 2
            if grid.ndim != 2 or grid.shape[1] != 2 or not len(grid) or not np.isfinite(grid).all():
                raise ValueError("points")
            if not 1 <= float(width) <= WIDEST:
                raise ValueError("width")
            found.append({"width": float(width), "points": grid.tolist()})
    except (TypeError, ValueError, KeyError) as error:
        raise traitlets.TraitError(EXPECTED) from error
    if sum(len(stroke["points"]) for stroke in found) > MOST:
        raise traitlets.TraitError(f"more than {MOST:,} points; {EXPECTED}")
    return found


def _render(strokes: list[dict]) -> np.ndarray:
    """The ink of strokes, uint8, shape (280, 280), as a browser draws them but for the edges."""
    page = Image.new("L", (FINER * SIDE, FINER * SIDE))
    pen = ImageDraw.Draw(page)
    for stroke in strokes:
        radius = FINER * stroke["width"] / 2
        points = [(FINER * x, FINER * y) for x, y in stroke["points"]]
        pen.line(points, fill=255, width=round(2 * radius))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(page.resize((SIDE, SIDE), Image.Resampling.BOX))


_EXAMPLES: list[dict] = json.loads(SOURCES["examples.json"])

"""A visitor who explores the network, and compares what the page shows with PyTorch."""

import base64
import itertools
import time
import unicodedata
from urllib.parse import urlencode

import numpy as np
import torch
from playwright.sync_api import Locator, Page, Position, ViewportSize

from harness.browser import Visitor, box_of, fit
from harness.page_digits import few_digits
from lenet import Recognizer
from lenet.page.assets import DIGITS

WIDE: ViewportSize = {"width": 1400, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
FEW = {"training": 1_000, "test": 100}  # digits where few will do
UNITS = {"c5": (30, 4), "f6": (28, 3), "output": (10, 1)}  # rows and columns of the layers without maps
MARK, INK = (255, 210, 31), 60  # red, green and blue of outlines, and what all three of ink are below
ROUNDING = 0.00051  # numbers are shown with three digits after the point

# Lists of numbers are sent as text, which takes a tenth of the time.
KEEP = """() => document.querySelector(".lenet").addEventListener("lenet:shown", ({ detail }) => {
  window.ink = detail && new Uint8Array(detail.outputs.input.slice().buffer);
})"""
SHOWN_INK = "() => btoa(String.fromCharCode(...window.ink))"

# Of an element of the figure, what the canvas shows there: width, height, and four bytes a pixel.
PIXELS = """(element) => {
  const canvas = document.querySelector("canvas.base");
  const [box, figure] = [element, canvas].map((one) => one.getBoundingClientRect());
  const density = canvas.width / figure.width;
  const at = [box.left - figure.left, box.top - figure.top, box.width, box.height].map((x) => Math.round(x * density));
  const { data } = canvas.getContext("2d").getImageData(...at);
  return [at[2], at[3], btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""))];
}"""

# What a link does not say: controls as they are on a new page, and nothing below the figure but the panel.
START_OVER = """() => {
  for (const box of document.querySelectorAll(".lenet input[type=checkbox]")) {
    if (box.checked !== box.defaultChecked) box.click();
  }
  for (const details of document.querySelectorAll(".lenet details[open]")) details.open = false;
  if (!document.querySelector(".lenet .save").hidden) document.querySelector(".lenet .open-save").click();
  const width = document.querySelector(".lenet .width");
  width.value = width.defaultValue;
  width.dispatchEvent(new Event("input"));
  document.activeElement.blur();
  scrollTo(0, 0);
}"""

# Like a visitor who changes the address; done once the page has followed it.
FOLLOW = """(hash) => new Promise((done) => {
  addEventListener("hashchange", () => done(), { once: true });
  location.hash = hash;
})"""

BRUSH = 20  # pad units, of which a side has 280
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encode(strokes: list, size: float) -> str:
    """The strokes in a link, as pad/code.js writes them: what `Visitor.draw` draws with these arguments."""
    return encode_placed(fit(strokes, size))


def encode_placed(strokes: list, brush: int = BRUSH) -> str:
    """The same for strokes where they are, in units of the pad's side."""
    numbers = []
    for stroke in strokes:
        points = np.rint(2 * 280 * np.array(stroke)).astype(int)  # in half units
        steps = np.diff(points, axis=0, prepend=[[0, 0]]).flatten().tolist()
        numbers += [brush, len(points), *(-2 * step - 1 if step < 0 else 2 * step for step in steps)]
    text = ""
    for number in numbers:
        while number >= 32:
            text += LETTERS[number % 32 + 32]
            number //= 32
        text += LETTERS[number]
    return text


# As if a file were dropped from a file manager.
DROP = """([base64, type]) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "picture", { type }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, content: bytes) -> None:
    kind = "gif" if content.startswith(b"GIF") else "png"  # for most, browsers go by the content
    page.evaluate(DROP, [base64.b64encode(content).decode(), f"image/{kind}"])


def serve_few_digits(page: Page, **counts: int) -> None:
    """Serve only the first digits of each part, as many as in `FEW` or `counts`: the page computes with all of them."""
    few = few_digits(**{**FEW, **counts})
    page.route(f"**/{DIGITS}", lambda route: route.fulfill(body=few, content_type="application/octet-stream"))


def hurry(page: Page, text: Locator) -> None:
    """Wait for a text without waiting out the page's timers, which must be a `timed` one."""
    end = time.monotonic() + 60
    while not text.is_visible() and time.monotonic() < end:
        page.clock.fast_forward(1_000)  # milliseconds
        page.wait_for_timeout(80)  # in which a server answers, before the page gives up on it
    text.wait_for()


def pause(page: Page) -> None:
    """Stop the time of a page, which must be a `timed` one; a minute of it has passed then."""
    page.clock.pause_at(page.evaluate("() => Date.now()") / 1_000 + 60)


def ready(page: Page, variant: str) -> None:
    """Wait for the page of a network."""
    page.wait_for_function(
        """(variant) => document.querySelector(".lenet[data-ready] .network:enabled")?.value === variant""", arg=variant
    )


def reset(page: Page, options: dict | None = None) -> None:
    """Leave nothing of a test on a page with these options of its context. What listens to its events may stay."""
    page.unroute_all()
    page.context.set_offline(False)
    page.evaluate("() => location.origin === 'null' || sessionStorage.clear()")
    page.goto("about:blank")
    page.mouse.up()
    page.mouse.move(0, 0)
    options = {"viewport": WIDE, "color_scheme": "light", "reduced_motion": "reduce", **(options or {})}
    page.set_viewport_size(options["viewport"])
    page.emulate_media(color_scheme=options["color_scheme"], reduced_motion=options["reduced_motion"])


class Explorer(Visitor):
    """A visitor of a page with one of the networks, who also has that network in PyTorch."""

    def __init__(self, page, url: str, reader: Recognizer):
        super().__init__(page, url)
        self.viewport = page.viewport_size
        self.use(reader)
        self.links = itertools.count()

    def use(self, reader: Recognizer) -> None:
        """From now on, the page is that of this network."""
        self.model, self.calibration = reader.weights.model.requires_grad_(False), reader.weights.calibration
        self.page.evaluate(KEEP)

    def start_over(self) -> None:
        """Leave nothing on the page of what it has been used for: the pad is blank, nothing is pinned, muted or set."""
        page = self.page
        page.unroute_all()
        page.mouse.up()
        page.mouse.move(0, 0)
        if self.viewport and page.viewport_size != self.viewport:
            page.set_viewport_size(self.viewport)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.keyboard.press("Escape")  # before a link that opens Inspect, which shows what is pinned
        page.evaluate(START_OVER)
        self._follow(d="", m="inspect", t="rotation,0")
        page.evaluate("() => sessionStorage.clear()")

    def _follow(self, **parts: str) -> None:
        numbered = {"later": next(self.links)}  # ignored by the page, which follows the same link only once
        self.page.evaluate(FOLLOW, f"#{urlencode({'v': 1, **parts, **numbered})}")
        self.digit()

    def load(self, strokes: list, size: float = 0.65, **parts: str) -> None:
        """Follow a link to a drawing, with other `parts` of explore/link.js, and wait until the page has read it.

        For what follows it is the same as `draw`, which takes ten times as long.
        """
        self._follow(d=encode(strokes, size), **parts)

    def load_placed(self, strokes: list, brush: int = BRUSH, **parts: str) -> None:
        """The same for strokes where they are, in units of the pad's side."""
        self._follow(d=encode_placed(strokes, brush), **parts)

    def draw(self, strokes: list, size: float = 0.65) -> None:
        """Draw, and wait until the page has read it."""
        super().draw(strokes, size)
        self.digit()

    def ink(self) -> torch.Tensor:
        """The input of the shown reading, shape (1, 1, 32, 32)."""
        values = np.frombuffer(base64.b64decode(self.page.evaluate(SHOWN_INK)), np.float32)
        return torch.from_numpy(values.copy()).reshape(1, 1, 32, 32)

    def features(self) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            return {name: values[0] for name, values in self.model.features(self.ink()).items()}

    def map(self, layer: str, index: int = 0) -> Locator:
        """A map of a layer; C5, F6 and the output are one each."""
        return self.page.locator(f'[data-stage="{layer}"] .map[data-index="{index}"]')

    def _shape(self, layer: str) -> list[int]:
        shape = self.page.locator(f'[data-stage="{layer}"]').get_attribute("data-shape")
        return [int(size) for size in (shape or "").split(",")]

    def place(self, layer: str, index: int, row: float = 0, column: float = 0) -> tuple[Locator, Position]:
        """The map that a unit is on, and where it is there."""
        if layer in UNITS:
            index, (row, column), (height, width) = 0, divmod(index, UNITS[layer][1]), UNITS[layer]
        else:
            height, width = self._shape(layer)[1:]
        box = box_of(self.map(layer, index))
        at: Position = {"x": (column + 0.5) * box["width"] / width, "y": (row + 0.5) * box["height"] / height}
        return self.map(layer, index), at

    def pin(self, layer: str, index: int, row: int = 0, column: int = 0) -> None:
        """Click a unit."""
        tile, position = self.place(layer, index, row, column)
        tile.click(position=position)

    def pixels(self, layer: str, index: int = 0) -> np.ndarray:
        """What the figure shows of a map, a pixel for each CSS pixel of a screen of density 1, shape (H, W, 3)."""
        return self._painted(self.map(layer, index))

    def kernel(self, index: int) -> np.ndarray:
        """The pixels of the middle of each weight of a kernel of C1, shape (5, 5, 3)."""
        shown = self._painted(self.page.locator(".kernel").nth(index))
        rows, columns = (np.arange(5) * side // 5 + side // 10 for side in shown.shape[:2])
        return shown[rows][:, columns]

    def is_crossed_out(self, layer: str, index: int) -> bool:
        """Whether a line of ink goes through the middle of a map or of a unit, as of what is muted."""
        side = 0 if layer in UNITS else int(self._shape(layer)[-1]) - 1
        tile, at = self.place(layer, index, side / 2, side / 2)
        return bool((self._painted(tile)[int(at["y"]), int(at["x"])] < INK).all())

    def _painted(self, element: Locator) -> np.ndarray:
        return painted(element)

    def unit(self) -> str:
        """The unit that the card is about, in words."""
        name = self.page.locator(".card h2")
        return ", ".join([name.evaluate("(h2) => h2.firstChild.textContent"), *name.locator("small").all_inner_texts()])

    def terms(self) -> dict[int, float]:
        """The sums of patch times kernel in the card, by the map that they are of."""
        terms = self.page.locator(".card .term")
        found = terms.evaluate_all(
            "(terms) => terms.map((term) => [term.dataset.map, term.querySelector('.sum b').innerText])"
        )
        return {int(map_ or 0): number(text) for map_, text in found}

    def ledger(self) -> dict[str, float]:
        """The lines of the sums in the card: text and number."""
        lines = self.page.locator(".card .ledger > div").evaluate_all(
            "(lines) => lines.map((line) => ['dt', 'dd'].map((part) => line.querySelector(part).innerText))"
        )
        return {text.removesuffix(", rounded"): number(value) for text, value in lines if "%" not in value}

    def check_scores(self, model: torch.nn.Module) -> None:
        """What is shown are the scores of this network for the page's input."""
        with torch.no_grad():
            expected = model(self.ink())[0].numpy()
        shown = np.array(self.scores())
        assert (np.abs(shown - expected) < 0.011 + 0.01 * np.abs(expected)).all(), (shown, expected)

    def scores(self) -> list[float]:
        """The ten scores of the output, as screen readers have them, with one digit after the point or more.

        They have them once the pen rests, which is when the page says how far the answer is checked.
        """
        self.page.locator(".check:not(:empty)").wait_for()
        return [number(text) for text in self.page.locator(".scores li").all_text_contents()]

    def value(self) -> float:
        return number(self.page.locator(".card .value").inner_text())


def painted(element: Locator) -> np.ndarray:
    """What a canvas of the figure shows of one of its elements: see `Explorer.pixels`."""
    width, height, pixels = element.evaluate(PIXELS)
    data = np.frombuffer(base64.b64decode(pixels), np.uint8)
    return data.astype(np.int16).reshape(height, width, 4)[..., :3]


def bars(items: Locator) -> dict[int, float]:
    """The numbers beside bars, each by the unit that its button names."""
    found = items.evaluate_all(
        "(bars) => bars.map((bar) => ['button', '.number'].map((part) => bar.querySelector(part).innerText))"
    )
    return {int(name.split()[-1]): number(text) for name, text in found}


def number(text: str) -> float:
    """The number that a text shows, as \u22121.23 or 4.56 \u00b7 10\u207b\u2077."""
    digits, _, power = text.replace("\u2212", "-").partition(" \u00b7 10")
    return float(f"{digits}e{unicodedata.normalize('NFKC', power or '0').replace(chr(0x2212), '-')}")


def close(shown: float, expected: float | torch.Tensor, numbers: int = 1) -> bool:
    """Whether what is shown is the expected number, or a sum of several that were rounded."""
    return abs(shown - float(expected)) <= numbers * ROUNDING + 1e-4


def is_yellow(pixels: np.ndarray) -> np.ndarray:
    """Which pixels are of the color of outlines, shape (H, W)."""
    return np.abs(pixels - MARK).max(axis=-1) < 25


def has_signs(pixels: np.ndarray, kernel: torch.Tensor, clear: float) -> bool:
    """Whether pixels are redder than blue for positive weights, and the opposite, where they exceed `clear`."""
    red, blue = pixels[..., 0].flatten(), pixels[..., 2].flatten()
    weights = kernel.flatten().numpy()
    return bool(((red > blue) == (weights > 0))[np.abs(weights) > clear].all())

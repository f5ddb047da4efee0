"""A visitor who explores the network, and compares what the page shows with PyTorch."""

import base64
import time

import numpy as np
import torch
from playwright.sync_api import Locator, Page

from harness.browser import Visitor, box_of
from lenet import Recognizer

WIDE, PHONE = {"width": 1400, "height": 1000}, {"width": 390, "height": 844}
SIDES = {"input": 32, "c1": 28, "s2": 14, "c3": 10, "s4": 5}  # of a feature map
UNITS = {"c5": (30, 4), "f6": (28, 3), "output": (10, 1)}  # rows and columns of units in the figure
ROUNDING = 0.00051  # numbers are shown with three digits after the point

KEEP = """() => document.querySelector(".lenet").addEventListener("lenet:shown", ({ detail }) => {
  window.ink = detail && [...detail.outputs.input];
})"""


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


def hurry(page: Page, text: Locator) -> None:
    """Wait for a text without waiting out the page's timers, which must be a `timed` one."""
    end = time.monotonic() + 60
    while not text.is_visible() and time.monotonic() < end:
        page.clock.fast_forward(1_000)  # milliseconds
        page.wait_for_timeout(20)
    text.wait_for()


def reset(page: Page, options: dict | None = None) -> None:
    """Leave nothing of a test on a page with these options of its context. What listens to its events may stay."""
    page.unroute_all()
    page.context.set_offline(False)
    page.evaluate("() => location.origin === 'null' || sessionStorage.clear()")
    page.goto("about:blank")
    page.mouse.up()
    page.mouse.move(0, 0)
    options = {"viewport": WIDE, "color_scheme": "light", **(options or {})}
    page.set_viewport_size(options["viewport"])
    page.emulate_media(color_scheme=options["color_scheme"])


class Explorer(Visitor):
    """A visitor of a page with one of the networks, who also has that network in PyTorch."""

    def __init__(self, page, url: str, reader: Recognizer):
        super().__init__(page, url)
        self.model, self.calibration = reader.weights.model.requires_grad_(False), reader.weights.calibration
        page.evaluate(KEEP)

    def draw(self, strokes: list, size: float = 0.65) -> None:
        """Draw, and wait until the page has read it."""
        super().draw(strokes, size)
        self.digit()

    def ink(self) -> torch.Tensor:
        """The input of the shown reading, shape (1, 1, 32, 32)."""
        return torch.tensor(self.page.evaluate("() => window.ink"), dtype=torch.float32).reshape(1, 1, 32, 32)

    def features(self) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            return {name: values[0] for name, values in self.model.features(self.ink()).items()}

    def map(self, layer: str, index: int = 0) -> Locator:
        """A feature map in the figure; the units of C5, F6 and the output are on one each."""
        return self.page.locator(f'[data-stage="{layer}"] .map').nth(0 if layer in UNITS else index)

    def pin(self, layer: str, index: int, row: int = 0, column: int = 0) -> None:
        """Click a unit in the figure."""
        rows, columns = UNITS.get(layer) or (SIDES[layer],) * 2
        if layer in UNITS:
            row, column = divmod(index, columns)
        box = box_of(place := self.map(layer, index))
        x, y = (column + 0.5) * box["width"] / columns, (row + 0.5) * box["height"] / rows
        place.click(position={"x": x, "y": y})

    def ledger(self) -> dict[str, float]:
        """The lines of the sums in the card: text and number."""
        lines = self.page.locator(".card .ledger > div")
        return {
            line.locator("dt").inner_text(): number(line.locator("dd").inner_text())
            for line in lines.all()
            if "%" not in line.locator("dd").inner_text()
        }

    def scores(self) -> list[float]:
        """The ten scores in the table of the output, with one digit after the point or more."""
        return [number(text) for text in self.page.locator(".outputs td:nth-of-type(2)").all_inner_texts()]

    def value(self) -> float:
        return number(self.page.locator(".card .value").inner_text())


def number(text: str) -> float:
    return float(text.replace("\u2212", "-"))


def close(shown: float, expected: float | torch.Tensor, numbers: int = 1) -> bool:
    """Whether what is shown is the expected number, or a sum of several that were rounded."""
    return abs(shown - float(expected)) <= numbers * ROUNDING + 1e-4


def has_signs(canvas, kernel: torch.Tensor, clear: float) -> bool:
    """Whether a kernel's picture is red for positive weights and blue for negative ones, where they exceed `clear`."""
    pixels = canvas.evaluate("(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 5, 5).data]")
    red, _, blue, _ = np.array(pixels).reshape(25, 4).T
    weights = kernel.flatten().numpy()
    return bool(((red > blue) == (weights > 0))[np.abs(weights) > clear].all())

"""A real Chromium on the running app, shared by the browser tests and the benchmarks.

`python -m harness.browser` makes sure that a Chromium is available: on Debian the one without a window, else an
installed one, else Playwright's.
"""

import re
import shutil
import sys

from playwright.sync_api import Browser, Error, FloatRect, Locator, Page, Playwright, sync_playwright

from harness.programs import apt_commands, is_debian, run_all

SHELL = "chromium-headless-shell"  # without a window; for the tests it needs a third less of the processor
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    """Start an installed Chromium, or else Playwright's own. Raises RuntimeError if none starts."""
    installed = filter(None, map(shutil.which, NAMES))
    failures = []
    for path in [*installed, None]:
        try:
            return playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            failures.append(f"{path or 'Playwright'}: {error.message.splitlines()[0]}")
    raise RuntimeError("no Chromium starts; `make test` installs one. " + "; ".join(failures))


def _starts() -> bool:
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except RuntimeError:
        return False
    return True


def install() -> int:
    """Install a Chromium if none starts. The exit code: 0 if one starts in the end, else 1."""
    lacks_shell = is_debian() and not shutil.which(SHELL)
    for commands in (
        apt_commands(SHELL) if lacks_shell else [],
        [[sys.executable, "-m", "playwright", "install", "chromium"]],
        apt_commands("chromium"),
    ):
        run_all(commands)
        if _starts():
            return 0
    print("could not install Chromium; install it and make sure that it is on the PATH", file=sys.stderr)
    return 1


def stroke_on(sheet: Locator, points: list[tuple[float, float]], steps: int = 1) -> None:
    """What `Visitor.stroke` does, on one of several pads."""
    sheet.scroll_into_view_if_needed()
    box = box_of(sheet)
    mouse = sheet.page.mouse
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    mouse.move(*at[0])
    mouse.down()
    for x, y in at[1:]:
        mouse.move(x, y, steps=steps)
    mouse.up()


def draw_on(sheet: Locator, strokes: list, size: float = 0.65) -> None:
    """What `Visitor.draw` does, on one of several pads."""
    for stroke in fit(strokes, size):
        stroke_on(sheet, stroke)


class Visitor:
    """A visitor of the page, with real mouse events."""

    def __init__(self, page: Page, url: str):
        self.page = page
        page.set_default_timeout(90_000)  # milliseconds: a busy machine may be slow
        page.goto(url, timeout=120_000)
        page.locator(".lenet[data-ready]").wait_for()

    def stroke(self, points: list[tuple[float, float]], steps: int = 1) -> None:
        """Draw a stroke through points in units of the pad's side, with `steps` mouse events from each to the next."""
        stroke_on(self.page.locator(".sheet"), points, steps)

    def draw(self, strokes: list, size: float = 0.65) -> None:
        """Draw strokes in any unit in the middle of the pad, scaled so that the longer side is `size` of the pad's."""
        draw_on(self.page.locator(".sheet"), strokes, size)

    def digit(self) -> str:
        """The large digit, or "?", once the page has read the current drawing."""
        self.page.locator(".verdict[aria-busy=false]").wait_for()
        return self.page.locator(".digit").inner_text()

    def settle(self) -> None:
        """Wait until the page has nothing more to do for the drawing, with a server or without."""
        self.page.locator(".check", has_text=re.compile("^(Checked|Computed)")).wait_for()

    def wait_for_check(self) -> None:
        """Wait until the server has checked the drawing."""
        self.page.locator(".check", has_text="Checked with PyTorch on the server.").wait_for()

    def open(self, mode: str) -> None:
        """Open a mode of the explorer: "inspect", "why" and so on."""
        self.page.locator(f'.strip [data-mode="{mode}"]').click()

    def click(self, name: str) -> None:
        self.page.locator(f"button.{name}").click()


def box_of(element: Locator) -> FloatRect:
    """Where an element is in the window. Raises RuntimeError if it is not visible."""
    box = element.bounding_box()
    if box is None:
        raise RuntimeError(f"{element} is not visible")
    return box


def fit(strokes: list, size: float) -> list:
    """The strokes in units of the pad's side, centered, and scaled so that the longer side is `size`."""
    xs, ys = ([point[axis] for stroke in strokes for point in stroke] for axis in (0, 1))
    scale = size / max(max(xs) - min(xs), max(ys) - min(ys), 1e-9)
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [[(0.5 + (x - middle[0]) * scale, 0.5 + (y - middle[1]) * scale) for x, y in stroke] for stroke in strokes]


if __name__ == "__main__":
    sys.exit(install())

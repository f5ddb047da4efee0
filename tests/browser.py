"""A real Chromium on the running app: what the browser tests and the benchmarks share.

`python -m tests.browser` makes sure that there is a Chromium: an installed one, else Playwright's, else Debian's.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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
    """Start the first Chromium that starts: an installed one, else Playwright's own."""
    installed = filter(None, map(shutil.which, NAMES))
    failures = []
    for path in [*installed, None]:
        try:
            return playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            failures.append(f"{path or 'Playwright'}: {error.message.splitlines()[0]}")
    raise RuntimeError("no Chromium starts; `make test` fetches one. " + "; ".join(failures))


def _starts() -> bool:
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except RuntimeError:
        return False
    return True


def provide() -> int:
    """Get a Chromium where none starts; 0 where one starts in the end."""
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "-n", "apt-get"]
    for commands in (
        [],
        [[sys.executable, "-m", "playwright", "install", "chromium"]],
        [[*apt, "update"], [*apt, "install", "-y", "chromium"]],
    ):
        for command in commands:
            print("$", *command, flush=True)
            with contextlib.suppress(FileNotFoundError):  # not Debian
                subprocess.run(command, check=False)
        if _starts():
            return 0
    print("no Chromium could be had; install one that is on the PATH", file=sys.stderr)
    return 1


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(
    command: list[str], port: int, patience: float = 90, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> Iterator[str]:
    """The URL of a server that `command` starts on `port`; it is ended on leaving."""
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        deadline = time.monotonic() + patience
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(url, timeout=5).close()
                break
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise RuntimeError(f"{command} did not start:\n{server.communicate()[0]}")
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.communicate(timeout=30)


@contextlib.contextmanager
def running_app() -> Iterator[str]:
    """The URL of `python app.py`."""
    port = free_port()
    with running([sys.executable, "app.py", "--port", str(port)], port) as url:
        yield url


class Visitor:
    """A person on the page, with real mouse events."""

    def __init__(self, page: Page, url: str):
        self.page = page
        page.goto(url, timeout=120_000)  # the first page of a busy machine takes its time
        page.locator(".lenet[data-ready]").wait_for(timeout=30_000)

    @property
    def side(self) -> float:
        """Width of the pad, in CSS pixels."""
        return self.page.locator(".sheet").bounding_box()["width"]

    def stroke(self, points: list[tuple[float, float]], steps: int = 1) -> None:
        """One stroke through points in shares of the pad's side, 0 to 1."""
        box = self.page.locator(".sheet").bounding_box()
        mouse = self.page.mouse
        at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        mouse.move(*at[0])
        mouse.down()
        for x, y in at[1:]:
            mouse.move(x, y, steps=steps)
        mouse.up()

    def draw(self, strokes: list, size: float = 0.65) -> None:
        """A digit of strokes in any unit, its longer side `size` of the pad, in the middle."""
        for stroke in fit(strokes, size):
            self.stroke(stroke)

    def digit(self) -> str:
        """The large digit, once the page has settled on what is on the pad."""
        self.page.locator(".verdict[aria-busy=false]").wait_for()
        return self.page.locator(".digit").inner_text()

    def click(self, name: str) -> None:
        self.page.locator(f"button.{name}").click()


def fit(strokes: list, size: float, centre: tuple[float, float] = (0.5, 0.5)) -> list:
    """The strokes in shares of the pad, aspect kept, the longer side `size`, the box around `centre`."""
    xs, ys = ([point[axis] for stroke in strokes for point in stroke] for axis in (0, 1))
    scale = size / max(max(xs) - min(xs), max(ys) - min(ys), 1e-9)
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [
        [(centre[0] + (x - middle[0]) * scale, centre[1] + (y - middle[1]) * scale) for x, y in stroke]
        for stroke in strokes
    ]


if __name__ == "__main__":
    sys.exit(provide())

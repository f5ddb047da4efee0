"""The app started as a person does, and timed: what the tests and the table of `benchmarks/hub.py` share."""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape

from tests.browser import ROOT, free_port


@dataclass(frozen=True)
class Start:
    """seconds: from the start of the process until the page answers, or the process ends with `code`."""

    seconds: float
    code: int | None
    said: str
    html: str

    @property
    def notice(self) -> str:
        found = re.search('<p class="origin-notice" role="status">(.*?)</p>', self.html)
        return unescape(found[1]) if found else ""


def start(environment: dict[str, str], *arguments: str) -> Start:
    """Start the app, look at the page as soon as it is there, and end it."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), *arguments]
    began = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=said) as app,
    ):
        try:
            page = None
            while app.poll() is None and page is None:
                with contextlib.suppress(OSError):
                    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/config", timeout=60).read()
                time.sleep(0.02)
            seconds = time.monotonic() - began
        finally:
            app.terminate()
        code = app.wait() if page is None else None
        said.seek(0)
        parts = json.loads(page)["components"] if page else []
        html = "".join(part["props"].get("html_template") or "" for part in parts)
        return Start(seconds, code, said.read(), html)


def start_beside(environment: dict[str, str], another: dict[str, str]) -> tuple[Start, Start]:
    """Two apps at the same time, so that a busy machine is as busy for the one as for the other."""
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(start, environment), pool.submit(start, another)
        return one.result(), two.result()

"""Start the app in a process and time it, for `benchmarks/hub.py`."""

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

from harness import ROOT
from harness.servers import free_port


@dataclass(frozen=True)
class Start:
    """`seconds` from the start of the process until the page is served, or until the process ends with `exit_code`."""

    seconds: float
    exit_code: int | None
    stderr: str
    html: str

    @property
    def notice(self) -> str:
        found = re.search('<p class="origin-notice" role="status">(.*?)</p>', self.html)
        return unescape(found[1]) if found else ""


def start(environment: dict[str, str], *arguments: str) -> Start:
    """Start the app, read the page as soon as it is served, and terminate the app."""
    port = free_port()
    command = [sys.executable, "app.py", "--port", str(port), *arguments]
    began = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as stderr,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=stderr) as app,
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
        exit_code = app.wait() if page is None else None
        stderr.seek(0)
        components = json.loads(page)["components"] if page else []
        html = "".join(component["props"].get("html_template") or "" for component in components)
        return Start(seconds, exit_code, stderr.read(), html)


def start_together(environment: dict[str, str], another: dict[str, str]) -> tuple[Start, Start]:
    """Start two apps at the same time, so that a busy machine delays both equally."""
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(start, environment), pool.submit(start, another)
        return one.result(), two.result()

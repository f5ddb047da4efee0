"""Hostile requests to a running app: `python -m benchmarks.hostile`.

Prints, for each class, what was sent, the server's statuses, the time, how far its memory rose, how many bytes of
uploads it holds, and how long a stroke takes right afterwards. Linux only.
"""

import concurrent.futures
import io
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from harness.images import chunk, with_chunks, with_scans
from harness.servers import free_port, started

MB = 1_000_000
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
FILE = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
FIELD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


def tiff() -> bytes:
    """49 million pixels of 32 bits in 1.4 MB."""
    file = io.BytesIO()
    Image.fromarray(np.zeros((7_000, 7_000), np.float32)).save(file, "TIFF", compression="tiff_lzw")
    return file.getvalue()


def line() -> bytes:
    """One pixel wide, 49,999,999 high."""
    return encoded(Image.new("1", (1, 49_999_999)))


def endless(head: bytes, size: int, fill: bytes = b"0") -> Iterator[bytes]:
    """A body of `size` bytes, sent in pieces, without its length."""
    for _ in range(size // MB):
        yield head + fill * ((MB - len(head)) // len(fill))
        head = b""


class Attack:
    """Requests to one server; each method returns a status, or what happened instead of one."""

    def __init__(self, url: str):
        self.url = f"{url}/gradio_api/"

    def post(self, path: str, content: bytes | Iterator[bytes], headers: dict[str, str]) -> str:
        try:
            return str(httpx.post(self.url + path, content=content, headers=headers, timeout=60).status_code)
        except httpx.HTTPError:
            return "closed"

    def predict(self, content: bytes) -> str:
        """Upload an image and have it read."""
        uploaded = httpx.post(self.url + "upload", files={"files": ("a.png", content)}, timeout=60)
        image = {"path": uploaded.json()[0], "meta": {"_type": "gradio.FileData"}}
        event = httpx.post(self.url + "call/predict", json={"data": [image]}, timeout=60)
        result = httpx.get(f"{self.url}call/predict/{event.json()['event_id']}", timeout=60).text
        return "refused" if "event: error" in result else "read"

    def join(self, session: str) -> str:
        """A call whose result is never collected."""
        return self.post(
            "queue/join", b'{"data": [null], "fn_index": 0, "session_hash": "%s"}' % session.encode(), JSON
        )


def classes(attack: Attack) -> dict[str, tuple[Callable[[], str], int, int]]:
    """For each class a request, how often it is sent, and how many at once."""
    long_line, float_tiff = line(), tiff()
    scans, chunks = with_scans(1_000), with_chunks(chunk(b"teXt", b"") * 230_000)
    broken = with_chunks(chunk(b"eXIf", b"MM\0*"))
    eps = encoded(Image.new("L", (9, 9)), "EPS")
    names = iter(range(10**9))
    around = b'{"data": [null]}'
    text = {"Content-Type": "text/plain"}
    return {
        "around the queue: run/predict": (lambda: attack.post("run/predict", around, JSON), 4, 4),
        "a line of 49,999,999 pixels": (lambda: attack.predict(long_line), 4, 4),
        "a TIFF of 49 million floats": (lambda: attack.predict(float_tiff), 4, 4),
        "an upload of 200 MB": (lambda: attack.post("upload", endless(FILE, 200 * MB), FORM), 4, 4),
        "40 uploads of 20 MB, none of them read": (
            lambda: attack.post("upload", FILE + os.urandom(1000) * 19_000 + b"\r\n--b--\r\n", FORM),
            40,
            2,
        ),
        "a JPEG with 1,000 scans": (lambda: attack.predict(scans), 1, 1),
        "50 MB of [[],[],...": (lambda: attack.post("queue/join", endless(b"[", 50 * MB, b"[],"), JSON), 2, 2),
        "200 MB in a field of text": (lambda: attack.post("upload", endless(FIELD, 200 * MB), FORM), 2, 2),
        "300 sessions with names of 1 MB": (lambda: attack.join("a" * MB), 300, 4),
        "2,000 calls that are never collected": (lambda: attack.join(f"session{next(names)}"), 2_000, 8),
        "a PNG with 230,000 chunks": (lambda: attack.predict(chunks), 1, 1),
        "broken EXIF data": (lambda: attack.predict(broken), 1, 1),
        "EPS": (lambda: attack.predict(eps), 1, 1),
        "text posted as a call": (lambda: attack.post("queue/join", around, text), 1, 1),
    }


class Server:
    """What can be seen of the server from outside."""

    def __init__(self, url: str, pid: int, uploads: Path):
        self.url, self.process, self.uploads = url, Path(f"/proc/{pid}"), uploads
        self.stroke = encoded(draw(EXAMPLES[7]["strokes"]))
        self.client = httpx.Client(timeout=60)

    def reset_peak(self) -> None:
        (self.process / "clear_refs").write_text("5")

    def memory(self, name: str) -> float:
        """Resident memory in MB: VmRSS now, VmHWM the highest since `reset_peak`."""
        text = (self.process / "status").read_text()
        return int(text.split(f"{name}:")[1].split()[0]) / 1_000

    def held(self) -> float:
        """Uploads in MB."""
        return sum(path.stat().st_size for path in self.uploads.rglob("*") if path.is_file()) / MB

    def answer(self) -> float:
        """Seconds until a stroke is answered. Raises RuntimeError if it is not."""
        began = time.perf_counter()
        response = self.client.post(f"{self.url}/read", content=self.stroke, headers={"Content-Type": "image/png"})
        if response.status_code != 200 or response.json()["digit"] != 7:
            raise RuntimeError(f"a stroke was not answered: HTTP {response.status_code}")
        return time.perf_counter() - began


def main() -> int:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GRADIO_TEMP_DIR": folder}
        with started([sys.executable, "app.py", "--port", str(port)], port, env=environment) as process:
            server = Server(f"http://127.0.0.1:{port}", process.pid, Path(folder))
            server.answer()
            print("| class | answers | seconds | memory, MB more at its peak | uploads held, MB | next stroke, ms |")
            print("|---|---|---|---|---|---|")
            for name, (request, count, at_once) in classes(Attack(server.url)).items():
                server.reset_peak()
                before, began = server.memory("VmRSS"), time.perf_counter()
                with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
                    answers = Counter(pool.map(lambda _, request=request: request(), range(count)))
                seconds, stroke = time.perf_counter() - began, server.answer()
                said = ", ".join(f"{answer} ({times}x)" for answer, times in answers.most_common())
                rise = server.memory("VmHWM") - before
                print(f"| {name} | {said} | {seconds:.1f} | {rise:.0f} | {server.held():.0f} |", end=" ")
                print(f"{1000 * stroke:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The processes that decode strangers' images: their answers, limits and ends, and what they have access to."""

import contextlib
import io
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness import ROOT
from harness.drawings import EXAMPLES, draw, encoded
from harness.image_files import mutants, valid
from harness.images import large_webp
from harness.servers import processes_of
from lenet.image import decoder as module
from lenet.image.decoder import BusyError, Decoder
from lenet.image.file import load_image
from lenet.image.preprocess import extract_ink

DIGIT = encoded(draw(EXAMPLES[4]["strokes"]))


def run_length_encoded(width: int, height: int) -> bytes:
    """A BMP as long as it may be: Pillow decodes it in Python, in a second and a half."""
    runs = b"\1\5" * 475_000
    head = (b"BM", 0, 0, 1_078, 40, width, height, 1, 8, 1, len(runs), 0, 0, 256, 256)
    return struct.pack("<2sIIIIiiHHIIiiII", *head) + bytes(1_024) + runs


SLOW = run_length_encoded(7_000, 7_000)
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder(2) as decoder:
        yield decoder


@pytest.fixture(scope="module")
def single() -> Iterator[Decoder]:
    with Decoder(1) as decoder:
        yield decoder


def children(pid: int) -> list[int]:
    return processes_of(pid)[1:]


def processes(decoder: Decoder) -> list[int]:
    """Those that were started, and those that these have forked."""
    return [pid for worker in decoder.workers for pid in processes_of(worker.process.pid)]


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not happened"
        time.sleep(0.02)


def meanwhile(call: Callable[[], object]) -> tuple[threading.Thread, list]:
    """Call it in a thread, which appends to the list what it returns or raises."""
    result: list = []

    def run() -> None:
        try:
            result.append(call())
        except Exception as error:
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def test_the_ink_is_that_of_this_process(decoder):
    """Bit for bit, of all formats, modes and compressions."""
    for _, content in valid():
        expected = extract_ink(load_image(io.BytesIO(content)))
        ink = decoder.ink(content)
        assert ink.dtype == np.float32
        np.testing.assert_array_equal(ink, expected)


def test_a_blank_image_has_no_ink(decoder):
    """An array without rows, as in this process."""
    assert decoder.ink(encoded(Image.new("L", (40, 30), 255))).shape == (0, 40)


@pytest.mark.parametrize(
    "content",
    [b"", b"a letter", DIGIT[: len(DIGIT) // 2], encoded(Image.new("1", (10_000, 10_000))), b"II*\0\xff\xff\xff\x7f"],
    ids=["empty", "text", "cut", "large", "beyond its end"],
)
def test_what_is_refused_is_refused_with_the_same_sentence(decoder, content):
    """As in this process, and the process stays."""
    with pytest.raises(ValueError, match=r"^[^\n]+$") as expected:
        load_image(io.BytesIO(content))
    until(lambda: len(processes(decoder)) == 4)  # the second may still be starting
    before = processes(decoder)
    with pytest.raises(ValueError, match=r"^[^\n]+$") as error:
        decoder.ink(content)
    assert str(error.value) == str(expected.value)
    assert processes(decoder) == before


def test_a_file_of_more_than_20_mb_is_refused(decoder):
    """Before it is sent."""
    with pytest.raises(ValueError, match=r"^file too large: the limit is 20 MB$"):
        decoder.ink(bytes(20_000_001))


@linux
@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (signal.SIGSEGV, "damaged image"),
        (signal.SIGABRT, "damaged image"),
        (signal.SIGKILL, "reading the image takes too much memory"),
    ],
)
def test_a_crash_is_a_sentence(single, number, sentence):
    """The next image is read at once, by a process that is forked within milliseconds."""
    single.ended.clear()
    single.ink(DIGIT)
    (child,) = children(single.workers[0].process.pid)
    thread, result = meanwhile(lambda: single.ink(SLOW))
    time.sleep(0.3)
    os.kill(child, number)
    thread.join(5)
    began = time.perf_counter()
    assert single.ink(DIGIT).any()
    assert time.perf_counter() - began < 0.5
    assert [str(error) for error in result] == [sentence]
    assert single.ended == {number.name: 1}


@linux
def test_a_process_that_ends_between_images_costs_none_of_them(decoder):
    """Whether it is the one that decodes or the one that has forked it."""
    for pid in processes(decoder):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    for _ in range(4):
        assert decoder.ink(DIGIT).any()


def test_reading_has_a_deadline():
    """Of 0.4 s here; the process is replaced, and nothing of it stays."""
    with Decoder(1, seconds=0.4) as decoder:
        decoder.ink(DIGIT)
        before, began = len(processes(decoder)), time.perf_counter()
        with pytest.raises(ValueError, match=r"^reading the image takes more than 0.4 s$"):
            decoder.ink(SLOW)
        assert time.perf_counter() - began < 2.9  # 0.4 s here
        assert decoder.ink(DIGIT).any()
        assert len(processes(decoder)) == before


@pytest.mark.parametrize("stubborn", ["import signal; signal.alarm = 0; import time; time.sleep(60)"])
def test_a_process_that_ignores_its_deadline_is_ended(monkeypatch, stubborn):
    """By this side, soon after."""
    monkeypatch.setattr(module, "GRACE", 0.2)
    monkeypatch.setattr(module, "COMMAND", answering(b"", then=stubborn))
    with Decoder(1, seconds=0.5) as decoder:
        began = time.perf_counter()
        with pytest.raises(ValueError, match=r"takes more than 0.5 s"):
            decoder.ink(DIGIT)
        assert time.perf_counter() - began < 5


@linux
def test_memory_has_a_limit():
    """The system refuses more address space; the process goes on."""
    with Decoder(1, memory=300_000_000) as decoder:
        large = encoded(Image.new("RGBA", (6_000, 6_000)), compress_level=1)
        with pytest.raises(ValueError, match=r"^reading the image takes too much memory$"):
            decoder.ink(large)
        assert decoder.ink(DIGIT).any()


@linux
def test_the_largest_image_fits_into_the_limits_and_memory_is_given_back():
    """50 million pixels in the format that takes the most memory; the process that took it is replaced.

    Others are kept, and the images in between are read.
    """
    with Decoder(1, seconds=60) as decoder:

        def process_after(content: bytes) -> tuple[tuple[int, ...], int]:
            shape = decoder.ink(content).shape
            decoder.ink(DIGIT)
            (child,) = children(decoder.workers[0].process.pid)
            return shape, child

        _, first = process_after(encoded(draw(EXAMPLES[1]["strokes"]).resize((3_000, 3_000)), compress_level=1))
        assert process_after(DIGIT)[1] == first
        shape, other = process_after(large_webp(7_071))
        assert shape == (434, 72)
        assert other != first
        assert not decoder.ended


@linux
def test_a_process_has_access_to_nothing(monkeypatch):
    """No new file, no process, no core dump, none of the environment; neither PyTorch nor Gradio are loaded."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with Decoder(1) as decoder:  # started with the token in the environment
        decoder.ink(DIGIT)
        (child,) = children(decoder.workers[0].process.pid)
        limits = {
            line[:25].strip(): line[25:].split()[:2]
            for line in Path(f"/proc/{child}/limits").read_text().splitlines()[1:]
        }
        assert limits["Max open files"] == ["3", "3"]
        for name in ("file size", "core file size", "processes"):
            assert limits[f"Max {name}"] == ["0", "0"]
        assert limits["Max cpu time"] == ["71", "71"]
        assert limits["Max address space"] == [str(module.MEMORY)] * 2
        assert len(os.listdir(f"/proc/{child}/fd")) == 3
        assert Path(f"/proc/{child}/oom_score_adj").read_text() == "1000\n"  # it ends before the server does
        assert "hf_secret" not in Path(f"/proc/{child}/environ").read_text()
        loaded = Path(f"/proc/{child}/maps").read_text()
        assert "torch" not in loaded
        assert "_imaging" in loaded


UNPRIVILEGED = """
import io, os, sys
from harness.image_files import valid
from lenet.image import decoder_process
files = [content for _, content in valid()]
decoder_process._warm_up()
decoder_process._give_up(decoder_process.MEMORY)
if os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)
decoder_process._give_up_more(10)
for content in files:
    decoder_process.extract_ink(decoder_process.load_image(io.BytesIO(content)))
print("read", flush=True)
"""


@linux
def test_decoding_needs_none_of_it():
    """Nor a thread, which the limit of processes forbids to all but the superuser."""
    done = subprocess.run([sys.executable, "-c", UNPRIVILEGED], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("read\n", "")


def test_a_slow_image_makes_nobody_wait():
    """Beside it, others are read."""
    with Decoder(2) as decoder:

        def read_slow_ones() -> None:
            for _ in range(4):  # so that on a busy machine, too, they take longer than what is read beside them
                with contextlib.suppress(ValueError):
                    decoder.ink(SLOW)

        decoder.ink(DIGIT)
        thread, result = meanwhile(read_slow_ones)
        time.sleep(0.1)
        for _ in range(3):
            decoder.ink(DIGIT)
        assert not result  # they are still being read
    thread.join()  # the processes have ended


@pytest.mark.parametrize(
    "content",
    [encoded(Image.new("L", (4_100, 4_100), 255), compress_level=1), run_length_encoded(3_900, 4_000)],
    ids=["by its size", "by the time that it takes"],
)
def test_many_slow_images_make_nobody_wait(monkeypatch, content):
    """As many as there are processes take turns, and are answered as they are otherwise."""
    hasty = "from lenet.image import decoder_process\ndecoder_process.QUICK_SECONDS = 0.2\nmain(*limits)"
    monkeypatch.setattr(module, "COMMAND", module.COMMAND.replace("main(*limits)", hasty))
    with Decoder(2, seconds=20) as decoder:
        decoder.ink(DIGIT)
        slow = [meanwhile(lambda: decoder.ink(content)) for _ in range(2)]
        read_meanwhile = False
        while not any(result for _, result in slow):
            assert decoder.ink(DIGIT).any()
            read_meanwhile |= not any(result for _, result in slow)
            time.sleep(0.05)
        assert read_meanwhile
        for thread, result in slow:
            thread.join()
            assert str(result[0]) == "damaged BMP image" or result[0].shape == (0, 820)
        assert not decoder.ended


def test_too_many_images_are_refused(monkeypatch):
    """Those that may wait are answered, one more is not."""
    monkeypatch.setattr(module, "WAITING", 1)
    with Decoder(1, seconds=2) as decoder:
        first, _ = meanwhile(lambda: decoder.ink(SLOW))
        time.sleep(0.2)
        second, waited = meanwhile(lambda: decoder.ink(DIGIT))
        time.sleep(0.2)
        with pytest.raises(BusyError, match=r"^the server is busy$"):
            decoder.ink(DIGIT)
        first.join()
        second.join()
        assert isinstance(waited[0], np.ndarray | BusyError)
        assert decoder.ink(DIGIT).any()


def answering(answer: bytes, then: str = "") -> str:
    """The code of a process that has been taken over, and gives this answer."""
    return f"""
import struct, sys
out = sys.stdout.buffer
out.write(b"+"); out.flush()
while head := sys.stdin.buffer.read(5):
    sys.stdin.buffer.read(struct.unpack("<I?", head)[0])
    out.write({answer!r}); out.flush()
    {then or "pass"}
"""


@pytest.mark.parametrize(
    "answer",
    [
        b"i" + (1).to_bytes(4, "little") * 2 + b"\0\0\xc0\x7f",
        b"i" + (1).to_bytes(4, "little") * 2 + b"\0\0\0\x40",
        b"i\xff\xff\xff\xff\xff\xff\xff\xff",
        b"r\xff\xff\xff\x7f\0\0\0\0",
        b"\x80\x04\x95" + bytes(6),
    ],
    ids=["not a number", "more than 1", "too large", "a long sentence", "a pickle"],
)
def test_an_answer_that_is_none_is_refused(monkeypatch, answer):
    """Whatever a process sends that an image has taken over, and it is ended."""
    monkeypatch.setattr(module, "COMMAND", answering(answer))
    with Decoder(1) as decoder:
        before = decoder.workers[0].process
        with pytest.raises(ValueError, match=r"^(damaged image|reading the image takes too much memory)$"):
            decoder.ink(DIGIT)
        assert before.poll() is not None
        assert decoder.workers[0].process.poll() is None


def test_processes_that_do_not_start_are_no_fault_of_the_image(monkeypatch):
    """An error of the server, not a sentence about the image."""
    monkeypatch.setattr(module, "COMMAND", "raise SystemExit(1)")
    with Decoder(1) as decoder, pytest.raises(RuntimeError, match="does not start"):
        decoder.ink(DIGIT)


@linux
def test_closing_ends_the_processes():
    """Also what is being read."""
    decoder = Decoder(2)
    decoder.ink(DIGIT)
    pids = processes(decoder)
    thread, result = meanwhile(lambda: decoder.ink(SLOW))
    time.sleep(0.2)
    decoder.close()
    thread.join(5)
    assert isinstance(result[0], ValueError | RuntimeError)
    until(lambda: not any(map(alive, pids)))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def python(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Python in a folder, with the package; its input and output are pipes."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


PARENT = """
import sys, threading
print("main module", flush=True)
from lenet.image.decoder import Decoder
def use():
    decoder = Decoder(2, seconds=3)
    content = open(sys.argv[1], "rb").read()
    print(*decoder.ink(content).shape, flush=True)
    print(*(worker.process.pid for worker in decoder.workers), flush=True)
    decoder.ink(open(sys.argv[2], "rb").read())
if "thread" in sys.argv:
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
else:
    use()
"""


@linux
@pytest.mark.parametrize("way", ["file", "command in a thread"])
def test_processes_end_with_the_one_that_started_them(tmp_path, way):
    """Also if that is killed while one of them decodes. Its main module, a file or not, runs once."""
    for name, content in {"digit": DIGIT, "slow": SLOW}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "main.py").write_text(PARENT)
    started = [str(tmp_path / "main.py")] if way == "file" else ["-c", PARENT]
    with python(tmp_path, *started, "digit", "slow", *way.split()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        assert lines[0] == "main module\n"
        assert lines[1].split() == [*map(str, extract_ink(load_image(io.BytesIO(DIGIT))).shape)]
        pids = [*map(int, lines[2].split())]
        until(lambda: all(map(children, pids)))
        pids += [child for pid in pids for child in children(pid)]
        time.sleep(0.3)
        process.kill()
        assert process.stdout.read() == ""
    until(lambda: not any(map(alive, pids)), 6)


FORKED = """
import os, sys, time
from lenet.image.decoder import Decoder
decoder = Decoder(2)
content = open("digit", "rb").read()
decoder.ink(content)
child = os.fork()
if not child:
    try:
        decoder.ink(content)
    except RuntimeError as error:
        print(error, flush=True)
    sys.exit()
os.waitpid(child, 0)
print(*decoder.ink(content).shape, flush=True)
child = os.fork()
if not child:
    time.sleep(60)
print(child, *(worker.process.pid for worker in decoder.workers), flush=True)
input()
"""


@linux
def test_a_forked_process_needs_a_decoder_of_its_own(tmp_path):
    """It is told so, leaves the other one as it is when it ends, and does not keep its processes when it does not."""
    (tmp_path / "digit").write_bytes(DIGIT)
    with python(tmp_path, "-c", FORKED) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "a process that has been forked needs a decoder of its own\n"
        assert len(process.stdout.readline().split()) == 2
        child, *pids = map(int, process.stdout.readline().split())
        pids += [grandchild for pid in pids for grandchild in children(pid)]
        process.kill()
        try:
            until(lambda: not any(map(alive, pids)))
            assert alive(child)
        finally:
            os.kill(child, signal.SIGKILL)


def test_several_threads_share_the_processes(decoder):
    """Each gets the ink of its own image."""
    contents = [encoded(draw(EXAMPLES[digit]["strokes"], side=90)) for digit in range(10)]
    expected = [extract_ink(load_image(io.BytesIO(content))) for content in contents]
    results = [meanwhile(lambda content=content: [decoder.ink(content) for _ in range(4)]) for content in contents]
    for (thread, result), ink in zip(results, expected, strict=True):
        thread.join()
        for given in result[0]:
            np.testing.assert_array_equal(given, ink)


@linux
def test_mutants_are_read_or_refused(decoder):
    """1,000 files with fields, chunks and entries changed: afterwards all is as before."""

    def state() -> tuple[int, int]:
        return len(processes(decoder)), len(os.listdir("/proc/self/fd"))

    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    expected = decoder.ink(DIGIT)
    decoder.ended.clear()
    before, memory = state(), resident()
    read, said = 0, set()
    for _, content in mutants(seed=1, count=1_000):
        try:
            ink = decoder.ink(content)
            assert max(ink.shape) <= 1_024
            read += 1
        except ValueError as error:
            said.add(str(error))
    assert not [sentence for sentence in said if re.search(r"\n|0x|/", sentence)]
    np.testing.assert_array_equal(decoder.ink(DIGIT), expected)
    assert read > 240  # not all of them are refused by the first check
    assert state() == before
    assert resident() - memory < 30_000_000
    assert not decoder.ended["without a signal"]  # an error of ours

"""Downloading the pen digits from a loopback server: all forms of the archive, all faults, interruptions."""

import hashlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
from pathlib import Path

import pytest
from torchvision.datasets import MNIST

from tests.archives import bomb, compress, zipped
from tests.file_server import Handler, Reply, file_server
from tests.processes import LOOPBACK, free_port, train
from tests.small_data import unipen, write_small_mnist, write_small_strokes
from train.__main__ import main
from train.data import download as downloading
from train.data import pen_digits
from train.data.checksums import CHECKSUMS, is_original
from train.data.digits import DataError
from train.data.download import download
from train.data.pen_digits import FILE, load_pen_digits

NAME = FILE.name
TEXT = unipen([(n % 10, 1 + n % 30, [[(n, k) for k in range(100, 300, 7)]]) for n in range(400)]).encode()
LZW = compress(TEXT)
ZIP = zipped({"pendigits.names": b"...", f"{NAME}.Z": LZW})


@pytest.fixture(autouse=True)
def small_original(monkeypatch):
    """TEXT instead of UCI's file, and short timeouts."""
    monkeypatch.setitem(CHECKSUMS, NAME, (len(TEXT), hashlib.md5(TEXT).hexdigest()))
    monkeypatch.setattr(downloading, "TIMEOUT", 0.15)
    monkeypatch.setattr(downloading, "MAX_ARCHIVE", 200_000)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server(monkeypatch):
    """A server with two sources, /digits.zip and /NAME.Z; at first only the former exists."""
    with file_server() as server:
        server.replies["digits.zip"] = Reply(ZIP)
        monkeypatch.setattr(pen_digits, "URLS", (f"{server.url}digits.zip", f"{server.url}{NAME}.Z"))
        yield server


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / FILE


def files(path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def failure(path) -> str:
    """The message of a download that fails: one line that ends with the alternative."""
    with pytest.raises(DataError) as caught:
        load_pen_digits(path.parents[1], range(1, 31))
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    assert "\n" not in message
    assert len(message) < 900
    assert message.endswith("or train with --no-strokes")
    return message


FORMS = {
    "UCI's zip": ZIP,
    "a zip with folders": zipped({"a/pendigits.tra": b"...", f"a/b/{NAME}.Z": LZW}),
    "a zip with the unpacked file": zipped({f"pendigits/{NAME}": TEXT}),
    "a zip that stores": zipped({f"{NAME}.Z": LZW}, method=0),
    "a .Z": LZW,
    "a .Z whose table is cleared": compress(TEXT, clear_every=1_001),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_archive_is_unpacked(server, path, form, capfd):
    """The file is the original and the only one in its folder; it is downloaded once, and nothing is printed."""
    server.replies["digits.zip"] = Reply(FORMS[form])
    for _ in range(2):
        assert len(load_pen_digits(path.parents[1], range(1, 31))) == 400
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]
    assert [requested for requested, _ in server.requests] == ["digits.zip"]
    assert capfd.readouterr() == ("", "")


def test_a_progress_bar_is_shown_on_a_terminal(server, path, monkeypatch, capsys):
    """With the name of the archive."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    download(pen_digits.URLS, path)
    assert "digits.zip: " in capsys.readouterr().err


def test_the_second_source_is_used_if_the_first_fails(server, path):
    """The partial download of the first is deleted."""
    server.replies |= {"digits.zip": Reply(ZIP, cut=1_000), f"{NAME}.Z": Reply(LZW)}
    download(pen_digits.URLS, path)
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]
    assert [requested for requested, _ in server.requests] == ["digits.zip", f"{NAME}.Z"]


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def redirect(handler: Handler) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.end_headers()


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1_000):  # 100 MB
        handler.wfile.write(bytes(100_000))
    handler.server.requests.append(("all of it was read", {}))


BAD_RESPONSES = {
    "not found": (Reply(status=404), "HTTP status 404 Not Found"),
    "a server error": (Reply(status=503), "HTTP status 503 Service Unavailable"),
    "no content": (Reply(status=204), "HTTP status 204"),
    "a redirect to itself": (redirect, "HTTP status 302"),
    "a redirect to nowhere": (Reply(status=302, headers={"Location": "http://[/"}), "Invalid IPv6 URL"),
    "the connection is reset": (reset, "Connection reset by peer"),
    "another protocol": (no_http, "SSH-2.0"),
    "a web page": (Reply(b"<!DOCTYPE html>\n<p>Sign in"), "it starts with b'<!DOCTYPE html>'"),
    "an empty file": (Reply(b""), "it starts with b''"),
    "a zip cut without a length": (Reply(ZIP, length=False, cut=2_000), "damaged zip archive"),
    "a .Z cut without a length": (Reply(LZW, length=False, cut=2_000), "hash"),
    "a .Z of two bytes": (Reply(LZW[:2]), "damaged .Z file"),
    "a .Z with unknown flags": (Reply(b"\x1f\x9d\xf0" + LZW[3:]), "damaged .Z file"),
    "a damaged zip": (Reply(flipped(ZIP, len(ZIP) // 2)), "damaged zip archive"),
    "a damaged .Z": (Reply(LZW[:300] + b"\xff" * 8 + LZW[308:]), "damaged .Z file"),
    "a zip of other files": (Reply(zipped({"pendigits.tra": TEXT})), f"zip archive without {NAME} or {NAME}.Z"),
    "another file of that length": (Reply(compress(flipped(TEXT, 9))), f"the hash of its {NAME} is not that"),
    "a shorter file": (Reply(compress(TEXT[:-1])), f"the hash of its {NAME} is not that"),
    "a longer file": (Reply(compress(TEXT + b"\n")), "it unpacks to more than"),
    "a zip bomb": (Reply(zipped({f"{NAME}.Z": bytes(50_000_000)})), "it unpacks to more than"),
    "a .Z bomb": (Reply(bomb(20_000)), "it unpacks to more than"),
    "too large, as announced": (Reply(bytes(200_001)), "larger than 200,000 bytes"),
    "too large, unannounced": (endless, "larger than 200,000 bytes"),
}


@pytest.mark.parametrize("fault", BAD_RESPONSES)
def test_a_bad_response_is_reported_and_leaves_no_file(server, path, fault):
    """One line says what each source sent; no file and no folder remains, and the next call can succeed."""
    reply, message = BAD_RESPONSES[fault]
    server.replies["digits.zip"] = reply
    said = failure(path)
    assert said.startswith(f"{path} is missing and could not be downloaded (digits.zip: ")
    assert message in said
    assert f"; {NAME}.Z: HTTP status 404 Not Found); put {NAME} from https://archive.ics.uci.edu/dataset/81" in said
    assert f" into {path.parent}, or train with" in said
    assert [left.name for left in path.parents[1].glob("*")] == []
    assert {requested for requested, _ in server.requests} == {"digits.zip", f"{NAME}.Z"}
    server.replies["digits.zip"] = Reply(ZIP)
    assert len(load_pen_digits(path.parents[1], range(1, 31))) == 400
    assert server.ranges() == [None] * len(server.requests)


def test_no_network(path, monkeypatch):
    """One line, without delay, and no folder is created."""
    monkeypatch.setattr(pen_digits, "URLS", ("http://127.0.0.1:9/digits.zip", "http://127.0.0.1:9/digits.Z"))
    assert "(digits.zip: Connection refused; digits.Z: Connection refused)" in failure(path)
    assert not path.parents[1].exists()


def test_a_server_that_does_not_respond(path, monkeypatch):
    """The download is given up after the timeout."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(pen_digits, "URLS", (f"http://127.0.0.1:{silent.getsockname()[1]}/digits.zip",))
        began = time.monotonic()
        assert "(digits.zip: timed out)" in failure(path)
        assert time.monotonic() - began < 1


def chunked(handler: Handler) -> None:
    """A chunked body without its last chunk."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n' + ZIP[:1_000])


BROKEN = {
    "closed": (Reply(ZIP, cut=1_000), f"the connection was closed after 1,000 of {len(ZIP):,} bytes"),
    "stalled": (Reply(ZIP, cut=1_000, stalls=True), "the connection broke (timed out)"),
    "closed within a chunk": (chunked, "the connection broke (IncompleteRead"),
    "stalled without a length": (Reply(ZIP, cut=1_000, stalls=True, length=False), "the connection broke (timed out)"),
}


@pytest.mark.parametrize("end", BROKEN)
def test_an_interrupted_download_is_continued(server, path, end):
    """The first call fails and keeps what it received; the second requests only the rest."""
    reply, message = BROKEN[end]
    server.replies["digits.zip"] = reply
    assert message in failure(path)
    assert files(path) == ["digits.zip.part"]
    server.replies["digits.zip"] = Reply(ZIP)
    download(pen_digits.URLS, path)
    assert server.requests[-1][1]["Range"] == "bytes=1000-"
    assert server.requests[-1][1]["If-Range"] == '"1"'
    assert len(server.requests) == 3
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]


def ignoring_if_range(etag: str, start: int, rest: bytes):
    """A handler that responds to any Range with `rest` as the bytes from `start`; without one, with the whole file."""

    def handle(handler: Handler) -> None:
        ranged = "Range" in handler.headers
        handler.send_response(206 if ranged else 200)
        handler.send_header("ETag", etag)
        if ranged:
            handler.send_header("Content-Range", f"bytes {start}-{len(ZIP) - 1}/{len(ZIP)}")
        handler.end_headers()
        handler.wfile.write(rest if ranged else ZIP)

    return handle


ANOTHER_VERSION = ignoring_if_range('"2"', 1_000, b"?" * (len(ZIP) - 1_000))
ANOTHER_RANGE = ignoring_if_range('"1"', 900, ZIP[900:])

PART = b'\t"1"\n' + ZIP[:1_000]
RESTARTED = {  # the partial download after the URL, the response, the Range of each request
    "the server does not support ranges": (PART, Reply(ZIP, ranges=False), ["bytes=1000-"]),
    "another version": (PART, Reply(ZIP, etag='"2"'), ["bytes=1000-"]),
    "another version, contrary to If-Range": (PART, ANOTHER_VERSION, ["bytes=1000-", None]),
    "another range": (PART, ANOTHER_RANGE, ["bytes=1000-", None]),
    "nothing is left to receive": (b'\t"1"\n' + ZIP, Reply(ZIP), [f"bytes={len(ZIP)}-", None]),
    "no validator": (b"\t\n" + ZIP[:1_000], Reply(ZIP), [None]),
    "another URL": (b'?\t"1"\n' + ZIP[:1_000], Reply(ZIP), [None]),
    "killed before the body": (b"\t", Reply(ZIP), [None]),
    "zeros, as after a power failure": (bytes(2_000), Reply(ZIP), [None]),
}


@pytest.mark.parametrize("case", RESTARTED)
def test_a_partial_download_that_cannot_be_continued_is_restarted(server, path, case):
    """Two versions of the file are never combined."""
    part, server.replies["digits.zip"], ranges = RESTARTED[case]
    path.parent.mkdir(parents=True)
    (path.parent / "digits.zip.part").write_bytes(pen_digits.URLS[0].encode() * (part[0] > 0) + part)
    download(pen_digits.URLS, path)
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]
    assert server.ranges() == ranges


@pytest.mark.parametrize(("etag", "validator"), [(None, "Tue, 01 Sep 1998 00:00:00 GMT"), ('W/"1"', "")])
def test_the_modification_time_replaces_a_missing_etag(server, path, etag, validator):
    """A weak ETag is not used, because it may be that of several versions with different bytes."""
    headers = {"Last-Modified": validator} if validator else {}
    server.replies["digits.zip"] = Reply(ZIP, etag=etag, headers=headers, cut=1_000)
    failure(path)
    server.requests.clear()
    failure(path)
    assert server.requests[0][1].get("If-Range", "") == validator
    assert server.requests[0][1].get("Range") == ("bytes=1000-" if validator else None)


def test_a_download_continues_after_ctrl_c(server, path, monkeypatch):
    """KeyboardInterrupt is propagated, and the next call continues."""
    read = downloading._read

    def interrupted(response, left):
        if left < len(ZIP):
            raise KeyboardInterrupt
        return read(response, 1_000)

    with monkeypatch.context() as patch:
        patch.setattr(downloading, "_read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            download(pen_digits.URLS, path)
    download(pen_digits.URLS, path)
    assert path.read_bytes() == TEXT
    assert server.ranges() == [None, "bytes=1000-"]


def test_a_killed_download_leaves_no_incomplete_file(server, path, fork):
    """After a kill at any of twenty moments, the file is complete or missing; in the end, the download succeeds."""
    server.replies["digits.zip"] = Reply(ZIP, pause=0.001)
    process = fork(download_and_kill, pen_digits.URLS[0], path, CHECKSUMS[NAME])
    assert process.wait() == 0, process.errors
    assert set(process.printed.split()) >= {"partial", "whole"}
    assert path.read_bytes() == TEXT
    assert files(path) == [NAME]
    assert any(server.ranges())


def download_and_kill(url: str, path: Path, checksum: tuple[int, str]) -> None:
    """Download in child processes that are killed at different moments, and print what each of them left."""
    CHECKSUMS[NAME] = checksum
    left = []
    # A busy machine may need more than twenty moments, each of which is later than the one before.
    while len(left) < 20 or (len(left) < 100 and not {"partial", "whole"} <= set(left)):
        child = os.fork()
        if child == 0:
            download([url], path)
            os._exit(0)
        time.sleep(0.004 * len(left))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if path.exists():
            assert is_original(NAME, path.read_bytes())
            left.append("whole")
            path.unlink()
        else:
            left.append("partial" if any(path.parent.glob("*.part")) else "nothing")
    print(*left)
    download([url], path)


def test_a_full_disk(server, path):
    """The partial download is deleted."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, before[1]))  # no file may grow beyond it
    try:
        said = failure(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be written (File too large); select another folder with --data-dir" in said
    assert not path.parent.exists()


def test_a_full_disk_while_unpacking(server, path):
    """Simulated by /dev/full in place of the temporary file; no file remains."""
    path.parent.mkdir(parents=True)
    path.with_name(f"{NAME}.part").symlink_to("/dev/full")
    assert "cannot be written (No space left on device)" in failure(path)
    assert files(path) == []


def test_a_folder_that_cannot_be_written(server, path, monkeypatch):
    """Because a file has its name, or because of its permissions."""
    path.parents[1].mkdir()
    path.parent.touch()
    assert "cannot be written (File exists)" in failure(path)
    path.parent.unlink()

    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", forbidden)  # because the tests may run as root, for whom no folder is read-only
    assert "cannot be written (Permission denied)" in failure(path)


@pytest.fixture
def both_sources(server, tmp_path, monkeypatch):
    """A small MNIST and small pen digits on the server: the values that replace those of the code."""
    write_small_mnist(tmp_path / "served", compress=True)
    write_small_strokes(tmp_path / "served")
    strokes = (tmp_path / "served" / FILE).read_bytes()
    mnist = {file.name: file.read_bytes() for file in sorted((tmp_path / "served" / "MNIST" / "raw").iterdir())}
    server.replies |= {name: Reply(content) for name, content in mnist.items()}
    server.replies["digits.zip"] = Reply(zipped({f"{NAME}.Z": compress(strokes)}))
    return {
        "mirrors": [server.url],
        "resources": [(name, hashlib.md5(content).hexdigest()) for name, content in mnist.items()],
        "urls": [f"{server.url}digits.zip"],
        "checksum": (len(strokes), hashlib.md5(strokes).hexdigest()),
    }


DRY_RUN = ("--dry-run", "--validation-size", 50, "--copies", 1, "--outliers", 10, "--styles", 10)


def test_training_downloads_its_data(server, both_sources, tmp_path, monkeypatch, capsys):
    """With an empty data folder, the command downloads both data sets, once."""
    monkeypatch.setattr(MNIST, "mirrors", both_sources["mirrors"])
    monkeypatch.setattr(MNIST, "resources", both_sources["resources"])
    monkeypatch.setattr(pen_digits, "URLS", both_sources["urls"])
    monkeypatch.setitem(CHECKSUMS, NAME, both_sources["checksum"])
    data = tmp_path / "empty"
    for run in ("one", "two"):
        arguments = (*DRY_RUN, "--data-dir", data, "--output", tmp_path / run)
        assert main([*map(str, arguments)]) == 0
        assert "250 MNIST images, 67 renderings of pen digits" in capsys.readouterr().out
    assert {file.name for file in data.iterdir()} == {"MNIST", "pendigits"}
    assert files(data / FILE) == [NAME]
    assert sorted({path for path, _ in server.requests}) == sorted(
        ["digits.zip", *(name for name, _ in both_sources["resources"])]
    )
    assert len(server.requests) == 9  # torchvision requests each of its four files twice


def train_from(sources: dict, arguments: tuple) -> int:
    """The training command with other sources of its data."""
    MNIST.mirrors, MNIST.resources, pen_digits.URLS = sources["mirrors"], sources["resources"], sources["urls"]
    CHECKSUMS[NAME] = sources["checksum"]
    return train(arguments)


def test_only_the_first_process_downloads(server, both_sources, tmp_path, fork):
    """The other process waits for it."""
    arguments = (*DRY_RUN, "--data-dir", tmp_path / "empty", "--output", tmp_path / "run", "--device", "cpu")
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), **LOOPBACK}
    processes = [fork(train_from, both_sources, arguments, RANK=rank, LOCAL_RANK=rank, **group) for rank in ("0", "1")]
    for process in processes:
        assert process.wait() == 0, process.errors
    assert len(server.requests) == 9
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["processes"] == 2
